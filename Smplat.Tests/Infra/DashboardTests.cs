using System.Text.Json;

namespace Smplat.Tests.Infra;

/// <summary>The Grafana dashboards hold the panels of the contract and can be imported.</summary>
public sealed class DashboardTests
{
    private static readonly string[] Overview =
    [
        "Fulfillment Tasks Failed by Type", "Dead-lettered Tasks (Latest)", "Stripe Webhook Failures by Event Type",
        "Top Catalog Search Queries", "Catalog Zero-Result Rate", "Loyalty Pipeline Health", "Scheduler Readiness",
        "Component Readiness", "Event Intake", "Storefront events by verdict", "Requests sent away (back pressure)", "Writer queue",
    ];

    private static readonly string[] Commerce =
    [
        "Request volume (last hour)", "Provider success rate (last hour)", "Latency P50 and P95 (last hour)", "Error rate (last hour)",
        "Provider selection", "Provider latency", "Provider error rate", "Provider cost", "Orders routed", "Average cart value",
        "Commission expected (routed orders)", "Commission earned (confirmed orders)", "Savings against alternatives",
    ];

    [TestCaseSource(nameof(Files))]
    public void A_dashboard_can_be_imported(string path)
    {
        var dashboard = Read(path);
        var panels = Panels(dashboard).ToArray();

        Assert.That(dashboard.GetProperty("uid").GetString(), Does.StartWith("smplat-").And.Length.LessThanOrEqualTo(40));
        Assert.That(panels.Select(panel => panel.GetProperty("id").GetInt32()), Is.Unique);
        Assert.That(panels.All(panel => panel.GetProperty("gridPos").GetProperty("w").GetInt32() <= 24), Is.True);
        Assert.That(
            panels.Where(panel => panel.GetProperty("type").GetString() is not ("row" or "text"))
                .Where(panel => panel.GetProperty("targets").GetArrayLength() == 0),
            Is.Empty);
    }

    [Test]
    public void The_overview_has_the_panels_of_the_contract()
    {
        var overview = Read(Path.Combine(InfraFiles.Folder, "grafana", "overview.json"));

        Assert.That(overview.GetProperty("uid").GetString(), Is.EqualTo("smplat-observability"));
        Assert.That(overview.GetProperty("title").GetString(), Is.EqualTo("SMPLAT Observability Overview"));
        Assert.That(Overview.Except(Titles([overview])), Is.Empty);
    }

    [Test]
    public void The_commerce_dashboards_have_the_panels_of_the_runbook() =>
        Assert.That(Commerce.Except(Titles(InfraFiles.Dashboards.Select(Read))), Is.Empty);

    [Test]
    public void Identifiers_of_dashboards_differ() =>
        Assert.That(InfraFiles.Dashboards.Select(path => Read(path).GetProperty("uid").GetString()), Is.Unique);

    internal static IEnumerable<string> Expressions(string path) =>
        from panel in Panels(Read(path))
        where panel.TryGetProperty("targets", out _)
        from target in panel.GetProperty("targets").EnumerateArray()
        select target.GetProperty("expr").GetString()!;

    private static IEnumerable<string> Files() => InfraFiles.Dashboards;

    private static IEnumerable<string?> Titles(IEnumerable<JsonElement> dashboards) =>
        dashboards.SelectMany(Panels).Select(panel => panel.GetProperty("title").GetString());

    private static IEnumerable<JsonElement> Panels(JsonElement dashboard) => dashboard.GetProperty("panels").EnumerateArray();

    private static JsonElement Read(string path) => JsonDocument.Parse(File.ReadAllText(path)).RootElement;
}
