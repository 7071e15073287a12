using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Platform.Settings;

/// <summary>Reads a settings class from flat names and checks it; every failure names the setting, not the property.</summary>
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

            Check(settings, name, property, failures);
        }

        if (failures.Count == 0 && settings is IValidatableObject whole)
        {
            failures.AddRange(whole.Validate(new ValidationContext(settings)).Select(result => result.ErrorMessage!));
        }

        return (settings, failures);
    }

    /// <summary>
    /// The settings of a class: flat name and property, in declaration order. Classes that differ only in one word of their
    /// names share a base class, whose names hold {0} in its place; see <see cref="SettingWordAttribute"/>.
    /// </summary>
    public static IEnumerable<(string Name, PropertyInfo Property)> Entries(Type type) =>
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let word = type.GetCustomAttribute<SettingWordAttribute>()?.Word ?? ""
        let key = property.GetCustomAttribute<ConfigurationKeyNameAttribute>()
        where key is not null
        select (key.Name.Replace("{0}", word, StringComparison.Ordinal), property);

    private static string? Lookup(IConfiguration configuration, string name, PropertyInfo property)
    {
        var aliases = property.GetCustomAttribute<SettingAliasAttribute>()?.Names ?? [];
        return aliases.Prepend(name).SelectMany(Keys).Select(key => configuration[key]).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));
    }

    /// <summary>From the environment a double underscore arrives as the colon that separates sections.</summary>
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

    private static void Check(object settings, string name, PropertyInfo property, List<string> failures)
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

/// <summary>The word in place of {0} in the setting names of a class that shares its properties with others.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SettingWordAttribute(string word) : Attribute
{
    public string Word { get; } = word;
}
