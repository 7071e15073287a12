using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>One look over a metadata object while the reader passes it.</summary>
/// <param name="Problem">Why it cannot be taken, as message and type; null when it can.</param>
internal readonly record struct MetadataScan(bool HoldsPersonalData, (string Message, string Type)? Problem)
{
    /// <summary>Leaves the reader on the last token of the value, whatever it finds.</summary>
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
                    isPersonal |= isStorable && rules.LooksForPersonalData && PersonalDataPolicy.IsPersonalName(in json);
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
        return !isStorable ? Refused("The object holds a text or number that cannot be stored.", "json_value")
            : size > options.MaxMetadataBytes ? Refused($"The object has {size} bytes; at most {options.MaxMetadataBytes} are taken.", "too_large")
            : deepest > options.MaxMetadataDepth ? Refused($"At most {options.MaxMetadataDepth} levels are taken.", "too_deep")
            : members > options.MaxMetadataMembers ? Refused($"At most {options.MaxMetadataMembers} members are taken.", "too_many_members")
            : isPersonal && rules.RejectsPersonalData ? Refused("Personal data is not taken here.", "personal_data")
            : new MetadataScan(isPersonal, null);
    }

    private static MetadataScan Refused(string message, string type) => new(false, (message, type));
}
