using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Source-generated JSON of Commerce: camelCase, compact, no nulls. The same text goes to clients, sessions and caches. The
/// folders above have contexts of their own with the same options, and write through this one.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProviderQuote))]
[JsonSerializable(typeof(QuoteRequest))]
public sealed partial class CommerceJson : JsonSerializerContext
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>UTF-8 JSON without escaped slashes, ampersands or letters; written into a buffer that the thread keeps.</summary>
    public static byte[] Bytes<T>(T value, JsonTypeInfo<T> type) => Write(value, type).WrittenSpan.ToArray();

    public static string Text<T>(T value, JsonTypeInfo<T> type) => Encoding.UTF8.GetString(Write(value, type).WrittenSpan);

    private static ArrayBufferWriter<byte> Write<T>(T value, JsonTypeInfo<T> type)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(16 * 1024);
        buffer.ResetWrittenCount();
        var writer = _writer ??= new Utf8JsonWriter(buffer, Compact);
        writer.Reset(buffer);
        JsonSerializer.Serialize(writer, value, type);
        writer.Flush();
        return buffer;
    }
}
