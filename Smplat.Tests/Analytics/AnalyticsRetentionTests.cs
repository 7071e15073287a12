using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Support;

namespace Smplat.Tests.Analytics;

/// <summary>The jobs that enforce the retention described in docs/analytics.md.</summary>
public sealed class AnalyticsRetentionTests
{
    private readonly FixedClock _clock = new();
    private AnalyticsFixture _api = null!;

    [SetUp]
    public async Task StartAsync() => _api = await AnalyticsFixture.StartAsync(_clock, ("ANALYTICS_REFERENCE_RETENTION_DAYS", "10"));

    [TearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task Old_events_lose_their_order_reference_and_nothing_else()
    {
        await SendAsync("old");
        _clock.Advance(TimeSpan.FromDays(9));
        await SendAsync("young");
        _clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromHours(1));

        var first = await RunAsync();
        var second = await RunAsync();

        Assert.That((first.DidSomething, second.DidSomething), Is.EqualTo((true, false)));
        Assert.That(
            await _api.RowsAsync<(string, string?)>("select offer_slug, order_reference from checkout_offer_events order by created_at"),
            Is.EqualTo(new (string, string?)[] { ("old", null), ("young", "SM000001") }));
    }

    [Test]
    public async Task Every_event_is_scrubbed_even_when_runs_are_missed()
    {
        for (var day = 0; day < 8; day++)
        {
            await SendAsync($"day-{day}");
            _clock.Advance(TimeSpan.FromDays(1));
            if (day % 3 == 0)
            {
                await RunAsync();
            }
        }

        _clock.Advance(TimeSpan.FromDays(11));
        await RunAsync();

        Assert.That(
            await _api.RowsAsync<long>("select count(*) from checkout_offer_events where order_reference is not null"), Is.EqualTo(new[] { 0L }));
    }

    [Test]
    public async Task Rejected_events_are_deleted_thirty_days_after_they_were_last_seen()
    {
        await _api.PostAsync("""{"offer_slug":"once"}""");
        await _api.PostAsync("""{"offer_slug":"again"}""");
        _clock.Advance(TimeSpan.FromDays(29));
        await _api.PostAsync("""{"offer_slug":"again"}""");
        _clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));

        await RunAsync();

        Assert.That(await _api.RowsAsync<long>("select seen from rejected_event"), Is.EqualTo(new[] { 2L }));
    }

    [Test]
    public async Task A_month_of_events_is_dropped_and_its_ids_are_kept()
    {
        const string Event = """{"offer_slug":"a","event_type":"b","event_id":"kept"}""";
        await _api.PostAsync(Event);
        _clock.Advance(TimeSpan.FromDays(31 * 27));

        await _api.App.Services.GetServices<IJob>().Single(job => job.Definition.Id == "retention").RunAsync(Run(), default);
        var (_, repeated) = await _api.PostAsync(Event);

        Assert.That(await _api.CountAsync(), Is.Zero);
        Assert.That(repeated.GetProperty("status").GetString(), Is.EqualTo("duplicate"));
    }

    private Task SendAsync(string slug) =>
        _api.PostAsync($$"""{"offer_slug":"{{slug}}","event_type":"impression","order_reference":"SM000001"}""");

    private Task<JobReport> RunAsync() => ActivatorUtilities.GetServiceOrCreateInstance<AnalyticsRetentionJob>(_api.App.Services).RunAsync(Run(), default);

    private JobRun Run() => new(Guid.NewGuid(), "test", 1, _clock.GetUtcNow());
}
