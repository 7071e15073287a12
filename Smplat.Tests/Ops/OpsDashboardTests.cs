using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Operators;
using Smplat.Tests.Support;

namespace Smplat.Tests.Ops;

[Parallelizable(ParallelScope.All)]
public sealed class OpsDashboardTests
{
    private static readonly FixedClock Noon = new(new DateTimeOffset(TimeProvider.System.GetUtcNow().Date, TimeSpan.Zero).AddHours(-12).AddSeconds(30));

    [Test]
    public async Task The_last_hour_is_shown_by_minute_and_in_total()
    {
        await using var ops = await OpsFixture.StartAsync(clock: Noon);
        foreach (var latency in new[] { 100, 200, 300, 400 })
        {
            await ops.Rows.ARequestAsync(latency, TimeSpan.FromMinutes(10));
        }

        await ops.Rows.ARequestAsync(null, TimeSpan.FromMinutes(5));
        await ops.Rows.ARequestAsync(9000, TimeSpan.FromMinutes(61));
        await ops.Rows.AQuoteAsync("MEALME", 100);
        await ops.Rows.AQuoteAsync("MEALME", 300);
        await ops.Rows.AQuoteAsync("KROGER_API", 8000, isError: true);

        var live = await Dashboards(ops).ReadLiveAsync(CancellationToken.None);

        Assert.That((live.Total!.Requests, live.Total.Failures, live.Total.P50Ms), Is.EqualTo((5L, 1L, 250.0)));
        Assert.That(live.Total.ErrorRate, Is.EqualTo(0.2));
        Assert.That(live.Minutes.Where(minute => minute.Minute is not null).Select(minute => minute.Requests), Is.EqualTo(new[] { 4L, 1L }));
        Assert.That(
            live.Providers.Select(provider => (provider.ProviderId, provider.Calls, provider.SuccessRate)),
            Is.EqualTo(new[] { ("KROGER_API", 1L, (double?)0), ("MEALME", 2L, 1) }));
        Assert.That(live.Providers[0].P50Ms, Is.EqualTo(8000).Within(2.6).Percent, "a failed quote has its time like any other");
        Assert.That(live.Providers[1].P50Ms, Is.EqualTo(100).Within(2.6).Percent);
    }

    [Test]
    public async Task An_honest_refusal_is_no_failure_and_both_pages_show_the_same_figures_for_the_same_quotes()
    {
        await using var ops = await OpsFixture.StartAsync(clock: Noon);
        for (var quote = 0; quote < 10; quote++)
        {
            await ops.Rows.AQuoteAsync("MEALME", 100 + (7 * quote));
        }

        await ops.Rows.AQuoteAsync("MEALME", 10_000, isError: true);
        await ops.Rows.AQuoteAsync("MEALME", 10_000, isError: true);
        await ops.Rows.AQuoteAsync("MEALME", 50, isError: true);
        await ops.Rows.ExecuteAsync("update edge_logs set error_code = 'NO_ITEMS_MATCHED' where latency_ms = 50");

        var live = (await Dashboards(ops).ReadLiveAsync(CancellationToken.None)).Providers.Single();
        var day = (await Dashboards(ops).ReadProvidersAsync(DashboardWindow.Day, CancellationToken.None)).Quotes.Single(quote => quote.At is null);

        Assert.That((live.Calls, live.Errors), Is.EqualTo((13L, 2L)));
        Assert.That(live.P95Ms, Is.EqualTo(10_000).Within(2.6).Percent);
        Assert.That(day, Is.EqualTo(live));
    }

    [Test]
    public async Task No_requests_are_not_a_rate_of_zero()
    {
        await using var ops = await OpsFixture.StartAsync(clock: Noon);

        var live = await Dashboards(ops).ReadLiveAsync(CancellationToken.None);

        Assert.That(live.Total, Is.Null);
        Assert.That(live.Providers, Is.Empty);
    }

