using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Database;

namespace Smplat.Tests.Analytics;

/// <summary>Rollup, alerts and the read over them, on a real database.</summary>
public sealed class PresetRollupTests
{
    private AnalyticsFixture _api = null!;

    [SetUp]
    public async Task StartAsync() => _api = await AnalyticsFixture.StartAsync(
        ("PRESET_EVENT_ALERT_NOTIFICATIONS_ENABLED", "true"), ("PRESET_EVENT_ALERT_EMAIL_RECIPIENTS", "ops@example.test"));

    [TearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task A_rollup_of_five_days_makes_five_rows_and_repeating_it_gives_the_same()
    {
        var rollup = _api.App.Services.GetRequiredService<PresetRollup>();

        var report = await rollup.RunAsync(new DateOnly(2025, 1, 5), 5, default);
        await rollup.RunAsync(new DateOnly(2025, 1, 5), 5, default);

        Assert.That(report, Is.EqualTo(new PresetRollupReport(5, new DateOnly(2025, 1, 1), new DateOnly(2025, 1, 5))));
        Assert.That(await _api.CountAsync("preset_event_daily_metrics"), Is.EqualTo(5));
        var trend = (await _api.RowsAsync<string>("select trend_stats::text from preset_event_daily_metrics order by metric_date limit 1")).Single();
        Assert.That(JsonSerializer.Deserialize<JsonElement>(trend).GetProperty("applyAvg7").GetDouble(), Is.Zero);
    }

    [Test]
    public async Task Reading_writes_nothing_and_sees_events_that_came_after_the_rollup()
    {
        await EventsAsync(2, 1);
        await _api.App.Services.GetRequiredService<PresetRollup>().RunAsync(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), 3, default);
        await EventsAsync(1, 0);
        var before = await _api.CountAsync("preset_event_daily_metrics");

        var summary = await ReadAsync();

        Assert.That(summary.GetProperty("totals").GetProperty("preset_cta_apply").GetInt64(), Is.EqualTo(3));
        Assert.That(summary.GetProperty("totals").GetProperty("preset_configurator_clear").GetInt64(), Is.EqualTo(1));
        Assert.That(summary.GetProperty("window").GetProperty("days").GetInt32(), Is.EqualTo(7));
        Assert.That(summary.GetProperty("timeline").EnumerateArray().Last().GetProperty("counts").GetProperty("presetCtaApply").GetInt64(), Is.EqualTo(3));
        Assert.That(await _api.CountAsync("preset_event_daily_metrics"), Is.EqualTo(before));
    }

    [Test]
    public async Task Sample_events_load_once_and_show_an_alert()
    {
        var sample = _api.App.Services.GetServices<ISampleData>().OfType<EventSampleStore>().Single();

        await sample.LoadAsync(default);
        var loaded = await _api.CountAsync();
        await sample.LoadAsync(default);

        var (_, summary) = await _api.GetAsync("/api/v1/analytics/preset-events?window_days=14");
        Assert.That(await _api.CountAsync(), Is.EqualTo(loaded).And.Positive);
        Assert.That(summary.GetProperty("alerts")[0].GetProperty("code").GetString(), Is.EqualTo("preset_specific_clear_rate"));
    }

    [Test]
    public async Task Closed_days_are_read_from_their_counts()
    {
        await _api.ExecuteAsync(
            """
            insert into preset_event_daily_metrics (metric_date, updated_at)
            select day::date, now() from generate_series(current_date - 100, current_date - 1, interval '1 day') as day;
            insert into preset_event_daily_count (metric_date, event_type, preset_id, source, count)
            values (current_date - 3, 'preset_cta_apply', 'kept', 'landing', 7)
            """);

        var summary = await ReadAsync();

        Assert.That(summary.GetProperty("totals").GetProperty("preset_cta_apply").GetInt64(), Is.EqualTo(7));
        Assert.That(summary.GetProperty("sources")[0].GetProperty("count").GetInt64(), Is.EqualTo(7));
    }

    [Test]
    public async Task Alerts_are_queued_and_the_run_is_recorded()
    {
        await EventsAsync(10, 5);

        var report = await _api.App.Services.GetRequiredService<PresetAlertRun>().RunAsync(default);

        Assert.That(
            report.Alerts.Select(alert => alert.Code),
            Is.EqualTo(new[] { PresetAlertPolicy.HighClearRate, PresetAlertPolicy.PresetClearRate }));
        Assert.That(report.AlertsSent, Is.EqualTo(2));
        Assert.That(await _api.RowsAsync<int>("select alerts_sent from preset_event_alert_runs"), Is.EqualTo(new[] { 2 }));
        Assert.That(await _api.CountAsync("notification_outbox"), Is.EqualTo(1));
    }

    [Test]
    public async Task Without_events_nothing_is_sent_and_the_run_is_recorded()
    {
        var report = await _api.App.Services.GetRequiredService<PresetAlertRun>().RunAsync(default);

        Assert.That((report.Alerts.Count, report.AlertsSent), Is.EqualTo((0, 0)));
        Assert.That(await _api.RowsAsync<int>("select alerts_sent from preset_event_alert_runs"), Is.EqualTo(new[] { 0 }));
        Assert.That(await _api.CountAsync("notification_outbox"), Is.Zero);
    }

    private async Task EventsAsync(int applies, int clears)
    {
        var events = Enumerable.Repeat("preset_cta_apply", applies).Concat(Enumerable.Repeat("preset_configurator_clear", clears))
            .Select(type => new { offer_slug = "o", event_type = type, metadata = new { presetId = "preset-alpha", presetLabel = "Alpha", source = "landing" } });
        await _api.PostAsync(JsonSerializer.Serialize(events));
    }

    private async Task<JsonElement> ReadAsync()
    {
        var text = await _api.App.Client.GetStringAsync(new Uri("/api/v1/analytics/preset-events?window_days=7", UriKind.Relative));
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
