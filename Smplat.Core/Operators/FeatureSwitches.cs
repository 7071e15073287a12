using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Operators;

/// <summary>All switches of the app with their current values, for operators to check before and after they change one.</summary>
public sealed class FeatureSwitches(IEnumerable<SettingsClass> classes, IConfiguration configuration, IServiceProvider services)
{
    public IReadOnlyList<FeatureSwitch> Read() =>
    [
        .. classes.SelectMany(entry => Read(entry.Type)).OrderBy(found => found.Setting, StringComparer.Ordinal),
    ];

    private IEnumerable<FeatureSwitch> Read(Type type)
    {
        var current = CurrentOf(type);
        var defaults = Activator.CreateInstance(type);
        foreach (var (name, property) in SettingsReader.Entries(type).Where(entry => entry.Property.PropertyType == typeof(bool)))
        {
            var isOn = (bool)property.GetValue(current)!;
            yield return new(name, isOn, isOn == (bool)property.GetValue(defaults)!) { SetAs = SettingsReader.FindSource(configuration, name, property) };
        }
    }

    private object CurrentOf(Type type)
    {
        var monitor = typeof(IOptionsMonitor<>).MakeGenericType(type);
        return monitor.GetProperty(nameof(IOptionsMonitor<object>.CurrentValue), BindingFlags.Public | BindingFlags.Instance)!
            .GetValue(services.GetRequiredService(monitor))!;
    }
}

/// <summary>A setting that turns something on or off, with the value that this instance currently reads.</summary>
public sealed record FeatureSwitch(string Setting, bool IsOn, bool IsDefault)
{
    /// <summary>The name of the app setting that sets it, its own or an older one; null when none does.</summary>
    public string? SetAs { get; init; }
}
