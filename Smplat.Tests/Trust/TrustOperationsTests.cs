using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Smplat.Tests.Trust;

/// <summary>The routes and jobs for operators and editors.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TrustOperationsTests
{
    [Test]
    public async Task The_catalog_lists_every_metric_with_what_editors_need()
    {
        await using var trust = await TrustFixture.StartAsync(new() { ["TRUST_MINIMUM_SAMPLES"] = "nps_trailing_30d=30" });

        var body = await trust.App.Client.GetFromJsonAsync<JsonElement>("/api/v1/trust/metrics");

        var metrics = body.GetProperty("metrics").EnumerateArray().ToDictionary(metric => metric.GetProperty("metric_id").GetString()!);
        Assert.That(metrics, Has.Count.EqualTo(10));
        Assert.That(metrics.Values.Select(metric => metric.GetProperty("formula").GetString()), Has.All.Not.Empty);
        Assert.That(metrics["nps_trailing_30d"].GetProperty("minimum_sample").GetInt32(), Is.EqualTo(30));
        Assert.That(metrics["first_response_minutes"].GetProperty("source").GetString(), Is.EqualTo("support"));
        Assert.That(metrics["first_response_minutes"].GetProperty("minimum_sample").GetInt32(), Is.Zero);
        Assert.That(metrics["nps_promoter_score_30d"].GetProperty("group").GetString(), Is.EqualTo("corrected"));
    }

    [Test]
    public async Task An_operator_can_run_the_rollup_and_the_ledger_shows_the_result()
    {
        await using var trust = await TrustFixture.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        var item = await trust.Rows.OrderAsync(now.AddDays(-5));
        await trust.Rows.TaskAsync(new { order_item_id = item, status = "completed", completed_at = now.AddDays(-3), scheduled_at = now });

        // Transactions of other tests on the same server may delay it.
        await Smplat.Tests.Support.Eventually.BecomesTrueAsync(
            async () =>
            {
                var answer = await trust.App.Client.PostAsJsonAsync("/api/v1/operators/jobs/trust-rollup/run", new { triggered_by = "test" });
                Assert.That((int)answer.StatusCode, Is.EqualTo(200), await answer.Content.ReadAsStringAsync());
                return await trust.Rows.ScalarAsync<long>("select count(*) from trust_rollup where due_tasks = 1") == 1;
            },
            "the hour to be summed");

        Assert.That(
            await trust.Rows.ScalarAsync<long>("select count(*) from job_run where job_id = 'trust-rollup' and status = 'completed'"),
            Is.Positive);
        Assert.That((await trust.ResolveAsync("fulfillment_sla_on_time_pct"))[0].GetProperty("sample_size").GetInt32(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_new_local_database_has_badges_to_show()
    {
        await using var trust = await TrustFixture.StartAsync();
        var sample = (Smplat.Core.Trust.TrustSample)trust.App.Services
            .GetServices<Smplat.Core.Platform.Database.ISampleData>().Single(entry => entry is Smplat.Core.Trust.TrustSample);
        await sample.LoadAsync(CancellationToken.None);
        await sample.LoadAsync(CancellationToken.None);

        var metrics = await trust.ResolveAsync(
            "fulfillment_sla_on_time_pct", "first_response_minutes", "nps_trailing_30d", "fulfillment_delivery_sla_forecast");

        Assert.That(metrics.Select(metric => metric.GetProperty("verification_state").GetString()), Is.All.EqualTo("fresh"));
        Assert.That(metrics[0].GetProperty("sample_size").GetInt32(), Is.EqualTo(150), "loading again adds nothing");
        var live = await trust.App.Client.GetFromJsonAsync<JsonElement>("/api/v1/trust/experiences/checkout");
        Assert.That(live.GetProperty("version").GetString(), Is.EqualTo("published"));
    }
}
