using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Graceful;

/// <summary>The other versions of a session entry that this build reads and writes.</summary>
/// <typeparam name="T">The type as the code uses it.</typeparam>
public sealed class SessionSchemaBuilder<T>
{
    private readonly SessionSchema<T> _schema;

    internal SessionSchemaBuilder(SessionSchema<T> schema) => _schema = schema;

    /// <summary>Reads another version.</summary>
    /// <typeparam name="TOld">Its type.</typeparam>
    /// <param name="version">Its number.</param>
    /// <param name="type">How it is written as JSON.</param>
    /// <param name="convert">Makes the current one of it. Called on any thread.</param>
    /// <exception cref="ArgumentException">The version is the current one, or is read already.</exception>
    public SessionSchemaBuilder<T> Upcast<TOld>(int version, JsonTypeInfo<TOld> type, Func<TOld, T> convert)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(convert);
        _schema.AddReader(SessionSchema.Checked(version), new SessionSchema<T>.Reader<TOld>(type, convert));
        return this;
    }

    /// <summary>Writes another version, as long as the active level of the contract does not allow the current one.</summary>
    /// <typeparam name="TOld">Its type.</typeparam>
    /// <param name="version">Its number, below the current one.</param>
    /// <param name="type">How it is written as JSON.</param>
    /// <param name="convert">Makes it of the current one. Called on any thread.</param>
    /// <exception cref="ArgumentException">The version is not below the current one, or is written already.</exception>
    public SessionSchemaBuilder<T> Downcast<TOld>(int version, JsonTypeInfo<TOld> type, Func<T, TOld> convert)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(convert);
        _schema.AddWriter(SessionSchema.Checked(version), new SessionSchema<T>.Writer<TOld>(type, convert));
        return this;
    }

    /// <summary>As <see cref="Upcast{TOld}(int, JsonTypeInfo{TOld}, Func{TOld, T})"/>, read as <see cref="JsonSerializerOptions.Web"/> reads it.</summary>
    /// <typeparam name="TOld">Its type.</typeparam>
    /// <param name="version">Its number.</param>
    /// <param name="convert">Makes the current one of it.</param>
    [RequiresUnreferencedCode("Reads the type by reflection; give a JsonTypeInfo<TOld> where code is trimmed.")]
    [RequiresDynamicCode("Reads the type by reflection; give a JsonTypeInfo<TOld> where code is compiled ahead of time.")]
    public SessionSchemaBuilder<T> Upcast<TOld>(int version, Func<TOld, T> convert) =>
        Upcast(version, (JsonTypeInfo<TOld>)JsonSerializerOptions.Web.GetTypeInfo(typeof(TOld)), convert);

    /// <summary>As <see cref="Downcast{TOld}(int, JsonTypeInfo{TOld}, Func{T, TOld})"/>, written as <see cref="JsonSerializerOptions.Web"/> writes it.</summary>
    /// <typeparam name="TOld">Its type.</typeparam>
    /// <param name="version">Its number, below the current one.</param>
    /// <param name="convert">Makes it of the current one.</param>
    [RequiresUnreferencedCode("Reads the type by reflection; give a JsonTypeInfo<TOld> where code is trimmed.")]
    [RequiresDynamicCode("Reads the type by reflection; give a JsonTypeInfo<TOld> where code is compiled ahead of time.")]
    public SessionSchemaBuilder<T> Downcast<TOld>(int version, Func<T, TOld> convert) =>
        Downcast(version, (JsonTypeInfo<TOld>)JsonSerializerOptions.Web.GetTypeInfo(typeof(TOld)), convert);

    /// <summary>
    /// Encrypts the entry with the application's data protection, for this session and this name: copied to another place it cannot be read. Every instance must have the same key ring.
    /// </summary>
    public SessionSchemaBuilder<T> Encrypted()
    {
        _schema.IsEncrypted = true;
        return this;
    }
}
