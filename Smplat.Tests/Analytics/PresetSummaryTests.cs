using Smplat.Core.Analytics;

namespace Smplat.Tests.Analytics;

/// <summary>The formulas of preset analytics.</summary>
public sealed class PresetSummaryTests
{
    private static readonly DateOnly Today = new(2026, 3, 10);

    [Test]
    public void Totals_trend_sources_and_breakdown_follow_from_the_counts()
    {
        var summary = PresetSummaryPolicy.Summarise(
            [
                Count(0, PresetEventType.CtaApply, 2, source: "landing"),
                Count(0, PresetEventType.ConfiguratorApply, 1, source: "configurator"),
                Count(0, PresetEventType.ConfiguratorClear, 1),
            ],
            Today,
            7);

        Assert.That(summary.Totals, Is.EqualTo(new PresetTotals(2, 1, 1)));
        Assert.That(summary.Timeline, Has.Count.EqualTo(7));
        var today = summary.Timeline[^1];
        Assert.That(today.Date, Is.EqualTo(Today));
        Assert.That(today.Totals, Is.EqualTo(new DayTotals(3, 1, 4, 2, 1.0 / 3)));
        Assert.That(today.Trend.ApplyAvg7, Is.EqualTo(3.0 / 7));
        Assert.That(today.Trend.TotalMax30, Is.EqualTo(4));
        Assert.That(summary.Sources.Select(source => source.Source), Is.EqualTo(new[] { "landing", "configurator" }));
        Assert.That(summary.Breakdowns.Presets.Single(), Has.Property("PresetId").EqualTo("preset-alpha").And.Property("IsRisky").False);
        Assert.That(summary.Alerts, Is.Empty);
    }

    [Test]
    public void The_trend_of_a_day_does_not_depend_on_the_window()
    {
        PresetCount[] counts = [.. Enumerable.Range(0, 60).Select(age => Count(age, PresetEventType.CtaApply, age + 1))];

        var week = PresetSummaryPolicy.Summarise(counts, Today, 7).Timeline[^1].Trend;
        var quarter = PresetSummaryPolicy.Summarise(counts, Today, 90).Timeline[^1].Trend;

        Assert.That(week, Is.EqualTo(quarter));
    }

    [TestCase(10, 5, new[] { PresetAlertPolicy.HighClearRate, PresetAlertPolicy.PresetClearRate })]
    [TestCase(10, 3, new string[0])]
    [TestCase(9, 9, new string[0])]
    public void Clear_rates_alert_from_ten_applies_on(int applies, int clears, string[] codes)
    {
        var summary = PresetSummaryPolicy.Summarise(
            [Count(1, PresetEventType.CtaApply, applies), Count(1, PresetEventType.ConfiguratorClear, clears)], Today, 7);

        Assert.That(summary.Alerts.Select(alert => alert.Code), Is.EqualTo(codes));
    }

    [Test]
    public void Three_days_without_a_gain_alert_and_quiet_days_do_not_interrupt_the_sequence()
    {
        PresetCount[] counts =
        [
            .. new[] { 0, 2, 3 }.Select(age => Count(age, PresetEventType.ConfiguratorClear, 1)),
            Count(5, PresetEventType.CtaApply, 5),
        ];

        var alert = PresetSummaryPolicy.Summarise(counts, Today, 30).Alerts.Single();

        Assert.That(alert.Code, Is.EqualTo(PresetAlertPolicy.NegativeTrend));
    }

    [Test]
    public void A_preset_that_is_cleared_more_than_before_alerts()
    {
        PresetCount[] counts =
        [
            Count(1, PresetEventType.CtaApply, 6), Count(1, PresetEventType.ConfiguratorClear, 3),
            Count(60, PresetEventType.CtaApply, 40), Count(60, PresetEventType.ConfiguratorClear, 1),
        ];

        var codes = PresetSummaryPolicy.Summarise(counts, Today, 90).Alerts.Select(alert => alert.Code);

        Assert.That(codes, Is.EqualTo(new[] { PresetAlertPolicy.Regression }));
    }

    private static PresetCount Count(int age, string type, long count, string preset = "preset-alpha", string source = "") =>
        new(Today.AddDays(-age), type, preset, "Alpha", source, count);
}
