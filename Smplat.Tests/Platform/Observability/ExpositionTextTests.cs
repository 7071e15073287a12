using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Platform.Observability;

namespace Smplat.Tests.Platform.Observability;

public sealed class ExpositionTextTests
{
    private static readonly MetricFamily Searches = new("smplat_search_total", "Searches", MetricType.Counter);

    [Test]
    public void Any_label_value_survives_a_round_trip_through_a_strict_parser() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            var label = text ?? "";
            var written = ExpositionText.Write([(Searches, [MetricSample.Of("smplat_search_total", 3, ("query", label))])]);

            var parsed = StrictExposition.Parse(written);

            return parsed.Single() is { Name: "smplat_search_total", Value: 3 } sample
                && sample.Labels["query"] == label.Replace('\r', ' ');
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_search_cannot_forge_another_metric()
    {
        const string Forged = "x\"} 1\nsmplat_payments_checkout_failed_total 99\n#";

        var written = ExpositionText.Write([(Searches, [MetricSample.Of("smplat_search_total", 1, ("query", Forged))])]);

        Assert.That(StrictExposition.Parse(written).Select(sample => sample.Name), Is.EqualTo(new[] { "smplat_search_total" }));
    }

    [Test]
    public void Families_and_labels_are_sorted_and_declared_once()
    {
        var gauge = new MetricFamily("smplat_a", "A \\ gauge\nof two lines", MetricType.Gauge);

        var written = ExpositionText.Write(
        [
            (Searches, [MetricSample.Of("smplat_search_total", 2, ("z", "1"), ("a", "2")), MetricSample.Of("smplat_search_total", 1.5)]),
            (gauge, [MetricSample.Of("smplat_a", double.NaN)]),
        ]);

        Assert.That(written, Is.EqualTo(
            """
            # HELP smplat_a A \\ gauge\nof two lines
            # TYPE smplat_a gauge
            smplat_a NaN
            # HELP smplat_search_total Searches
            # TYPE smplat_search_total counter
            smplat_search_total 1.5
            smplat_search_total{a="2",z="1"} 2

            """.ReplaceLineEndings("\n")));
    }
}
