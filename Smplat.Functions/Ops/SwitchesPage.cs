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
                <p class="lead">Switches are app settings. A change takes effect within seconds in a local run, and after the worker has restarted
                in Azure.</p>
                {problems.Current.Values.Select(problem => Markup.Of($"""<p class="notice bad" role="alert">A changed setting is invalid; the last valid value stays in use. {problem}</p>"""))}
                """),
            OpsPanel.Of("Not at their default", Table("Switches that differ from their default", [.. all.Where(found => !found.IsDefault)], "All switches are at their default."), isWide: true),
            OpsPanel.Of("At their default", Table("Switches at their default", [.. all.Where(found => found.IsDefault)], "No switch is at its default."), isWide: true));
    }

    private static Markup Table(string caption, IReadOnlyList<FeatureSwitch> switches, string empty) => OpsParts.Table(
        caption,
        ["Setting", "State"],
        switches.Select(found => (Markup[])
        [
            OpsParts.Code(found.Setting),
            found.IsOn ? OpsParts.Chip("good", "on") : OpsParts.Chip("off", "off"),
        ]),
        empty);
}
