using System.Globalization;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>
/// Properties as the table service writes them: a JSON value and, where that is not enough, its EDM type beside it.
/// </summary>
internal static class EdmJson
{
    private const string TypeSuffix = "@odata.type";

    public static void Write(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case bool isTrue:
                json.WriteBoolean(name, isTrue);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteString(name + TypeSuffix, "Edm.Double");
                json.WriteNumber(name, number);
                break;
            case Enum label:
                json.WriteString(name, label.ToString());
                break;
            default:
                var (type, written) = Annotated(name, value);
                json.WriteString(name + TypeSuffix, type);
                json.WriteString(name, written);
                break;
        }
    }

    public static Dictionary<string, object> Read(JsonElement entity)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var member in entity.EnumerateObject())
        {
            var isAnnotation = member.Name.EndsWith(TypeSuffix, StringComparison.Ordinal);
            if (isAnnotation || member.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var type = entity.TryGetProperty(member.Name + TypeSuffix, out var written) ? written.GetString() : null;
            values[member.Name] = ReadValue(member.Value, member.Name == EntityNames.Timestamp ? "Edm.DateTime" : type);
        }

        return values;
    }

    private static (string Type, string Text) Annotated(string name, object value) => value switch
    {
        long number => ("Edm.Int64", number.ToString(CultureInfo.InvariantCulture)),
        // JSON has no number for NaN and the infinities.
        double number => ("Edm.Double", number.ToString(CultureInfo.InvariantCulture)),
        DateTimeOffset moment => ("Edm.DateTime", moment.UtcDateTime.ToString("o", CultureInfo.InvariantCulture)),
        DateTime moment => ("Edm.DateTime", moment.ToUniversalTime().ToString("o", CultureInfo.InvariantCulture)),
        Guid id => ("Edm.Guid", id.ToString()),
        byte[] bytes => ("Edm.Binary", Convert.ToBase64String(bytes)),
        BinaryData data => ("Edm.Binary", Convert.ToBase64String(data.ToMemory().Span)),
        _ => throw new NotSupportedException(
            $"Property {name} is of type {value.GetType().Name}, which a table does not keep."),
    };

    private static object ReadValue(JsonElement value, string? type) => type switch
    {
        "Edm.Int64" => long.Parse(Text(value), CultureInfo.InvariantCulture),
        "Edm.Double" => double.Parse(Text(value), CultureInfo.InvariantCulture),
        "Edm.DateTime" => value.GetDateTimeOffset(),
        "Edm.Guid" => value.GetGuid(),
        "Edm.Binary" => value.GetBytesFromBase64(),
        _ => value.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
            JsonValueKind.Number when IsWhole(value, out var number) => number,
            JsonValueKind.Number => value.GetDouble(),
            _ => value.GetString()!,
        },
    };

    private static bool IsWhole(JsonElement value, out int number) =>
        value.TryGetInt32(out number) && !value.GetRawText().Contains('.', StringComparison.Ordinal);

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
