using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Tests.Ops;

/// <summary>The dashboards show the same values with and without hourly sums.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class OpsHoursTests
{
    [Test]
    public async Task Summing_changes_no_value()
    {
        await using var ops = await OpsFixture.StartAsync();
        await ScatterAsync(ops, lines: 600);

        var before = await ReadAsync(ops);
        await RunAsync(ops);
        var after = await ReadAsync(ops);

        Assert.That(await ops.Rows.ScalarAsync<long>("select count(*) from ops_hour_quote"), Is.GreaterThan(100), "sums were made");
        Assert.That(
            await ops.Rows.ScalarAsync<double>("select extract(epoch from @Now - summed_until) / 3600 from ops_hour_mark", new { ops.Rows.Now }),
            Is.InRange(0, 1.2));
        Assert.That(after, Is.EqualTo(before));
    }

    [Test]
    public async Task Lines_are_not_read_again_after_they_were_summed()
    {
        await using var ops = await OpsFixture.StartAsync();
        await ScatterAsync(ops, lines: 200);
        await RunAsync(ops);
        var before = await ReadAsync(ops);
        await ops.Rows.ExecuteAsync(
            """delete from edge_logs where "timestamp" between @Now - interval '29 days' and @Now - interval '8 days'""", new { ops.Rows.Now });

        Assert.That(await ReadAsync(ops), Is.EqualTo(before));
    }

    [Test]
    public async Task Late_lines_are_in_the_next_sums_and_a_second_run_counts_nothing_twice()
    {
        await using var ops = await OpsFixture.StartAsync();
        await ScatterAsync(ops, lines: 100);
        await RunAsync(ops);
        await ops.Rows.ADecisionAsync("MEALME", 1234, 2000, 10, TimeSpan.FromMinutes(125));
        await ops.Rows.AQuoteAsync("MEALME", 77, ago: TimeSpan.FromMinutes(125));
        await RunAsync(ops);
        await RunAsync(ops);
        var summed = await ReadAsync(ops);
        await ops.Rows.ExecuteAsync("update ops_hour_mark set summed_until = '2000-01-01Z'");

        Assert.That(summed, Is.EqualTo(await ReadAsync(ops)));
    }

    [Test]
    public async Task Without_lines_there_is_nothing_to_sum_and_the_watermark_advances()
    {
        await using var ops = await OpsFixture.StartAsync();

        var outcome = await RunAsync(ops);

        Assert.That(outcome.Report.DidSomething, Is.False);
        Assert.That(await ops.Rows.ScalarAsync<bool>("select summed_until > @Now - interval '2 hours' from ops_hour_mark", new { ops.Rows.Now }), Is.True);
    }

    [Test]
    public void A_percentile_from_steps_is_off_by_no_more_than_half_a_step() => Check.QuickThrowOnFailure(
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<PositiveInt>>(), values =>
        {
            int[] sorted = [.. values.Get.Select(value => value.Get).Order()];
            var steps = sorted.GroupBy(ms => (int)Math.Floor(Math.Log(ms) / LatencyBuckets.Step)).Select(group => (group.Key, (long)group.Count()));
            var exact = sorted[Math.Max(0, (int)Math.Ceiling(0.95 * sorted.Length) - 1)];
            var read = LatencyBuckets.Percentile(steps, 0.95)!.Value;
            return Math.Abs(read - exact) <= 0.026 * exact;
        }));

    [Test]
    public void Without_a_quote_there_is_no_percentile() => Assert.That(LatencyBuckets.Percentile([], 0.95), Is.Null);

    /// <summary>Lines across the last 31 days, some in the current hour and at the edges of the windows.</summary>
    private static Task ScatterAsync(OpsFixture ops, int lines) => ops.Rows.ExecuteAsync(
        """
        select setseed(0.42);
        with line as (
            select
                @Now - (case n % 7 when 0 then random() * interval '70 minutes' when 1 then interval '1 day' + (random() - 0.5) * interval '2 hours'
                    when 2 then interval '7 days' + (random() - 0.5) * interval '2 hours' else random() * interval '31 days' end) as at,
                (array['MEALME', 'INSTACART', 'KROGER_API', 'WALMART_API'])[1 + (n % 4)] as provider, n
            from generate_series(1, @lines) n
        )
        insert into edge_logs (function_name, "timestamp", event, provider_id, latency_ms, selected_provider_id, total_cents, best_alternative_cents, commission_cents)
        select 'loopgpt_route_order', at, case when n % 5 = 0 then 'provider_quote_error' else 'provider_quote_success' end,
            provider, (random() * 3000)::integer, null, null, null, null
        from line
        union all
        select 'loopgpt_route_order', at, 'router_decision', null, null, provider, 1000 + n, case when n % 3 > 0 then 900 + 2 * n end, n from line
        union all
        select 'loopgpt_confirm_order', at, 'commerce.confirm_order.success', provider, 5, null, null, null, null from line where n % 2 = 0
        """,
        new { ops.Rows.Now, lines });

    private static async Task<JobOutcome.Completed> RunAsync(OpsFixture ops) =>
        (JobOutcome.Completed)await ops.App.Services.GetRequiredService<JobRunner>()
            .RunNowAsync(CommerceHoursJob.Id, "test", evenIfDisabled: false, CancellationToken.None);

    /// <summary>All values as text, business first.</summary>
    private static async Task<string> ReadAsync(OpsFixture ops)
    {
        // A separate dashboard object, because that of the app caches for some seconds.
        using var dashboards = new CommerceDashboards(ops.App.Services.GetRequiredService<CommerceDashboardStore>(), ops.Clock);
        var texts = new List<string> { JsonSerializer.Serialize(await dashboards.ReadBusinessAsync(CancellationToken.None)) };
        foreach (var window in DashboardWindow.All)
        {
            texts.Add(JsonSerializer.Serialize(await dashboards.ReadProvidersAsync(window, CancellationToken.None)));
        }

        return string.Join('\n', texts);
    }
}
