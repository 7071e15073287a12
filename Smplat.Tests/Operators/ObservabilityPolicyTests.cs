using System.Text.Json;
using Smplat.Cli.Commands;

namespace Smplat.Tests.Operators;

public sealed class ObservabilityPolicyTests
{
    private static readonly ObservabilityLimits Strict = new(0, 0, 0, 0, 0.2, 10);

    [Test]
    public void Only_a_figure_above_its_limit_is_a_breach() =>
        Assert.That(
            ObservabilityPolicy.Breaches(new() { DeadLettered = 1, Failed = 3 }, Strict with { FulfillmentFailed = 3 }),
            Is.EqualTo(new[] { "fulfillment dead letters: 1 (limit 0)" }));

    [Test]
    public void Every_compared_figure_is_reported_and_figures_that_were_not_read_are_not() =>
        Assert.That(
            ObservabilityPolicy.Compare(new() { DeadLettered = 1, WebhookFailures = 0 }, Strict),
            Is.EqualTo(new[] { ("fulfillment dead letters: 1 (limit 0)", true), ("fulfillment failures: 0 (limit 0)", false), ("webhook failures: 0 (limit 0)", false) }));

    [TestCase(9, 1.0, 0)]
    [TestCase(10, 0.2, 0)]
    [TestCase(10, 0.21, 1)]
    public void The_share_of_empty_searches_is_checked_from_the_minimum_sample_on(long searches, double rate, int breaches) =>
        Assert.That(
            ObservabilityPolicy.Breaches(new() { Searches = searches, ZeroResultsRate = rate }, Strict).Count(), Is.EqualTo(breaches));

    [Test]
    public void Too_few_searches_are_insufficient_data_and_no_breach() =>
        Assert.That(
            ObservabilityPolicy.Notes(new() { Searches = 3, ZeroResultsRate = 1 }, Strict).Single(), Does.Contain("insufficient_data"));

    [Test]
    public void Growth_since_a_baseline_is_judged_not_the_sum_since_the_start()
    {
        var before = new ObservabilityFigures { Failed = 40, WebhookFailures = 2 };
        var now = new ObservabilityFigures { Failed = 41, WebhookFailures = 2 };

        var grown = now.Since(before);

        Assert.That((grown.Failed, grown.WebhookFailures), Is.EqualTo((1L, 0L)));
    }

    [Test]
    public void Webhook_failures_are_summed_over_event_types()
    {
        using var body = JsonDocument.Parse(
            """{"checkout":{"totals":{"succeeded":1,"failed":2}},"webhooks":{"totals":{"failed":{"a":1,"b":4}}}}""");

        var figures = new ObservabilityFigures().WithPayments(body.RootElement);

        Assert.That((figures.CheckoutFailures, figures.WebhookFailures), Is.EqualTo((2L, 5L)));
    }
}
