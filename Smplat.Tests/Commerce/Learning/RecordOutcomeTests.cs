using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Tests.Commerce.Confirmation;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Learning;

public sealed class RecordOutcomeTests
{
    private RouterFixture _app = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _app = await RouterFixture.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _app.DisposeAsync();

    [Test]
    [Prevents("O-4")]
    [Prevents("D-1")]
    public async Task A_report_counts_once_however_often_it_is_sent()
    {
        const string report =
            """{"orderId":"o1","providerId":"mealme","wasSuccessful":true,"itemsOrdered":3,"itemsDelivered":3,"totalValue":100,"commissionRate":0.05,"userRating":5,"issues":["late_delivery"]}""";

        var (_, first) = await _app.PostAsync("loopgpt_record_outcome", report, RouterFixture.Key);
        var (status, second) = await _app.PostAsync("loopgpt_record_outcome", report, RouterFixture.Key);

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((first.GetProperty("recorded").GetBoolean(), second.GetProperty("recorded").GetBoolean()), Is.EqualTo((true, false)));
        Assert.That(await _app.ScalarAsync<long>("select commission_cents from commerce.order_outcomes where order_id = 'o1'"), Is.EqualTo(500));
    }

    [Test]
    public async Task A_cancellation_overrides_success()
    {
        await _app.PostAsync(
            "loopgpt_record_outcome",
            """{"order_id":"o2","provider_id":"KROGER_API","success":true,"wasCancelled":true,"items_ordered":1}""",
            RouterFixture.Key);

        Assert.That(await _app.ScalarAsync<string>("select outcome from commerce.order_outcomes where order_id = 'o2'"), Is.EqualTo("cancelled"));
    }

    [TestCase("{}")]
    [TestCase("""{"orderId":"o","providerId":"AMAZON","wasSuccessful":true,"itemsOrdered":1}""")]
    [TestCase("""{"orderId":"o","providerId":"MEALME","wasSuccessful":true}""")]
    [TestCase("""{"orderId":"o","providerId":"MEALME","itemsOrdered":1}""")]
    [TestCase("""{"orderId":"o","providerId":"MEALME","wasSuccessful":true,"itemsOrdered":0}""")]
    [TestCase("""{"orderId":"o","providerId":"MEALME","wasSuccessful":true,"itemsOrdered":1,"userRating":6}""")]
    [TestCase("""{"orderId":"o","providerId":"MEALME","wasSuccessful":true,"itemsOrdered":1,"actualDeliveryTime":0}""")]
    [TestCase("""{"orderId":"o","providerId":"MEALME","wasSuccessful":true,"itemsOrdered":1,"issues":["ghosts"]}""")]
    public async Task Wrong_reports_are_an_invalid_request(string json)
    {
        var (status, body) = await _app.PostAsync("loopgpt_record_outcome", json, RouterFixture.Key);

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(body.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("INVALID_REQUEST"));
    }

    [Test]
    [Prevents("O-3")]
    public async Task A_report_replaces_the_outcome_of_the_confirmation()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var orderId = (await app.ConfirmAsync(await app.TokenAsync())).GetProperty("orderId").GetString();

        await app.PostAsync(
            "loopgpt_record_outcome",
            $$"""{"orderId":"{{orderId}}","providerId":"MEALME","wasSuccessful":false,"itemsOrdered":3}""",
            RouterFixture.Key);

        Assert.That(
            await app.ScalarAsync<string>("select string_agg(source || ':' || outcome || ':' || total_cents, ',') from commerce.order_outcomes"),
            Is.EqualTo("report:failed:6000"));
    }

    [Test]
    [Prevents("S-8")]
    [Prevents("S-9")]
    public async Task Success_rates_start_from_a_prior_and_old_outcomes_fade()
    {
        await using var app = await RouterFixture.StartAsync();
        await ReportAsync(app, "MEALME", successes: 1, failures: 0, daysAgo: 0);
        await ReportAsync(app, "KROGER_API", successes: 0, failures: 10, daysAgo: 0);
        await ReportAsync(app, "WALMART_API", successes: 0, failures: 10, daysAgo: 140);
        var stats = app.Services.GetRequiredService<ProviderStatsCache>();

        await app.Services.GetRequiredService<ProviderStatsRefresh>().RunOnceAsync(CancellationToken.None);

        Assert.That(stats.For(ProviderId.MealMe)!.SuccessRate, Is.EqualTo(90.909m).Within(0.01m), "(1 + 9) / (1 + 10)");
        Assert.That(stats.For(ProviderId.KrogerApi)!.SuccessRate, Is.EqualTo(45m).Within(0.01m), "(0 + 9) / (10 + 10)");
        Assert.That(stats.For(ProviderId.WalmartApi)!.SuccessRate, Is.GreaterThan(89m), "ten half-lives ago");
        Assert.That(stats.For(ProviderId.Instacart), Is.Null);
        Assert.That(stats.For(ProviderId.MealMe)!.AvgMarginRate, Is.EqualTo(5m));
        Assert.That(stats.For(ProviderId.KrogerApi)!.AvgMarginRate, Is.Null, "value and commission count for successes only");

        var body = await app.RouteAsync(Baskets.Three());
        var kroger = body.GetProperty("alternativeQuotes").EnumerateArray()
            .Single(loser => loser.GetProperty("provider").GetProperty("id").GetString() == "KROGER_API");
        Assert.That(kroger.GetProperty("scoreBreakdown").GetProperty("reliabilityScore").GetInt32(), Is.EqualTo(32));
    }

    [Test]
    public void Missing_items_and_lateness_lower_the_rate_within_bounds()
    {
        var row = new MetricsRow("MEALME", 10, 100, null, null, null);

        Assert.That(ProviderStatsPolicy.From(row).SuccessRate, Is.EqualTo(100m));
        Assert.That(ProviderStatsPolicy.From(row with { FulfilmentRatio = 0.5m }).SuccessRate, Is.EqualTo(90m));
        Assert.That(ProviderStatsPolicy.From(row with { EtaBiasMinutes = 30 }).SuccessRate, Is.EqualTo(95m));
        Assert.That(ProviderStatsPolicy.From(row with { EtaBiasMinutes = -30 }).SuccessRate, Is.EqualTo(100m));
        Assert.That(ProviderStatsPolicy.From(row with { FulfilmentRatio = 0, EtaBiasMinutes = 600 }).SuccessRate, Is.EqualTo(72m));
    }

    private static Task ReportAsync(RouterFixture app, string provider, int successes, int failures, int daysAgo) => app.ExecuteAsync(
        $"""
        insert into commerce.order_outcomes (
            id, order_id, provider_id, source, outcome, was_successful, items_ordered, total_cents, commission_cents, created_at)
        select gen_random_uuid(), '{provider}' || n, '{provider}', 'report',
            case when n <= {successes} then 'success' else 'failed' end, n <= {successes}, 1, 10000, 500,
            now() - interval '{daysAgo} days'
        from generate_series(1, {successes + failures}) n
        """);
}
