using Npgsql;

namespace Smplat.Tests.Fulfillment;

/// <summary>
/// Statistics of a queue are always out of date: while they say that nothing is in progress, the index of leases looks like
/// the cheapest way to any task.
/// </summary>
public sealed class QueuePlanTests
{
    private const string ReadFromLeases =
        "select idx_tup_read from pg_stat_user_indexes where indexrelname = 'fulfillment_tasks_leases'";

    private const string Written = "select n_tup_upd from pg_stat_user_tables where relname = 'fulfillment_tasks'";

    [TestCase(1)]
    [TestCase(50)]
    public async Task Acknowledgements_do_not_scan_the_leases_when_statistics_say_that_nothing_is_in_progress(int ackBatchSize)
    {
        const int Tasks = 1000;
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway(), new()
        {
            ["FULFILLMENT_BATCH_SIZE"] = $"{Tasks}",
            ["FULFILLMENT_ACK_BATCH_SIZE"] = $"{ackBatchSize}",
        });
        var item = await fixture.Given.AnItemAsync(await fixture.Given.AnOrderAsync());
        await fixture.ExecuteAsync(
            """
            insert into fulfillment_tasks (id, order_item_id, task_type, title, scheduled_at)
            select gen_random_uuid(), @item, 'content_promotion', 'A task', @now
            from generate_series(1, @Tasks)
            """,
            new { item, now = fixture.Clock.GetUtcNow(), Tasks });
        await fixture.ExecuteAsync("vacuum analyze fulfillment_tasks");
        Assert.That((await fixture.RunWorkerAsync()).Processed, Is.EqualTo(Tasks));
        // A session reports what it has read when it ends, at the latest.
        fixture.Get<NpgsqlDataSource>().Clear();

        Assert.That(() => fixture.ScalarAsync<long>(Written), Is.EqualTo(2 * Tasks).After(20_000, 100));
        Assert.That(await fixture.ScalarAsync<long>(ReadFromLeases), Is.LessThan(Tasks));
    }
}
