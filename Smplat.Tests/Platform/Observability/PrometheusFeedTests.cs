using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Observability;

public sealed class PrometheusFeedTests
{
    /// <summary>The contract metrics that appear in every scrape.</summary>
    private static readonly string[] Always =
    [
        "smplat_fulfillment_tasks_processed_total", "smplat_fulfillment_tasks_failed_total",
        "smplat_fulfillment_tasks_dead_lettered_total", "smplat_fulfillment_tasks_retried_total",
        "smplat_payments_checkout_succeeded_total", "smplat_payments_checkout_failed_total",
        "smplat_catalog_search_total", "smplat_catalog_results_returned_total", "smplat_catalog_zero_results_total",
        "smplat_catalog_zero_results_rate", "smplat_catalog_average_results_per_search",
        "smplat_catalog_scheduler_runs_total", "smplat_catalog_scheduler_success_total",
        "smplat_catalog_scheduler_run_failures_total", "smplat_catalog_scheduler_attempt_failures_total",
        "smplat_catalog_scheduler_retries_total",
    ];

    [Test]
    public async Task A_fresh_app_shows_the_contract_metrics_to_a_scraper_with_a_bearer_key()
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["CHECKOUT_API_KEY"] = "scrape" });
        app.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "scrape");

        var answer = await app.Client.GetAsync("/api/v1/observability/prometheus");
        var samples = StrictExposition.Parse(await answer.Content.ReadAsStringAsync());

        Assert.That(answer.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        Assert.That(Always.Except(samples.Select(sample => sample.Name)), Is.Empty);
    }

    [Test]
    public async Task Two_instances_report_the_same_and_a_restart_resets_nothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = new Dictionary<string, string> { ["SMPLAT_DATABASE"] = database.ConnectionString };
        await using (var first = await SmplatApp.StartAsync(settings))
        {
            first.Services.GetRequiredService<DurableCounters>().Add("smplat_catalog_search_total", 7);
        }

        await using var second = await SmplatApp.StartAsync(settings);
        await using var third = await SmplatApp.StartAsync(settings);

        Assert.That(await SearchesAsync(second), Is.EqualTo(7));
        Assert.That(await SearchesAsync(third), Is.EqualTo(7));
    }

    private static async Task<double> SearchesAsync(SmplatApp app) =>
        StrictExposition.Parse(await app.Client.GetStringAsync("/api/v1/observability/prometheus"))
            .Single(sample => sample.Name == "smplat_catalog_search_total").Value;
}
