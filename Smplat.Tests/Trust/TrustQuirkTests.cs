using Smplat.Core.Trust;
using Smplat.Tests.Support;

namespace Smplat.Tests.Trust;

/// <summary>The additional tables of the contract's vectors that concern Trust.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TrustQuirkTests
{
    [Test]
    public void Percentiles_are_interpolated_between_neighbours()
    {
        foreach (var row in TrustVectors.List("percentile_cases"))
        {
            double[] values = [.. row.GetProperty("values").EnumerateArray().Select(value => value.GetDouble())];
            Array.Sort(values);
            var bands = PercentileBands.Of(values);

            Assert.That(bands.P50, Near(row.GetProperty("p50").NumberOrNull()), row.GetRawText());
            Assert.That(bands.P90, Near(row.GetProperty("p90").NumberOrNull()), row.GetRawText());
        }
    }

    [Test]
    public async Task Freshness_follows_the_window_to_the_microsecond()
    {
        await using var db = await TestDatabase.CreateAsync();
        var registry = TrustMetricFixture.Registry(db.DataSource);
        foreach (var row in TrustVectors.List("freshness_cases"))
        {
            var (computedAt, now) = (row.GetProperty("computed_at").GetDateTimeOffset(), row.GetProperty("now").GetDateTimeOffset());
            var asked = (int?)row.GetProperty("requested_window").NumberOrNull();
            var window = FreshnessPolicy.Window(registry.Find(row.GetProperty("metric_id").GetString()!)!, asked);
            var state = FreshnessPolicy.State(
                row.GetProperty("value").NumberOrNull(), row.GetProperty("sample_size").GetInt64(), computedAt, window, now);

            Assert.That(window, Is.EqualTo(row.GetProperty("effective_window").GetInt32()), row.GetRawText());
            Assert.That(state.ToString().ToLowerInvariant(), Is.EqualTo(row.GetProperty("verification_state").GetString()), row.GetRawText());
            Assert.That(
                FreshnessPolicy.MinutesElapsed(computedAt, now),
                Near(row.GetProperty("freshness_minutes_elapsed").GetDouble()),
                row.GetRawText());
        }
    }

    [Test]
    public async Task A_boolean_score_is_ignored()
    {
        await using var db = await TestDatabase.CreateAsync();
        var rows = new TrustRows(db.DataSource);
        var now = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
        var item = await rows.OrderAsync(now.AddDays(-3));
        var quirk = TrustVectors.List("quirk_cases").Single();
        foreach (var task in quirk.GetProperty("tasks_completed_within_30d").EnumerateArray())
        {
            await rows.TaskAsync(new
            {
                order_item_id = item,
                status = "completed",
                completed_at = now.AddDays(-1),
                result = task.GetProperty("result"),
            });
        }

        var reading = await TrustMetricFixture.MeasureAsync(db.DataSource, "nps_trailing_30d", now);

        var expected = quirk.GetProperty("recommended");
        Assert.That(reading.Value, Is.EqualTo(expected.GetProperty("value").GetDouble()));
        Assert.That(reading.SampleSize, Is.EqualTo(expected.GetProperty("sample_size").GetInt64()));
        Assert.That(reading.FormattedValue, Is.EqualTo(expected.GetProperty("formatted_value").GetString()));
    }

    [TestCase(0.125, "12%")]
    [TestCase(0.625, "62%")]
    [TestCase(0.375, "38%")]
    [TestCase(0, "0%")]
    [TestCase(1, "100%")]
    public void Percent_text_breaks_ties_to_even(double ratio, string text) =>
        Assert.That(MetricText.Percent(ratio), Is.EqualTo(text));

    [TestCase(12.5, "12m")]
    [TestCase(2.5, "2m")]
    [TestCase(3.5, "4m")]
    [TestCase(59.5, "60m")]
    [TestCase(60, "1.0h")]
    [TestCase(495, "8.2h")]
    [TestCase(280, "4.7h")]
    public void Durations_are_shown_in_hours_from_sixty_minutes_on(double minutes, string text) =>
        Assert.That(MetricText.Duration(minutes), Is.EqualTo(text));

    [TestCase(8.25, "8.2")]
    [TestCase(0.35, "0.3")]
    [TestCase(8.35, "8.3")]
    [TestCase(10, "10.0")]
    public void Score_text_comes_from_the_binary_value(double score, string text) =>
        Assert.That(MetricText.Score(score), Is.EqualTo(text));

    private static NUnit.Framework.Constraints.IResolveConstraint Near(double? expected) =>
        expected is { } number ? Is.EqualTo(number).Within(TrustVectors.Tolerance) : Is.Null;
}
