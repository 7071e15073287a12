using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Smplat.LocalHost.Timers;

/// <summary>Replaces <c>%Setting%</c> in the text of a schedule.</summary>
internal static partial class ScheduleText
{
    /// <exception cref="FormatException">A setting is missing; the message names it.</exception>
    public static string Resolve(string text, IConfiguration configuration) => Placeholder().Replace(text, match =>
    {
        var name = match.Groups[1].Value;
        return configuration[name.Replace("__", ":", StringComparison.Ordinal)] is { Length: > 0 } value
            ? value
            : throw new FormatException($"the setting {name} of its schedule is missing");
    });

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();
}
