using System.Text.RegularExpressions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>The files of <c>infra/</c> and the pages for operators, and what they say.</summary>
internal static partial class InfraFiles
{
    internal static string Folder { get; } = Path.Combine(Repository.Root, "infra");

    internal static string Runbooks { get; } = Path.Combine(Repository.Root, "docs", "runbooks");

    internal static IEnumerable<string> Rules => Directory.EnumerateFiles(Path.Combine(Folder, "prometheus", "rules"), "*.yml");

    internal static IEnumerable<string> Dashboards => Directory.EnumerateFiles(Path.Combine(Folder, "grafana"), "*.json");

    internal static IEnumerable<string> BicepFiles => Directory.EnumerateFiles(Folder, "*.bicep", SearchOption.AllDirectories);

    internal static IEnumerable<string> OperatorPages =>
    [
        .. Directory.EnumerateFiles(Runbooks, "*.md"),
        .. new[] { "deployment.md", "staging.md", "operators-handbook.md", "20-observability-dashboards.md" }
            .Select(page => Path.Combine(Repository.Root, "docs", page)),
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, ".github", "workflows"), "*.yml"),
    ];

    /// <summary>Names of our metrics in a text, with the labels that selectors name beside them.</summary>
    internal static IEnumerable<(string Name, IReadOnlyList<string> Labels)> Metrics(string text) =>
        from Match match in Metric().Matches(text)
        select (match.Groups["name"].Value,
            (IReadOnlyList<string>)[.. Label().Matches(match.Groups["selector"].Value).Select(label => label.Groups[1].Value)]);

    /// <summary>The commands that a page shows, continued lines joined.</summary>
    internal static IEnumerable<string> Commands(string page) =>
        from Match match in Command().Matches(page.Replace("\\\n", " ", StringComparison.Ordinal))
        select match.Groups[1].Value.Replace("\"$@\"", "", StringComparison.Ordinal).Trim();

    [GeneratedRegex(@"\b(?<name>(?:smplat|loopgpt)_[a-z0-9_]+)(?<selector>\{[^}]*\})?")]
    private static partial Regex Metric();

    [GeneratedRegex("""([a-z_]+)\s*(?:=~|!~|!=|=)""")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s*(?:run: )?(smplat [^\n|>;&]*)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
