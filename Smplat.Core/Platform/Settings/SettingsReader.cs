using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Platform.Settings;

/// <summary>Older names of a setting, read when its own name is unset.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAliasAttribute(params string[] names) : Attribute
{
    public string[] Names { get; } = names;
}

/// <summary>What a setting that is set, but empty, stands for; without it an empty value counts as unset.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EmptyMeansAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}

/// <summary>The value is a secret: it appears in no message, and comes from a vault when deployed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretSettingAttribute : Attribute
{
    /// <summary>
    /// A credential of a single vendor: if its vault reference is not resolved, it counts as unset, so that only this vendor is
    /// unavailable and not the whole app.
    /// </summary>
    public bool IsVendorCredential { get; init; }
}

/// <summary>Reads a settings class from flat names and validates it; every failure names the setting, not the property.</summary>
public static class SettingsReader
{
    public static (T Settings, IReadOnlyList<string> Failures) Read<T>(IConfiguration configuration)
        where T : class, new()
    {
        var settings = new T();
        var failures = new List<string>();
        foreach (var (name, property) in Entries(typeof(T)))
        {
            var text = Lookup(configuration, name, property);
            if (VaultReference.IsUnresolved(text))
            {
                if (property.GetCustomAttribute<SecretSettingAttribute>() is not { IsVendorCredential: true })
                {
                    failures.Add(VaultReference.Explain(name));
                }
            }
            else if (!string.IsNullOrWhiteSpace(text))
            {
                Assign(settings, name, property, text.Trim(), failures);
            }

            Validate(settings, name, property, failures);
        }

        if (failures.Count == 0 && settings is IValidatableObject validatable)
        {
            failures.AddRange(validatable.Validate(new ValidationContext(settings)).Select(result => result.ErrorMessage!));
        }

        return (settings, failures);
    }

    /// <summary>
    /// The settings of a class, by flat name and property, in declaration order. Classes that differ only in one word of their
    /// names share a base class, whose names hold {0} in its place; see <see cref="SettingWordAttribute"/>.
    /// </summary>
    public static IEnumerable<(string Name, PropertyInfo Property)> Entries(Type type) =>
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let key = property.GetCustomAttribute<ConfigurationKeyNameAttribute>()
        where key is not null
        let word = type.GetCustomAttribute<SettingWordAttribute>()?.Word ?? ""
        select (key.Name.Replace("{0}", word, StringComparison.Ordinal), property);

    /// <summary>The name under which a setting is set, its own or an older one; null when its default is in use.</summary>
    internal static string? FindSource(IConfiguration configuration, string name, PropertyInfo property) =>
        (property.GetCustomAttribute<SettingAliasAttribute>()?.Names ?? []).Prepend(name)
            .FirstOrDefault(known => Keys(known).Any(key => !string.IsNullOrWhiteSpace(configuration[key])));

    private static string? Lookup(IConfiguration configuration, string name, PropertyInfo property)
    {
        var aliases = property.GetCustomAttribute<SettingAliasAttribute>()?.Names ?? [];
        string?[] texts = [.. aliases.Prepend(name).SelectMany(Keys).Select(key => configuration[key])];
        return texts.FirstOrDefault(text => !string.IsNullOrWhiteSpace(text))
            ?? (texts.Any(text => text is not null) ? property.GetCustomAttribute<EmptyMeansAttribute>()?.Text : null);
    }

    /// <summary>The environment provider turns a double underscore into the colon that separates sections.</summary>
    private static IEnumerable<string> Keys(string name) =>
        name.Contains("__", StringComparison.Ordinal) ? [name, name.Replace("__", ":", StringComparison.Ordinal)] : [name];

    private static void Assign(object settings, string name, PropertyInfo property, string text, List<string> failures)
    {
        if (SettingText.TryParse(text, property.PropertyType, out var value))
        {
            property.SetValue(settings, value);
            return;
        }

        var secret = property.IsDefined(typeof(SecretSettingAttribute));
        failures.Add($"{name} must be {SettingText.Describe(property.PropertyType)}{(secret ? "." : $", not \"{text}\".")}");
    }

    private static void Validate(object settings, string name, PropertyInfo property, List<string> failures)
    {
        var value = property.GetValue(settings);
        foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
        {
            var context = new ValidationContext(settings) { MemberName = property.Name, DisplayName = name };
            if (rule.GetValidationResult(value, context) is { ErrorMessage: { } message })
            {
                failures.Add(message);
            }
        }
    }
}

/// <summary>Converts the text of a setting to its type, independent of the culture of the machine.</summary>
internal static class SettingText
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
            _ when target == typeof(TimeSpan) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : null,
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
            _ when target == typeof(TimeSpan) => "a time span such as 00:10:00",
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

/// <summary>
/// A Key Vault reference that was not resolved reaches the app as its own text, which is not secret: used as an API key it would
/// open the app to anyone who can read the configuration, and used as a signing secret it would let them forge signatures.
/// </summary>
internal static class VaultReference
{
    public static bool IsUnresolved([NotNullWhen(true)] string? text) =>
        text is not null && text.AsSpan().TrimStart().StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase);

    public static string Explain(string setting) =>
        $"{setting} is a Key Vault reference that was not resolved: check the vault, the secret's name and the app's access to it.";
}

/// <summary>The word in place of {0} in the setting names of a class that shares its properties with others.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SettingWordAttribute(string word) : Attribute
{
    public string Word { get; } = word;
}
