using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>Writes a JSON value again without the personal data in it.</summary>
public static class PersonalDataRedaction
{
    private static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <param name="value">All its texts must be storable, see <see cref="JsonbText"/>.</param>
    public static ReadOnlyMemory<byte> Redact(ReadOnlyMemory<byte> value)
    {
        var json = new Utf8JsonReader(value.Span, new JsonReaderOptions { MaxDepth = 256 });
        var output = new ArrayBufferWriter<byte>(value.Length + 64);
        using (var writer = new Utf8JsonWriter(output, Plain))
        {
            while (json.Read())
            {
                Copy(ref json, writer);
            }
        }

        return output.WrittenMemory;
    }

    private static void Copy(ref Utf8JsonReader json, Utf8JsonWriter writer)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                CopyMember(ref json, writer);
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(PersonalDataPolicy.HoldsAddress(in json) ? PersonalDataPolicy.Redacted : json.GetString());
                break;
            case JsonTokenType.Number:
                writer.WriteRawValue(json.ValueSpan, skipInputValidation: true);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                writer.WriteBooleanValue(json.GetBoolean());
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void CopyMember(ref Utf8JsonReader json, Utf8JsonWriter writer)
    {
        writer.WritePropertyName(json.GetString()!);
        if (PersonalDataPolicy.IsPersonalName(in json))
        {
            writer.WriteStringValue(PersonalDataPolicy.Redacted);
            json.Read();
            json.Skip();
        }
    }
}
