using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Observability;

/// <summary>The contract of the feed: all names and types are there from the first scrape, whatever shoppers search for.</summary>
public sealed partial class FeedContractTests
{
    private const string Feed = "/api/v1/observability/prometheus";

    private static readonly string[] Counters =
    [
        "smplat_fulfillment_tasks_processed_total", "smplat_fulfillment_tasks_failed_total", "smplat_fulfillment_tasks_dead_lettered_total",
        "smplat_fulfillment_tasks_retried_total", "smplat_fulfillment_tasks_total", "smplat_payments_checkout_succeeded_total",
        "smplat_payments_checkout_failed_total", "smplat_payments_webhook_events_total", "smplat_catalog_search_total",
        "smplat_catalog_results_returned_total", "smplat_catalog_search_category_total", "smplat_catalog_search_sort_total",
        "smplat_catalog_search_query_total", "smplat_catalog_zero_result_query_total", "smplat_catalog_zero_results_total",
        "smplat_loyalty_referral_events_total", "smplat_loyalty_guardrail_overrides_total", "smplat_loyalty_nudges_dispatched_total",
        "smplat_loyalty_nudge_channels_total", "smplat_catalog_scheduler_runs_total", "smplat_catalog_scheduler_success_total",
        "smplat_catalog_scheduler_run_failures_total", "smplat_catalog_scheduler_attempt_failures_total", "smplat_catalog_scheduler_retries_total",
        "smplat_catalog_scheduler_job_runs_total", "smplat_catalog_scheduler_job_success_total", "smplat_catalog_scheduler_job_run_failures_total",
        "smplat_catalog_scheduler_job_retries_total", "smplat_catalog_scheduler_job_runtime_seconds_total",
    ];

    private static readonly string[] Gauges =
    [
        "smplat_catalog_zero_results_rate", "smplat_catalog_average_results_per_search", "smplat_catalog_scheduler_job_consecutive_failures",
        "smplat_catalog_scheduler_job_last_success_timestamp", "smplat_catalog_scheduler_job_last_error_timestamp",
    ];

    [Test]
    public async Task A_fresh_app_declares_all_34_names_with_the_right_type_and_the_additional_ones()
    {
        await using var app = await SmplatApp.StartAsync();

        var types = Type().Matches(await app.Client.GetStringAsync(Feed)).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

        Assert.That(Counters.Length + Gauges.Length, Is.EqualTo(34));
        Assert.That(Counters.Where(name => types.GetValueOrDefault(name) != "counter"), Is.Empty);
        Assert.That(Gauges.Where(name => types.GetValueOrDefault(name) != "gauge"), Is.Empty);
        Assert.That(
            types.Keys,
            Is.SupersetOf(new[]
            {
                "smplat_fulfillment_loop_errors_total", "smplat_auth_attempts_total", "smplat_auth_lockouts_total", "smplat_component_status",
                "smplat_build_info", "smplat_storefront_surface_answers_total", "loopgpt_router_requests_total", "smplat_commerce_circuit_state",
            }));
    }

    [Test]
    public async Task Whatever_is_searched_for_the_feed_stays_small_and_a_strict_parser_accepts_it()
    {
        await using var app = await SmplatApp.StartAsync();
        string[] hostile =
        [
            "x\"} 1\nsmplat_payments_checkout_failed_total 99\n#", "back\\slash\\", "\u0000nul", "\ud83d\ude00", "tab\there", "a\r\nb", "{}=,\"", new('é', 5_000),
        ];
        foreach (var query in hostile.Concat(Enumerable.Range(0, 60).Select(number => $"query {number}")))
        {
            await app.Client.PostAsJsonAsync("/api/v1/observability/catalog-search", new { query, category = query, sort = "featured", results_count = 0 });
        }

        var samples = StrictExposition.Parse(await app.Client.GetStringAsync(Feed));

        Assert.That(samples.Single(sample => sample.Name == "smplat_payments_checkout_failed_total").Value, Is.Zero, "nothing is forged");
        Assert.That(samples.Count(sample => sample.Name == "smplat_catalog_search_query_total"), Is.InRange(1, 11));
        Assert.That(samples.Count(sample => sample.Name == "smplat_catalog_search_category_total"), Is.InRange(1, 11));
    }

    [Test]
    public async Task An_open_circuit_appears_in_the_feed_of_every_instance()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = new Dictionary<string, string> { ["SMPLAT_DATABASE"] = database.ConnectionString };
        await using var one = await SmplatApp.StartAsync(settings);
        await using var other = await SmplatApp.StartAsync(settings);
        Assert.That(await CircuitAsync(other), Is.Zero, "closed");

        var breaker = one.Services.GetRequiredService<ProviderCircuits>().Breaker(ProviderIds.All[0]);
        for (var failure = 0; failure < 5; failure++)
        {
            breaker.TryEnter(out var pass);
            breaker.Fail(pass);
        }

        await one.Services.GetRequiredService<CircuitPublisher>().WriteAsync(CancellationToken.None);

        Assert.That((await CircuitAsync(one), await CircuitAsync(other)), Is.EqualTo((2d, 2d)));
    }

    private static async Task<double> CircuitAsync(SmplatApp app) => StrictExposition.Parse(await app.Client.GetStringAsync(Feed))
        .Single(sample => sample.Name == "smplat_commerce_circuit_state" && sample.Labels["provider_id"] == ProviderIds.All[0].ToWire()).Value;

    [GeneratedRegex(@"^# TYPE (\S+) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Type();
}
