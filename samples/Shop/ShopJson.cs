using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop;

/// <summary>Source-generated serializers: no reflection, so that the app can be published with Native AOT.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(SlowAnswer))]
[JsonSerializable(typeof(CheckoutRequest))]
[JsonSerializable(typeof(CheckoutAnswer))]
[JsonSerializable(typeof(Cart))]
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(CartAddition))]
[JsonSerializable(typeof(CartAnswer))]
[JsonSerializable(typeof(AccountAnswer))]
#if SHOP_V2
[JsonSerializable(typeof(CartV1))]
#endif
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(PriceTick))]
internal sealed partial class ShopJson : JsonSerializerContext;
