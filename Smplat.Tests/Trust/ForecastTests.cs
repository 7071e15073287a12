using Smplat.Core.Trust;

namespace Smplat.Tests.Trust;

[Parallelizable(ParallelScope.All)]
public sealed class ForecastTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_healthy_forecast_has_no_alerts() =>
        Assert.That(ForecastAlerts.Evaluate(30, 50, [Sku(null), Sku(null)]), Is.Empty);

    [Test]
    public void All_products_without_staff_are_one_alert_and_some_are_another()
    {
        Assert.That(
            ForecastAlerts.Evaluate(null, 50, [Sku("no_staffing_capacity"), Sku("no_staffing_capacity")]),
            Is.EqualTo(new[] { "forecast_unavailable", "no_staffing_capacity" }));
        Assert.That(ForecastAlerts.Evaluate(10, 50, [Sku("no_staffing_capacity"), Sku(null)]), Is.EqualTo(new[] { "partial_support" }));
        Assert.That(ForecastAlerts.Evaluate(10, 50, [Sku("insufficient_history")]), Is.EqualTo(new[] { "partial_support" }));
    }

    [TestCase(119.9, new string[0])]
    [TestCase(120, new[] { "sla_watch" })]
    [TestCase(239.9, new[] { "sla_watch" })]
    [TestCase(240, new[] { "sla_breach_risk" })]
    public void Queues_of_two_and_four_hours_raise_alerts(double minutes, string[] alerts) =>
        Assert.That(ForecastAlerts.Evaluate(minutes, 5, [Sku(null)]), Is.EqualTo(alerts));

    [Test]
    public void The_copy_follows_the_most_serious_alert()
    {
        var unstaffed = ForecastAlerts.FallbackCopy(["forecast_unavailable", "limited_history", "no_staffing_capacity"]);
        Assert.That(unstaffed, Is.EqualTo(ForecastAlerts.FallbackCopy(["no_staffing_capacity"])).And.Not.Empty);
        Assert.That(ForecastAlerts.FallbackCopy(["partial_support"]), Is.Null);
        Assert.That(ForecastAlerts.FallbackCopy([]), Is.Null);
    }

    [Test]
    public void A_queue_that_no_shift_empties_is_divided_by_the_mean_capacity()
    {
        var facts = Facts(backlog: 30, durations: [45, 60, 75], new StaffingShift(Now, Now.AddHours(2), 5));

        var sku = ForecastPolicy.Forecast("kit", facts, Now);

        Assert.That(sku.EstimatedClearMinutes, Is.EqualTo(360), "30 tasks at 5 an hour");
        Assert.That(sku.PercentileBands.P90, Is.EqualTo(72));
        Assert.That(sku.Windows.Single().BacklogAfter, Is.EqualTo(20));
        Assert.That(sku.UnsupportedReason, Is.Null);
    }

    [TestCase(" Kit ", "Other", "kit")]
    [TestCase("", " Big Kit ", "big-kit")]
    [TestCase(null, "Big Kit", "big-kit")]
    [TestCase(" ", " ", "unknown-sku")]
    public void Queue_history_and_shifts_are_joined_under_one_name(string? slug, string title, string name) =>
        Assert.That(SkuName.From(slug, title), Is.EqualTo(name));

    [TestCase(5, 30, 2)]
    [TestCase(7, 30, 4)]
    [TestCase(0, 600, 0)]
    public void Capacity_is_rounded_with_ties_to_even(int hourly, int minutes, long tasks) =>
        Assert.That(new StaffingShift(Now, Now.AddMinutes(minutes), hourly).CapacityTasks, Is.EqualTo(tasks));

    private static SkuFacts Facts(int backlog, double[] durations, params StaffingShift[] shifts)
    {
        var facts = new SkuFacts();
        facts.Add(new ForecastRow { Tasks = backlog });
        facts.Durations.AddRange(durations);
        facts.Shifts.AddRange(shifts);
        return facts;
    }

    private static SkuForecast Sku(string? reason) => new("kit", 1, 1, 1, new(1, 1), [], reason is null ? 1 : null, reason);
}
