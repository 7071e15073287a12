using Smplat.Core.Trust;
using Smplat.Tests.Support;

namespace Smplat.Tests.Trust;

[Parallelizable(ParallelScope.All)]
public sealed class TrustRollupTests
{
    private static readonly string[] Compared =
    [
        "fulfillment_sla_on_time_pct", "fulfillment_sla_on_time_completed_pct", "first_response_minutes", "nps_trailing_30d",
        "nps_promoter_score_30d", "fulfillment_backlog_minutes", "fulfillment_backlog_total_minutes",
    ];

    [Test]
    public async Task After_any_write_and_any_step_of_the_job_a_reading_equals_the_formula_over_all_rows(
        [Values(1, 2, 3, 4, 5, 6)] int seed)
    {
        await using var db = await TestDatabase.CreateAsync();
        // The triggers use the clock of the database, so the rows are around the real time.
        var now = TruncateToMicroseconds(TimeProvider.System.GetUtcNow());
        var random = new Random(seed * 7919);
        var writes = new RandomWrites(db.DataSource, seed, now);
        var rollup = new TrustRollupStore(db.DataSource);
        var bounds = new RollupBounds { Stride = TimeSpan.FromDays(random.Next(1, 30)), RepairHours = random.Next(1, 50) };
        await writes.PrepareAsync();

        var history = new List<string>();
        for (var turn = 0; turn < 60; turn++)
        {
            history.Add(await writes.WriteAsync());
            if (random.Next(3) == 0)
            {
                var step = await rollup.StepAsync(bounds, CancellationToken.None);
                history.Add($"step {step}");
            }

            if (turn % 20 == 10)
            {
                await TrustMetricFixture.RollUpAsync(rollup, bounds);
                history.Add("roll up");
            }

            await CompareAsync(db, now.AddHours(random.Next(-30, 2)).AddMilliseconds(random.Next(10_000)), history);
        }
    }

    [Test]
    public async Task Hours_are_not_summed_while_a_transaction_that_wrote_before_is_open()
    {
        await using var db = await TestDatabase.CreateAsync();
        var now = TruncateToMicroseconds(TimeProvider.System.GetUtcNow());
        var rows = new TrustRows(db.DataSource);
        var item = await rows.OrderAsync(now.AddDays(-1));
        // A lag that reaches the present, so that only the open transaction keeps the hour from being summed.
        var bounds = new RollupBounds { Lag = TimeSpan.FromHours(-2) };
        var rollup = new TrustRollupStore(db.DataSource);
        await using var connection = await db.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var insert = connection.CreateCommand();
        insert.CommandText =
            "insert into fulfillment_tasks (id, order_item_id, task_type, title, status, scheduled_at, completed_at) "
            + "values (gen_random_uuid(), $1, 'content_promotion', 'late', 'completed', $2, $2)";
        insert.Parameters.Add(new() { Value = item });
        insert.Parameters.Add(new() { Value = now.AddMinutes(-1) });
        await insert.ExecuteNonQueryAsync();

        for (var step = 0; step < 5; step++)
        {
            await rollup.StepAsync(bounds, CancellationToken.None);
        }

        Assert.That(await rows.ScalarAsync<bool>("select sealed_until = '-infinity' from trust_rollup_state"), Is.True);
        Assert.That(await rows.ScalarAsync<long>("select count(*) from trust_dirty_hour"), Is.Zero, "the write left no mark");

        await transaction.CommitAsync();
        await TrustMetricFixture.RollUpAsync(rollup, bounds);
        Assert.That(await rows.ScalarAsync<long>("select sum(due_tasks)::bigint from trust_rollup"), Is.EqualTo(1));
        await CompareAsync(db, now, ["late commit"]);
    }

    [Test]
    public async Task Work_that_is_claimed_and_closed_now_leaves_no_mark()
    {
        await using var db = await TestDatabase.CreateAsync();
        var rows = new TrustRows(db.DataSource);
        var now = TimeProvider.System.GetUtcNow();
        var item = await rows.OrderAsync(now.AddDays(-90));
        await rows.TaskAsync(new { order_item_id = item, status = "pending", scheduled_at = now.AddDays(-80), created_at = now.AddDays(-90) });

        await rows.ExecuteAsync("update fulfillment_tasks set status = 'in_progress', started_at = @now, first_started_at = @now", ("now", now));
        await rows.ExecuteAsync("update fulfillment_tasks set status = 'completed', completed_at = @now", ("now", now));
        Assert.That(await rows.ScalarAsync<long>("select count(*) from trust_dirty_hour"), Is.Zero);

        await rows.ExecuteAsync("update fulfillment_tasks set completed_at = @then", ("then", now.AddDays(-2)));
        Assert.That(await rows.ScalarAsync<long>("select count(*) from trust_dirty_hour"), Is.GreaterThan(0));
    }

