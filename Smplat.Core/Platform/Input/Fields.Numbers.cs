using System.Globalization;
using System.Text.Json;

namespace Smplat.Core.Platform.Input;

public sealed partial class Fields
{
    /// <summary>A whole number; <c>"60"</c> and <c>60.0</c> count as one, <c>60.5</c> does not.</summary>
    public int? Integer(string name, int min = int.MinValue, int max = int.MaxValue, string? also = null)
    {
        _recording?.Note(name, also, InputShape.Integer(min, max));
        if (Find(name, also) is not { } value)
        {
            return null;
        }

        if (!TryDecimal(value, out var number) || number != decimal.Truncate(number))
        {
            return Fail<int?>(name, "A whole number is expected.", "int_parsing", min);
        }

        return number < min || number > max
            ? Fail<int?>(name, $"A number from {min} to {max} is expected.", number < min ? "greater_than_equal" : "less_than_equal", min)
            : (int)number;
    }

    public int RequiredInteger(string name, int min = int.MinValue, int max = int.MaxValue, string? also = null) =>
        Required(name, also, Integer(name, min, max, also), min);

    /// <summary>A decimal number, or text that is one.</summary>
    public decimal? Number(string name, decimal min = decimal.MinValue, decimal max = decimal.MaxValue, string? also = null)
    {
        _recording?.Note(
            name, also, InputShape.Number(min == decimal.MinValue ? null : min, max == decimal.MaxValue ? null : max));
        if (Find(name, also) is not { } value)
        {
            return null;
        }

        if (!TryDecimal(value, out var number))
        {
            return Fail<decimal?>(name, "A number is expected.", "decimal_parsing", min);
        }

        return number < min || number > max
            ? Fail<decimal?>(
                name,
                string.Create(CultureInfo.InvariantCulture, $"A number from {min} to {max} is expected."),
                number < min ? "greater_than_equal" : "less_than_equal",
                min)
            : number;
    }

    public decimal RequiredNumber(string name, decimal min = decimal.MinValue, decimal max = decimal.MaxValue, string? also = null) =>
        Required(name, also, Number(name, min, max, also), min);

    private static bool TryDecimal(JsonElement value, out decimal number)
    {
        number = 0;
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDecimal(out number),
            JsonValueKind.String => decimal.TryParse(
                value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
    }
}
