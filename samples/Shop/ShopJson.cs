using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop;

/// <summary>Source-generated serializers: no reflection, so that the app can be published with Native AOT.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(SlowAnswer))]
[JsonSerializable(typeof(CheckoutRequest))]
[JsonSerializable(typeof(CheckoutAnswer))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(PriceTick))]
internal sealed partial class ShopJson : JsonSerializerContext;
