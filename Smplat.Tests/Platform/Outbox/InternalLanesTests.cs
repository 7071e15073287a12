using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Outbox;

/// <summary>Each kind of internal message has its own lane: one that is slow holds up no other.</summary>
public sealed class InternalLanesTests
{
    [Test]
    public async Task Fifty_messages_to_a_hung_host_do_not_hold_up_a_paid_order()
    {
        await using var database = await TestDatabase.CreateAsync();
        var release = new TaskCompletionSource();
        var slow = new Lane("provider_order", _ => release.Task);
        var quick = new Lane("order_paid", _ => Task.CompletedTask);
        await AddAsync(database, "provider_order", 50);
        await AddAsync(database, "order_paid", 1);
        var running = JobOf(database, TimeProvider.System, slow, quick).RunAsync(Run, CancellationToken.None);

        await Eventually.BecomesTrueAsync(() => Task.FromResult(quick.Handled.Count == 1), "the paid order to be handled");
        await AddAsync(database, "order_paid", 20);
        await Eventually.BecomesTrueAsync(() => Task.FromResult(quick.Handled.Count == 21), "those that come meanwhile too");
        Assert.That(slow.Started, Is.EqualTo(12), "the parallelism of a lane is bounded");

        release.SetResult();
        await running;
        Assert.That(slow.Handled, Has.Count.EqualTo(50));
        Assert.That(await StatusesAsync(database), Is.EqualTo("sent"));
    }

    [Test]
    public async Task A_message_that_outlasts_its_deadline_is_cancelled_and_tried_again()
    {
        await using var database = await TestDatabase.CreateAsync();
        var lane = new Lane("slow", token => Task.Delay(Timeout.Infinite, token)) { Deadline = TimeSpan.FromMilliseconds(200) };
        await AddAsync(database, "slow", 1);

        var report = await JobOf(database, TimeProvider.System, lane).RunAsync(Run, CancellationToken.None);

        Assert.That(report.Summary["retried"], Is.EqualTo(1));
        Assert.That(await database.ScalarAsync("select status || ' ' || attempts || ' ' || error from notification_outbox"), Does.StartWith("pending 1 The handler took longer"));
    }

    [Test]
    public async Task A_message_that_was_not_tried_loses_no_attempt()
    {
        await using var database = await TestDatabase.CreateAsync();
        var lane = new Lane("paused", _ => throw new DeliveryPausedException("busy", TimeSpan.FromMinutes(1)));
        await AddAsync(database, "paused", 1);

        await JobOf(database, TimeProvider.System, lane).RunAsync(Run, CancellationToken.None);

        Assert.That(await database.ScalarAsync("select status || ' ' || attempts from notification_outbox"), Is.EqualTo("pending 0"));
    }

    [Test]
    public async Task A_message_of_a_kind_without_a_handler_is_given_up()
    {
        await using var database = await TestDatabase.CreateAsync();
        await AddAsync(database, "forgotten", 1);

        await JobOf(database, TimeProvider.System, new Lane("order_paid", _ => Task.CompletedTask)).RunAsync(Run, CancellationToken.None);

        Assert.That(await StatusesAsync(database), Is.EqualTo("dead"));
    }

    private static JobRun Run => new(Guid.NewGuid(), "test", 1, TimeProvider.System.GetUtcNow());

    private static InternalOutboxJob JobOf(TestDatabase database, TimeProvider clock, params IOutboxHandler[] lanes) =>
        new(new OutboxStore(database.DataSource), lanes, clock, NullLogger<InternalOutboxJob>.Instance);

    private static async Task AddAsync(TestDatabase database, string kind, int count)
    {
        await using var command = database.DataSource.CreateCommand(
            $$"""
            insert into notification_outbox (id, kind, channel, idempotency_key, payload, not_before)
            select gen_random_uuid(), '{{kind}}', 'internal', gen_random_uuid()::text, '{}', now() - interval '1 second'
            from generate_series(1, {{count}})
            """);
        await command.ExecuteNonQueryAsync();
    }

    private static Task<string> StatusesAsync(TestDatabase database) =>
        database.ScalarAsync("select string_agg(distinct status, ',') from notification_outbox");

    private sealed class Lane(string kind, Func<CancellationToken, Task> handle) : IOutboxHandler
    {
        private int _started;

        public string Kind => kind;

        public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

        public int Started => _started;

        public ConcurrentBag<Guid> Handled { get; } = [];

        public async Task HandleAsync(OutboxDelivery delivery, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _started);
            await handle(cancellationToken);
            Handled.Add(delivery.Id);
        }
    }
}

file static class DatabaseReading
{
    public static async Task<string> ScalarAsync(this TestDatabase database, string statement)
    {
        await using var command = database.DataSource.CreateCommand(statement);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
