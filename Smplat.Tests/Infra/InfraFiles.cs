using System.Text.Json;
using System.Text.RegularExpressions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>The files of <c>infra/</c> and the pages for operators, and what they say.</summary>
internal static partial class InfraFiles
{
    internal static string Folder { get; } = Path.Combine(Repository.Root, "infra");

    internal static string Runbooks { get; } = Path.Combine(Repository.Root, "docs", "runbooks");

    internal static IEnumerable<string> Rules => Directory.EnumerateFiles(Path.Combine(Folder, "prometheus", "rules"), "*.yml");

    /// <summary>The alerts of a file with rules.</summary>
    internal static IEnumerable<JsonElement> AlertsOf(string rules) =>
        from folder in Yaml.Read(rules).GetProperty("groups").EnumerateArray()
        from rule in folder.GetProperty("rules").EnumerateArray()
        where rule.TryGetProperty("alert", out _)
        select rule;

    internal static IEnumerable<string> Dashboards => Directory.EnumerateFiles(Path.Combine(Folder, "grafana"), "*.json");

    internal static IEnumerable<string> BicepFiles => Directory.EnumerateFiles(Folder, "*.bicep", SearchOption.AllDirectories);

    internal static IEnumerable<string> OperatorPages =>
    [
        .. Directory.EnumerateFiles(Runbooks, "*.md"),
        .. new[] { "deployment.md", "staging.md", "operators-handbook.md", "20-observability-dashboards.md" }
            .Select(page => Path.Combine(Repository.Root, "docs", page)),
        .. Directory.EnumerateFiles(Workflows, "*.yml"),
    ];

    /// <summary>All files with commands to type.</summary>
    internal static IEnumerable<string> Pages =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories),
        .. Directory.EnumerateFiles(Repository.Root, "*.md"),
        .. Directory.EnumerateFiles(Workflows, "*.yml"),
        Path.Combine(Repository.Root, "justfile"),
        Path.Combine(Repository.Root, ".ci", "run"),
    ];

    internal static string Workflows { get; } = Path.Combine(Repository.Root, ".github", "workflows");

    /// <summary>The names of our metrics in a text, with the labels in their selectors.</summary>
    internal static IEnumerable<(string Name, IReadOnlyList<string> Labels)> Metrics(string text) =>
        from Match match in Metric().Matches(text)
        select (match.Groups["name"].Value,
            (IReadOnlyList<string>)[.. Label().Matches(match.Groups["selector"].Value).Select(label => label.Groups[1].Value)]);

    /// <summary>The commands that a page shows, with continued lines joined. In Markdown only fenced blocks count.</summary>
    internal static IEnumerable<string> Commands(string path)
    {
        var text = File.ReadAllText(path).Replace("\\\n", " ", StringComparison.Ordinal)
            .Replace("dotnet run --project Smplat.Cli -- ", "smplat ", StringComparison.Ordinal);
        IEnumerable<string> places = path.EndsWith(".md", StringComparison.Ordinal)
            ? Fence().Matches(text).Select(match => match.Groups[1].Value)
            : [text];
        return
            from place in places
            from Match match in Command().Matches(place)
            select match.Groups[1].Value.Replace("\"$@\"", "", StringComparison.Ordinal).Replace("{{ arguments }}", "", StringComparison.Ordinal).Trim();
    }

    /// <summary>Commands named in sentences, possibly without arguments.</summary>
    internal static IEnumerable<string> MentionedCommands(string path) => path.EndsWith(".md", StringComparison.Ordinal)
        ? Mention().Matches(Fence().Replace(File.ReadAllText(path), "")).Select(match => match.Groups[1].Value.ReplaceLineEndings(" "))
        : [];

    [GeneratedRegex(@"\b(?<name>(?:smplat|loopgpt)_[a-z0-9_]+)(?<selector>\{[^}]*\})?")]
    private static partial Regex Metric();

    [GeneratedRegex("""([a-z_]+)\s*(?:=~|!~|!=|=)""")]
    private static partial Regex Label();

    [GeneratedRegex("""(?:^[ \t]*(?:- )?(?:run: )?|[;&|(][ \t]*|\b(?:do|then|if) )(smplat [a-z-](?:"[^"\n]*"|'[^'\n]*'|[^\n|>;&)#"'])*)""", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"^[ ]*```[a-z]*\n(.*?)^[ ]*```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"`(smplat [a-z-][^`]*)`")]
    private static partial Regex Mention();
}
