using System.Text.RegularExpressions;
using Smplat.Tests.Infra;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>
/// No threshold of requirements/002 and 003, and none of intake, gets a rule without a drill in the running app. Of commerce, the
/// alerts on latency, failover and lost lines have their cases for promtool only.
/// </summary>
public sealed partial class DrillCoverageTests
{
    [TestCase("fulfillment")]
    [TestCase("payments")]
    [TestCase("catalog")]
    [TestCase("platform")]
    [TestCase("analytics")]
    public void Every_alert_is_seen_quiet_and_firing_in_a_drill(string rules)
    {
        var alerts = AlertsOf(rules);
        var drills = Drills();

        Assert.That(alerts, Is.Not.Empty);
        Assert.That(alerts.Where(alert => !Named("Fires", alert).IsMatch(drills)), Is.Empty, "seen to fire");
        Assert.That(alerts.Where(alert => !Named("Quiet", alert).IsMatch(drills)), Is.Empty, "seen not to fire before");
    }

    [Test]
    public void Alerts_of_commerce_are_drilled_but_for_those_that_need_minutes_of_real_slowness()
    {
        string[] without = ["HighLatency", "ConfirmLatency", "FailoverRate", "RoutingLogLoss"];
        var drills = Drills();

        Assert.That(AlertsOf("commerce").Where(alert => !Named("Fires", alert).IsMatch(drills)), Is.EquivalentTo(without));
    }

    private static string[] AlertsOf(string rules) =>
    [
        .. Alert().Matches(File.ReadAllText(InfraFiles.Rules.Single(path => Path.GetFileName(path) == $"{rules}.yml")))
            .Select(match => match.Groups[1].Value),
    ];

    private static string Drills() => string.Concat(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "Smplat.Tests", "Operators", "Drills"), "*AlertDrillTests.cs")
            .Select(File.ReadAllText));

    private static Regex Named(string what, string alert) => new($@"(\.{what}|\[TestCase)\([^;\]]*""{alert}[{{""]");

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();
}
