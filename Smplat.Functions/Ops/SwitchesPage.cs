using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Settings;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>All feature switches as this instance reads them.</summary>
public sealed class SwitchesPage(FeatureSwitches switches, SettingsProblems problems)
{
    public Task<OpsPage> ShowAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var all = switches.Read();
        return OpsPage.OfAsync(
            "Switches",
            OpsSection.Switches,
            Markup.Of(
                $"""
                <p class="lead">Switches are app settings: in a local run an environment variable or a line of <code>local.settings.json</code>, taken
                over within seconds; in Azure an entry under Environment variables of the function app, taken over when the worker has
                restarted.</p>
                {problems.Current.Values.Select(problem => Markup.Of($"""<p class="notice bad" role="alert">A changed setting is invalid; the last valid value stays in use. {problem}</p>"""))}
                """),
            OpsPanel.Of("Not at their default", Table("Switches that differ from their default", [.. all.Where(found => !found.IsDefault)], "All switches are at their default."), isWide: true),
            OpsPanel.Of("At their default", Table("Switches at their default", [.. all.Where(found => found.IsDefault)], "No switch is at its default."), isWide: true));
    }

    private static Markup Table(string caption, IReadOnlyList<FeatureSwitch> switches, string empty) => OpsParts.Table(
        caption,
        ["Switch", "State", "Default", "Set by"],
        switches.Select(found => (Markup[])
        [
            Markup.Of($"{OpsParts.Code(found.Setting)} <small>{SettingTexts.For(found.Setting)}</small>"),
            State(found.IsOn),
            Markup.Of($"{(found.IsOn == found.IsDefault ? "on" : "off")}"),
            found.SetAs is { } name ? Markup.Of($"app setting <code>{name}</code>") : Markup.Of($"not set"),
        ]),
        empty);

    private static Markup State(bool isOn) => isOn ? OpsParts.Chip("good", "on") : OpsParts.Chip("off", "off");
}

/// <summary>What each setting means, from the table in <c>docs/settings.md</c>, which is part of the app.</summary>
internal static partial class SettingTexts
{
    private static readonly FrozenDictionary<string, string> All = Read();

    /// <summary>Empty for a setting that the page does not explain.</summary>
    internal static string For(string setting) => All.GetValueOrDefault(setting, "");

    private static FrozenDictionary<string, string> Read()
    {
        using var stream = typeof(SettingTexts).Assembly.GetManifestResourceStream("settings.md")!;
        using var reader = new StreamReader(stream);
        return Row().Matches(reader.ReadToEnd())
            .DistinctBy(row => row.Groups["name"].Value)
            .ToFrozenDictionary(row => row.Groups["name"].Value, row => row.Groups["text"].Value.Replace("`", "", StringComparison.Ordinal).Replace("**", "", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| [^|]+ \| (?<text>.+?) \|\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
