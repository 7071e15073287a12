using System.Text.RegularExpressions;
using Smplat.Tests.Infra;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>
/// No threshold of requirements/002 to 004, and none of the intake of events, gets a rule without a drill in the running app.
/// </summary>
public sealed class DrillCoverageTests
{
    [TestCase("fulfillment")]
    [TestCase("payments")]
    [TestCase("catalog")]
    [TestCase("platform")]
    [TestCase("analytics")]
    [TestCase("commerce")]
    public void Every_alert_is_seen_quiet_and_firing_in_a_drill(string rules)
    {
        var alerts = AlertsOf(rules);
        var drills = Drills();

        Assert.That(alerts, Is.Not.Empty);
        Assert.That(alerts.Where(alert => !Named("Fires", alert).IsMatch(drills)), Is.Empty, "seen to fire");
        Assert.That(alerts.Where(alert => !Named("Quiet", alert).IsMatch(drills)), Is.Empty, "seen not to fire before");
    }

    private static string[] AlertsOf(string rules) =>
    [
        .. InfraFiles.AlertsOf(InfraFiles.Rules.Single(path => Path.GetFileName(path) == $"{rules}.yml"))
            .Select(rule => rule.GetProperty("alert").GetString()!),
    ];

    private static string Drills() => string.Concat(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "Smplat.Tests", "Operators", "Drills"), "*AlertDrillTests.cs")
            .Select(File.ReadAllText));

    private static Regex Named(string what, string alert) => new($@"(\.{what}|\[TestCase)\([^;\]]*""{alert}[{{""]");
}
