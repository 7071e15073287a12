using System.Globalization;

namespace Smplat.Core.Platform.Settings;

/// <summary>Turns the text of a setting into its type, whatever the culture of the machine.</summary>
public static class SettingText
{
    public static bool TryParse(string text, Type type, out object? value)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        value = target switch
        {
            _ when target == typeof(string) => text,
            _ when target == typeof(bool) => ParseSwitch(text),
            _ when target == typeof(int) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null,
            _ when target == typeof(long) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null,
            _ when target == typeof(decimal) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null,
            _ when target == typeof(double) => ParseDouble(text),
            _ when target == typeof(Uri) => Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null,
            _ when target == typeof(string[]) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            _ when target.IsEnum => ParseLabel(text, target),
            _ => throw new InvalidOperationException($"A setting cannot be of type {target}."),
        };
        return value is not null;
    }

    public static string Describe(Type type)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        return target switch
        {
            _ when target == typeof(bool) => "true or false (also 1, 0, yes, no)",
            _ when target == typeof(int) || target == typeof(long) => "a whole number",
            _ when target == typeof(decimal) || target == typeof(double) => "a number",
            _ when target == typeof(Uri) => "an absolute URL",
            _ when target.IsEnum => "one of " + string.Join(", ", Enum.GetNames(target).Select(name => name.ToLowerInvariant())),
            _ => "text",
        };
    }

    private static object? ParseSwitch(string text) => text.ToLowerInvariant() switch
    {
        "true" or "1" or "yes" => true,
        "false" or "0" or "no" => false,
        _ => null,
    };

    private static object? ParseDouble(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;

    private static object? ParseLabel(string text, Type target) =>
        !char.IsAsciiDigit(text[0]) && Enum.TryParse(target, text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var label)
            ? label
            : null;
}