    [Test]
    public async Task Providers_are_compared_over_the_requested_window()
    {
        await using var ops = await OpsFixture.StartAsync(clock: Noon);
        await ops.Rows.ADecisionAsync("MEALME", 1000, null, 0, TimeSpan.FromHours(1));
        await ops.Rows.ADecisionAsync("MEALME", 2000, null, 0, TimeSpan.FromHours(2));
        await ops.Rows.ADecisionAsync("WALMART_API", 900, null, 0, TimeSpan.FromDays(3));
        await ops.Rows.AQuoteAsync("MEALME", 100, ago: TimeSpan.FromHours(1));
        await ops.Rows.AQuoteAsync("MEALME", 100, isError: true, ago: TimeSpan.FromHours(1));
        await ops.Rows.AQuoteAsync("MEALME", 100, isError: true, ago: TimeSpan.FromDays(2));

        var day = await Dashboards(ops).ReadProvidersAsync(DashboardWindow.Day, CancellationToken.None);
        var week = await Dashboards(ops).ReadProvidersAsync(DashboardWindow.Week, CancellationToken.None);

        Assert.That(day.Selections, Is.EqualTo(new[] { new ProviderSelection("MEALME", 2, 1500) }));
        Assert.That(week.Selections.Select(selection => selection.ProviderId), Is.EqualTo(new[] { "MEALME", "WALMART_API" }));
        Assert.That(day.Quotes.Single(quote => quote.At is null).SuccessRate, Is.EqualTo(0.5));
        Assert.That(week.Quotes.Single(quote => quote.At is null).Errors, Is.EqualTo(2));
        Assert.That(week.Quotes.Count(quote => quote.At is not null), Is.EqualTo(2), "one stretch for each time at which it was asked");
    }

    [Test]
    public async Task Business_is_summed_over_a_day_a_week_and_a_month()
    {
        await using var ops = await OpsFixture.StartAsync(clock: Noon);
        await ops.Rows.ADecisionAsync("MEALME", 1000, 1500, 30, TimeSpan.FromHours(2));
        await ops.Rows.ADecisionAsync("MEALME", 3000, 2000, 90, TimeSpan.FromHours(23));
        await ops.Rows.ADecisionAsync("MEALME", 2000, null, 60, TimeSpan.FromDays(5));
        await ops.Rows.ADecisionAsync("MEALME", 4000, 4100, 10, TimeSpan.FromDays(20));
        await ops.Rows.ADecisionAsync("MEALME", 9999, 1, 1, TimeSpan.FromDays(31));
        await ops.Rows.AConfirmationAsync(TimeSpan.FromDays(5));

        var figures = await Dashboards(ops).ReadBusinessAsync(CancellationToken.None);

        Assert.That(
            figures.Windows,
            Is.EqualTo(new[]
            {
                new BusinessWindow("24h", 2, 0, 4000, 120, 0, 500), new BusinessWindow("7d", 3, 1, 6000, 180, 60, 500),
                new BusinessWindow("30d", 4, 1, 10000, 190, 60, 600),
            }),
            "a dearer choice saves nothing, and only what was confirmed is earned");
        Assert.That(figures.Windows[0].AverageCartCents, Is.EqualTo(2000));
        Assert.That(figures.Days.Sum(day => day.Orders), Is.EqualTo(4));
    }

    [Test]
    public async Task A_longer_window_counts_every_request_with_and_without_hourly_totals()
    {
        await using var ops = await OpsFixture.StartAsync(clock: Noon);
        await ops.Rows.ARequestAsync(200, TimeSpan.FromMinutes(10));
        await ops.Rows.ARequestAsync(400, TimeSpan.FromHours(5));
        await ops.Rows.ARequestAsync(null, TimeSpan.FromHours(5));
        await ops.Rows.ARequestAsync(9000, TimeSpan.FromDays(3));
        await ops.Rows.AQuoteAsync("MEALME", 100, ago: TimeSpan.FromHours(5));

        var before = await Dashboards(ops).ReadLiveAsync(DashboardWindow.Day, CancellationToken.None);
        await ops.App.Services.GetRequiredService<Smplat.Core.Platform.Jobs.JobRunner>().RunNowAsync("commerce-hours", "test", false, CancellationToken.None);
        using var summed = new CommerceDashboards(ops.App.Services.GetRequiredService<CommerceDashboardStore>(), ops.Clock);
        var after = await summed.ReadLiveAsync(DashboardWindow.Day, CancellationToken.None);
        var week = await summed.ReadLiveAsync(DashboardWindow.Week, CancellationToken.None);

        Assert.That(await ops.Rows.ScalarAsync<long>("select count(*) from ops_hour_request"), Is.Positive);
        foreach (var live in new[] { before, after })
        {
            Assert.That((live.Total!.Requests, live.Total.Failures), Is.EqualTo((3L, 1L)));
            Assert.That(live.Total.P95Ms, Is.EqualTo(400).Within(10));
            Assert.That(live.Minutes.Count(minute => minute.Minute is not null), Is.EqualTo(2));
            Assert.That(live.Providers.Single().Calls, Is.EqualTo(1));
        }

        Assert.That(week.Total!.Requests, Is.EqualTo(4));
    }

