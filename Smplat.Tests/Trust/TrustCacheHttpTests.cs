using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Smplat.Tests.Support;

namespace Smplat.Tests.Trust;

[Parallelizable(ParallelScope.All)]
public sealed class TrustCacheHttpTests
{
    private const string OnTime = "fulfillment_sla_on_time_pct";

    private static readonly string[] Everything =
    [
        OnTime, "first_response_minutes", "nps_trailing_30d", "fulfillment_backlog_minutes",
        "fulfillment_staffing_coverage_pct", "fulfillment_delivery_sla_forecast",
    ];

    [Test]
    public async Task A_second_reading_comes_from_memory_with_its_times()
    {
        await using var trust = await TrustFixture.StartAsync();
        var computed = Provenance(await trust.ResolveAsync(OnTime));
        trust.Clock.Advance(TimeSpan.FromMinutes(15));
        var remembered = Provenance(await trust.ResolveAsync(OnTime));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Layer(computed), Is.EqualTo("computed"));
            Assert.That(Layer(remembered), Is.EqualTo("memory"));
            Assert.That(remembered.GetProperty("cache_ttl_minutes").GetInt32(), Is.EqualTo(15));
            Assert.That(remembered.GetProperty("source").GetString(), Is.EqualTo("fulfillment"));
            Assert.That(Instant(remembered, "cache_refreshed_at"), Is.EqualTo(Instant(computed, "cache_refreshed_at")));
            Assert.That(
                Instant(remembered, "cache_expires_at") - Instant(remembered, "cache_refreshed_at"), Is.EqualTo(TimeSpan.FromMinutes(15)));
        }

        trust.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Layer(Provenance(await trust.ResolveAsync(OnTime))), Is.EqualTo("computed"));
        Assert.That(await trust.CountAsync(OnTime, "hit"), Is.EqualTo(1));
        Assert.That(await trust.CountAsync(OnTime, "miss"), Is.EqualTo(2));
    }

    [Test]
    public async Task A_restart_or_a_purge_recomputes_values()
    {
        await using var db = await TestDatabase.CreateAsync();
        var settings = new Dictionary<string, string> { ["SMPLAT_DATABASE"] = db.ConnectionString };
        await using (var first = await TrustFixture.StartAsync(settings))
        {
            await first.ResolveAsync(OnTime);
            Assert.That(await first.PurgeAsync(OnTime), Is.EqualTo(new[] { OnTime }));
            Assert.That(Layer(Provenance(await first.ResolveAsync(OnTime))), Is.EqualTo("computed"));
        }

        await using var second = await TrustFixture.StartAsync(settings);
        Assert.That(Layer(Provenance(await second.ResolveAsync(OnTime))), Is.EqualTo("computed"));
        Assert.That(await second.PurgeAsync(null), Is.EqualTo(new[] { OnTime }));
    }

    [Test]
    public async Task A_value_that_cannot_be_recomputed_is_stale_and_says_why()
    {
        await using var trust = await TrustFixture.StartAsync();
        var item = await trust.Rows.OrderAsync(trust.Clock.GetUtcNow());
        await trust.Rows.TaskAsync(new { order_item_id = item, status = "pending" });
        await trust.ResolveAsync("fulfillment_delivery_sla_forecast", "fulfillment_backlog_total_minutes");
        await trust.Rows.ExecuteAsync("alter view trust_open_task rename to away");
        trust.Clock.Advance(TimeSpan.FromMinutes(16));

        var stale = (await trust.ResolveAsync("fulfillment_backlog_total_minutes"))[0];
        Assert.That(stale.GetProperty("verification_state").GetString(), Is.EqualTo("stale"), "though its window is two hours");
        Assert.That(stale.GetProperty("provenance").GetProperty("notes")[0].GetString(), Does.Contain("last value"));
        Assert.That(stale.GetProperty("freshness_minutes_elapsed").GetDouble(), Is.EqualTo(16));
        Assert.That(await trust.CountAsync("fulfillment_backlog_total_minutes", "stale"), Is.EqualTo(1));

        await trust.Rows.ExecuteAsync("alter view away rename to trust_open_task");
        trust.Clock.Advance(TimeSpan.FromSeconds(2));
        var mended = (await trust.ResolveAsync("fulfillment_backlog_total_minutes"))[0];
        Assert.That(mended.GetProperty("verification_state").GetString(), Is.EqualTo("fresh"));
        Assert.That(Layer(mended.GetProperty("provenance")), Is.EqualTo("computed"));
    }

    [Test]
    public async Task A_thousand_cold_callers_make_one_query_for_each_metric()
    {
        var seen = new ConcurrentDictionary<string, int>();

        // On a busy machine, a thousand requests at once can occupy the threads for longer than the connection timeout (2 s);
        // another test covers that failure.
        await using var trust = await TrustFixture.StartAsync(new() { ["SMPLAT_DATABASE_CONNECT_TIMEOUT_SECONDS"] = "60", ["SMPLAT_DATABASE_COMMAND_TIMEOUT_SECONDS"] = "60" });
        var database = new Npgsql.NpgsqlConnectionStringBuilder(trust.Database.ConnectionString).Database!;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                var tags = activity.TagObjects.Select(tag => tag.Value?.ToString() ?? "").ToList();
                var reading = tags.FirstOrDefault(tag => tag.Contains("from", StringComparison.Ordinal) && tag.Contains("select", StringComparison.Ordinal));
                if (reading is not null && tags.Contains(database))
                {
                    seen.AddOrUpdate(reading, 1, (_, count) => count + 1);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => trust.ResolveAsync(Everything)));

        foreach (var id in Everything)
        {
            Assert.That(await trust.CountAsync(id, "failed"), Is.Zero, id);
        }

        var readings = seen.Where(entry => entry.Key.Contains("fulfillment_tasks", StringComparison.Ordinal)
            || entry.Key.Contains("trust_", StringComparison.Ordinal)).ToList();
        Assert.That(readings, Has.Count.EqualTo(Everything.Length));
        Assert.That(readings.Select(entry => entry.Value), Is.All.EqualTo(1));
        foreach (var id in Everything)
        {
            Assert.That(await trust.CountAsync(id, "miss"), Is.EqualTo(1), id);
            Assert.That(await trust.CountAsync(id, "coalesced") + await trust.CountAsync(id, "hit"), Is.EqualTo(999), id);
        }
    }

    [Test]
    public async Task A_sample_below_the_minimum_is_withheld()
    {
        await using var trust = await TrustFixture.StartAsync(new() { ["TRUST_MINIMUM_SAMPLES"] = $"{OnTime}=3, nps_promoter_score_30d=0" });
        var now = trust.Clock.GetUtcNow();
        var item = await trust.Rows.OrderAsync(now.AddDays(-1));
        for (var task = 0; task < 2; task++)
        {
            await trust.Rows.TaskAsync(new
            {
                order_item_id = item,
                status = "completed",
                scheduled_at = now,
                completed_at = now,
                result = new { nps_score = 9 },
            });
        }

        var metrics = await trust.ResolveAsync(OnTime, "nps_promoter_score_30d", "fulfillment_sla_on_time_completed_pct", "nps_trailing_30d");

        Assert.That(metrics[0].GetProperty("verification_state").GetString(), Is.EqualTo("missing"));
        Assert.That(metrics[0].GetProperty("value").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(metrics[0].GetProperty("sample_size").GetInt32(), Is.EqualTo(2));
        Assert.That(metrics[0].GetProperty("provenance").GetProperty("notes")[1].GetString(), Does.Contain("minimum of 3"));
        Assert.That(metrics[1].GetProperty("formatted_value").GetString(), Is.EqualTo("100"));
        Assert.That(metrics[2].GetProperty("verification_state").GetString(), Is.EqualTo("missing"), "20 by the catalog");
        Assert.That(metrics[3].GetProperty("verification_state").GetString(), Is.EqualTo("fresh"), "none for the contract's ids");
    }

    private static JsonElement Provenance(JsonElement[] metrics) => metrics[0].GetProperty("provenance");

    private static string? Layer(JsonElement provenance) => provenance.GetProperty("cache_layer").GetString();

    private static DateTimeOffset Instant(JsonElement element, string name) => element.GetProperty(name).GetDateTimeOffset();
}