    [Test]
    public async Task Truncating_the_tasks_resets_the_sums()
    {
        await using var db = await TestDatabase.CreateAsync();
        var rows = new TrustRows(db.DataSource);
        var now = TimeProvider.System.GetUtcNow();
        await new RandomWrites(db.DataSource, 1, now).PrepareAsync();
        var item = await rows.OrderAsync(now.AddDays(-3));
        await rows.TaskAsync(new { order_item_id = item, status = "completed", completed_at = now.AddDays(-2), scheduled_at = now });
        await TrustMetricFixture.RollUpAsync(new TrustRollupStore(db.DataSource));

        await rows.ExecuteAsync("truncate orders cascade");

        Assert.That(await rows.ScalarAsync<long>("select count(*) from trust_rollup"), Is.Zero);
        Assert.That((await TrustMetricFixture.MeasureAsync(db.DataSource, "fulfillment_sla_on_time_pct", now)).SampleSize, Is.Zero);
    }

    [Test]
    public async Task No_reading_scans_the_whole_table()
    {
        await using var db = await TestDatabase.CreateAsync();
        var now = TruncateToMicroseconds(TimeProvider.System.GetUtcNow());
        var writes = new RandomWrites(db.DataSource, 3, now);
        await writes.PrepareAsync();
        for (var write = 0; write < 30; write++)
        {
            await writes.WriteAsync();
        }

        // On a small table the planner prefers a scan; here it uses one only where no index fits. One connection, since a
        // session reports its counts to the view with a delay.
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(db.ConnectionString) { Options = "-c enable_seqscan=off", MaxPoolSize = 1 };
        await using var database = Npgsql.NpgsqlDataSource.Create(connection);
        var rows = new TrustRows(database);
        const string Scans = "select seq_scan from pg_stat_user_tables, pg_stat_force_next_flush() where relname = 'fulfillment_tasks'";
        await rows.ScalarAsync<long>(Scans);
        var before = await rows.ScalarAsync<long>(Scans);
        foreach (var metric in TrustMetricFixture.Registry(database).All)
        {
            await metric.Measure(now, CancellationToken.None);
            await rows.ScalarAsync<long>(Scans);
            Assert.That(await rows.ScalarAsync<long>(Scans), Is.EqualTo(before), metric.Id);
        }
    }

    [Test]
    public async Task Two_instances_that_step_at_once_do_not_count_twice()
    {
        await using var db = await TestDatabase.CreateAsync();
        var now = TruncateToMicroseconds(TimeProvider.System.GetUtcNow());
        var writes = new RandomWrites(db.DataSource, 11, now);
        await writes.PrepareAsync();
        for (var write = 0; write < 60; write++)
        {
            await writes.WriteAsync();
        }

        var both = new[] { new TrustRollupStore(db.DataSource), new TrustRollupStore(db.DataSource) };
        await Task.WhenAll(both.Select(store => TrustMetricFixture.RollUpAsync(store, new() { Stride = TimeSpan.FromDays(3) })));

        await CompareAsync(db, now, ["two at once"]);
    }

    private static async Task CompareAsync(TestDatabase db, DateTimeOffset now, IReadOnlyList<string> history)
    {
        var registry = TrustMetricFixture.Registry(db.DataSource);
        var direct = await DirectFormula.ReadAsync(db.DataSource);
        var told = $"{string.Join(", ", history.TakeLast(12))} at {now:O}";
        foreach (var id in Compared)
        {
            var reading = await registry.Find(id)!.Measure(now, CancellationToken.None);
            var (value, sample) = direct.Of(id, now);
            Assert.That(reading.SampleSize, Is.EqualTo(sample), $"{id} after {told}");
            Assert.That(reading.Value, value is { } number ? Is.EqualTo(number).Within(1e-6) : Is.Null, $"{id} after {told}");
        }

        var forecast = await registry.Find("fulfillment_delivery_sla_forecast")!.Measure(now, CancellationToken.None);
        var durations = direct.Durations(now);
        Assert.That(forecast.SampleSize, Is.EqualTo(durations.Values.Sum(list => list.Length)), $"forecast after {told}");
        foreach (var sku in forecast.Forecast!.Skus.Where(sku => sku.CompletedSampleSize > 0))
        {
            Assert.That(durations, Contains.Key(sku.Sku), told);
            Assert.That(sku.PercentileBands.P90, Is.EqualTo(Percentile.Of(durations[sku.Sku], 90)).Within(1e-6), told);
        }
    }

    private static DateTimeOffset TruncateToMicroseconds(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
