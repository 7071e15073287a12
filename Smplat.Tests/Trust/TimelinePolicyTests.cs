using Smplat.Core.Trust;

namespace Smplat.Tests.Trust;

[Parallelizable(ParallelScope.All)]
public sealed class TimelinePolicyTests
{
    private static readonly MetricBinding Binding = new("fulfillment_delivery_sla_forecast", null, null, null, null);
    private static readonly DeliveryTimeline Written = new("Delivery", "Soon.", 1440, 2880, 4320, Binding);

    [Test]
    public void A_fresh_forecast_gives_the_times_and_says_so()
    {
        var timeline = TimelinePolicy.Derive(Written, Metric(BoundMetric.Fresh) with { Value = 180 });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(timeline.MinMinutes, Is.EqualTo(75));
            Assert.That(timeline.AverageMinutes, Is.EqualTo(90));
            Assert.That(timeline.MaxMinutes, Is.EqualTo(180));
            Assert.That(timeline.P50Minutes, Is.EqualTo(90));
            Assert.That(timeline.P90Minutes, Is.EqualTo(180));
            Assert.That(timeline.ConfidenceLabel, Is.EqualTo("Live forecast"));
            Assert.That(timeline.Alerts, Is.EqualTo(new[] { "sla_watch" }));
            Assert.That(timeline.Narrative, Does.StartWith("Soon. ").And.Contain("two hours"));
            Assert.That(timeline.FallbackCopy, Is.EqualTo("Copy."));
            Assert.That(timeline.CacheLayer, Is.EqualTo("memory"));
            Assert.That(timeline.Days, Is.EqualTo(new DayRange(1, 1, 1)));
        }
    }

    [TestCase(BoundMetric.Missing)]
    [TestCase(BoundMetric.Unsupported)]
    public void Without_a_value_the_editors_times_apply(string state)
    {
        var timeline = TimelinePolicy.Derive(Written, Metric(state));

        Assert.That(
            new[] { timeline.MinMinutes, timeline.AverageMinutes, timeline.MaxMinutes }, Is.EqualTo(new double?[] { 1440, 2880, 4320 }));
        Assert.That(timeline.ConfidenceLabel, Is.EqualTo("Fallback timeline"));
        Assert.That(timeline.Alerts, Is.Empty);
        Assert.That(timeline.Days, Is.EqualTo(new DayRange(1, 2, 3)));
    }

    [TestCase(BoundMetric.Stale, "Stale forecast")]
    [TestCase(BoundMetric.Preview, "Preview timeline")]
    public void The_label_shows_the_confidence(string state, string label) =>
        Assert.That(TimelinePolicy.Derive(Written, Metric(state)).ConfidenceLabel, Is.EqualTo(label));

    [Test]
    public void Without_a_binding_there_is_no_badge()
    {
        var timeline = TimelinePolicy.Derive(Written with { Metric = null }, null);

        Assert.That(timeline.Badge, Is.Null);
        Assert.That(timeline.ConfidenceLabel, Is.EqualTo("Fallback timeline"));
    }

    private static BoundMetric Metric(string state) => new("fulfillment_delivery_sla_forecast", state, Binding)
    {
        PercentileBands = new(90, 180),
        Alerts = ["sla_watch"],
        FallbackCopy = "Copy.",
        CacheLayer = "memory",
        Forecast = new(default, 36, [Sku(120), Sku(75), Sku(null)]),
    };

    private static SkuForecast Sku(double? clear) => new("kit", 1, 1, 90, new(90, 180), [], clear, null);
}
