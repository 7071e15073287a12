using System.Text.Json;
using System.Text.RegularExpressions;

namespace Smplat.Tests.Infra;

/// <summary>The alert rules: valid, tested, complete, and each with a runbook.</summary>
public sealed partial class AlertRuleTests
{
    private static readonly string[] Required =
    [
        "FulfillmentDeadLetterGrowth", "FulfillmentFailuresNotRetried", "FulfillmentLoopErrors", "CheckoutFailuresSpike",
        "WebhookFailuresSpike", "CatalogZeroResults", "ComponentError", "ComponentDegraded", "SchedulerConsecutiveFailures",
        "JobRunsFail", "LockoutSpike", "NoProvidersAvailable", "ProviderApiDown", "HighLatency", "ProviderErrorRate",
        "ProviderSelectionSkew", "RequestVolumeLowPeak", "RequestVolumeLowOffPeak", "RouterErrorRate",
        "ProviderCredentialFailures", "IncidentLastsLong",
    ];

    private static readonly string[] Severities = ["critical", "warning", "info"];

    private static IReadOnlyList<(string Name, JsonElement Rule)> Alerts { get; } =
        [.. InfraFiles.Rules.SelectMany(InfraFiles.AlertsOf).Select(rule => (rule.GetProperty("alert").GetString()!, rule))];

    [Test]
    public void Every_alert_of_the_requirements_is_there() =>
        Assert.That(Required.Except(Alerts.Select(alert => alert.Name)), Is.Empty);

    [Test]
    public void Every_alert_has_a_severity_that_is_routed() =>
        Assert.That(Alerts.Where(alert => !Severities.Contains(Text(alert.Rule, "labels", "severity"))).Select(alert => alert.Name), Is.Empty);

    [Test]
    public void Every_alert_has_a_page_that_says_what_to_do() =>
        Assert.That(
            Alerts.Where(alert => !File.Exists(Path.Combine(InfraFiles.Runbooks, Text(alert.Rule, "annotations", "runbook") + ".md")))
                .Select(alert => alert.Name),
            Is.Empty);

    [Test]
    public void Every_alert_is_provoked_by_a_case() =>
        Assert.That(
            Alerts.Select(alert => alert.Name).Except(
                Directory.EnumerateFiles(Path.Combine(InfraFiles.Folder, "prometheus", "tests"), "*.yml")
                    .SelectMany(path => Word().Matches(File.ReadAllText(path)).Select(match => match.Value))),
            Is.Empty);

    [Test]
    public async Task Promtool_accepts_the_rules()
    {
        var (code, output) = await Promtool.RunAsync(["check", "rules", .. InfraFiles.Rules]);

        Assert.That(code, Is.Zero, output);
    }

    [Test]
    public async Task Promtool_accepts_the_scrape_configuration()
    {
        var (code, output) = await Promtool.RunAsync(
            ["check", "config", "--syntax-only", Path.Combine(InfraFiles.Folder, "prometheus", "prometheus.yml")]);

        Assert.That(code, Is.Zero, output);
    }

    [Test]
    public async Task The_cases_of_the_rules_pass()
    {
        var (code, output) = await Promtool.RunAsync(
            ["test", "rules", .. Directory.EnumerateFiles(Path.Combine(InfraFiles.Folder, "prometheus", "tests"), "*.yml")]);

        Assert.That(code, Is.Zero, output);
    }

    private static string? Text(JsonElement rule, string part, string name) =>
        rule.TryGetProperty(part, out var found) && found.TryGetProperty(name, out var value) ? value.GetString() : null;

    [GeneratedRegex(@"\b[A-Z][A-Za-z0-9]+\b")]
    private static partial Regex Word();
}