    [Test]
    public async Task The_page_draws_the_values()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        for (var index = 0; index < 9; index++)
        {
            await ops.Rows.ADecisionAsync("MEALME", 1000, 1500, 30);
            await ops.Rows.AQuoteAsync("MEALME", 100);
        }

        await ops.Rows.ADecisionAsync("KROGER_API", 1000, 1500, 30);
        await ops.Rows.AQuoteAsync("KROGER_API", 100, isError: true);
        await ops.Rows.ARequestAsync(6000);

        var (_, html) = await ops.OpenAsync("/ops/commerce");

        Assert.That(html, Does.Contain("MealMe MCP gets 90 % of the orders"));
        Assert.That(html, Does.Match("P95</dt><dd><a href=\"[^\"]+\">6,000 ms</a>").And.Match("Weakest provider</dt><dd><a href=\"[^\"]+provider=KROGER_API[^\"]+\">0 %</a>"));
        Assert.That(html, Does.Contain("<title id=\"provider-share-t\">Orders by provider</title>").And.Contain("MealMe MCP: 90 %"));
        Assert.That(html, Does.Contain("$100.00").Or.Contain("$10.00"));
    }

    [Test]
    public async Task The_queue_shows_the_states_of_its_tasks()
    {
        await using var ops = await OpsFixture.StartAsync(clock: Noon);
        await ops.Rows.ADeadLetterAsync();
        await ops.Rows.ExecuteAsync(
            """
            insert into fulfillment_tasks (id, order_item_id, task_type, status, title, scheduled_at, completed_at, lease_expires_at, held)
            select gen_random_uuid(), item.id, 'follower_growth', state.status, 'A task', @Now + state.due, @Now + state.ended, @Now + state.lease, state.held
            from order_items item, (values
                ('pending', interval '-3 minutes', null::interval, null::interval, false),
                ('pending', interval '5 minutes', null, null, false),
                ('pending', interval '-1 minute', null, null, true),
                ('in_progress', interval '-1 minute', null, interval '1 minute', false),
                ('in_progress', interval '-1 minute', null, interval '-1 minute', false),
                ('completed', interval '-9 minutes', interval '-6 minutes', null, false),
                ('completed', interval '-3 hours', interval '-2 hours', null, false)) as state (status, due, ended, lease, held)
            """,
            new { ops.Rows.Now });

        var queue = ops.App.Services.GetRequiredService<QueueQueries>();
        var depth = await queue.ReadDepthAsync(CancellationToken.None);
        var steps = await queue.ReadThroughputAsync(DashboardWindow.Hour, CancellationToken.None);
        var hours = await queue.ReadThroughputAsync(DashboardWindow.Day, CancellationToken.None);

        Assert.That((depth.Due, depth.Later, depth.Held, depth.Running, depth.Orphaned, depth.DeadLetters), Is.EqualTo((1L, 1L, 1L, 2L, 1L, 1L)));
        Assert.That(depth.OldestDueAt, Is.EqualTo(ops.Rows.Now.AddMinutes(-3)));
        Assert.That(steps, Has.Count.EqualTo(12));
        Assert.That((steps.Sum(step => step.Completed), steps.Sum(step => step.Failed)), Is.EqualTo((1L, 1L)));
        Assert.That((hours.Count, hours.Sum(step => step.Completed)), Is.EqualTo((24, 2L)));
    }

    private static CommerceDashboards Dashboards(OpsFixture ops) => ops.App.Services.GetRequiredService<CommerceDashboards>();
}
