using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>
/// Checks a metadata object while the reader passes over it: its limits, its storable texts, its personal data.
/// </summary>
/// <param name="Problem">Why it is refused, as message and type; null when it is accepted.</param>
internal readonly record struct MetadataScan(bool HoldsPersonalData, (string Message, string Type)? Problem)
{
    /// <summary>Always leaves the reader on the last token of the value.</summary>
    public static MetadataScan Read(ref Utf8JsonReader json, OfferEventRules rules)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return Refused("A JSON object is expected.", "dict_type");
        }

        var options = rules.Options;
        var start = json.BytesConsumed - 1;
        var outside = json.CurrentDepth;
        var members = 0;
        var deepest = 1;
        var isStorable = true;
        var isPersonal = false;
        while (json.Read() && json.CurrentDepth > outside)
        {
            switch (json.TokenType)
            {
                case JsonTokenType.PropertyName:
                    members++;
                    isStorable &= !json.ValueIsEscaped || JsonbText.IsStorable(json.ValueSpan);
                    isPersonal |= isStorable && rules.LooksForPersonalData
                        && (PersonalDataPolicy.IsPersonalName(in json) || PersonalDataPolicy.HoldsAddress(in json));
                    break;
                case JsonTokenType.String:
                    isStorable &= !json.ValueIsEscaped || JsonbText.IsStorable(json.ValueSpan);
                    isPersonal |= isStorable && rules.LooksForPersonalData && PersonalDataPolicy.HoldsAddress(in json);
                    break;
                case JsonTokenType.Number:
                    isStorable &= StorableJson.IsStorableNumber(json.ValueSpan);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    deepest = Math.Max(deepest, json.CurrentDepth - outside + 1);
                    break;
            }
        }

        var size = json.BytesConsumed - start;
        return !isStorable ? Refused("The object contains a text or number that cannot be stored.", "json_value")
            : size > options.MaxMetadataBytes ? Refused($"The object has {size} bytes; at most {options.MaxMetadataBytes} are allowed.", "too_large")
            : deepest > options.MaxMetadataDepth ? Refused($"At most {options.MaxMetadataDepth} levels are allowed.", "too_deep")
            : members > options.MaxMetadataMembers ? Refused($"At most {options.MaxMetadataMembers} members are allowed.", "too_many_members")
            : isPersonal && rules.RejectsPersonalData ? Refused("Personal data is not accepted here.", "personal_data")
            : new MetadataScan(isPersonal, null);
    }

    private static MetadataScan Refused(string message, string type) => new(false, (message, type));
}

/// <summary>Rewrites a JSON value without the personal data in it.</summary>
internal static class PersonalDataRedaction
{
    private static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        // A rejected event is kept whatever its depth.
        MaxDepth = int.MaxValue,
    };

    /// <param name="value">All texts in it must be storable, see <see cref="JsonbText"/>.</param>
    public static ReadOnlyMemory<byte> Redact(ReadOnlyMemory<byte> value)
    {
        var json = new Utf8JsonReader(value.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
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
        writer.WritePropertyName(PersonalDataPolicy.HoldsAddress(in json) ? PersonalDataPolicy.Redacted : json.GetString()!);
        if (PersonalDataPolicy.IsPersonalName(in json))
        {
            writer.WriteStringValue(PersonalDataPolicy.Redacted);
            json.Read();
            json.Skip();
        }
    }
}

/// <summary>
/// Finds texts that Postgres refuses although they are valid JSON: those with the character U+0000 or half a surrogate
/// pair. Checking here means that one such event cannot fail the statement that stores the others.
/// </summary>
internal static class JsonbText
{
    /// <param name="escaped">The content of a JSON string, with escapes as sent.</param>
    public static bool IsStorable(ReadOnlySpan<byte> escaped)
    {
        var rest = escaped;
        while (rest.IndexOf((byte)'\\') is var at and >= 0)
        {
            rest = rest[at..];
            if (rest[1] != (byte)'u')
            {
                rest = rest[2..];
                continue;
            }

            var unit = CodeUnit(rest);
            rest = rest[6..];
            if (unit == '\0' || char.IsLowSurrogate(unit))
            {
                return false;
            }

            if (char.IsHighSurrogate(unit))
            {
                if (!rest.StartsWith("\\u"u8) || !char.IsLowSurrogate(CodeUnit(rest)))
                {
                    return false;
                }

                rest = rest[6..];
            }
        }

        return true;
    }

    private static char CodeUnit(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
