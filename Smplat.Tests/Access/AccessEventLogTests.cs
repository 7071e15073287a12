using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Smplat.Core.Access;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Access;

/// <summary>Changes and refusals of known callers are rows, floods are sums, and nothing is lost while the database is away.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class AccessEventLogTests
{
    private static readonly AccessDecision Anonymous = new()
    {
        Source = AccessWords.Api,
        Route = "/api/v1/operators/jobs",
        Method = "GET",
        Tier = AccessTier.Operator,
        Decision = AccessWords.Denied,
        Reason = "wrong_key",
        Status = 401,
        TraceId = "t",
    };

    private static readonly AccessDecision Change = Anonymous with
    {
        Method = "POST",
        Decision = AccessWords.Allowed,
        Reason = null,
        Status = 200,
        KeyName = "operator",
        KeyFingerprint = "ab",
    };

    [Test]
    public async Task A_flood_of_anonymous_refusals_is_one_row_a_minute()
    {
        await using var fixture = await EventFixture.StartAsync();
        for (var refusal = 0; refusal < 20_000; refusal++)
        {
            fixture.Log.Note(Anonymous);
            if (refusal % 5_000 == 0)
            {
                await fixture.WriteAsync();
            }
        }

        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        fixture.Log.Note(Anonymous);
        await fixture.WriteAsync();
        await fixture.WriteAsync();

        var rows = await fixture.ListAsync();
        Assert.That(rows.Select(row => row.Occurrences), Is.EqualTo(new[] { 1, 20_000 }));
        Assert.That(rows[1], Has.Property("Reason").EqualTo("wrong_key").And.Property("Status").EqualTo(401).And.Property("RequiredTier").EqualTo("operator"));
        Assert.That(rows[1].KeyName, Is.Null);
    }

    [Test]
    public async Task A_flood_over_many_routes_stays_small_and_every_refusal_counts()
    {
        await using var fixture = await EventFixture.StartAsync();
        for (var route = 0; route < 1_000; route++)
        {
            fixture.Log.Note(Anonymous with { Route = $"/api/v1/{route}" });
        }

        await fixture.WriteAsync();
        var rows = await fixture.ListAsync();

        Assert.That(await fixture.Database.ReadAsync<long>("select count(*) from access_events"), Is.EqualTo(AccessEventLog.SumsPerMinute + 1));
        Assert.That(await fixture.Database.ReadAsync<decimal>("select sum(occurrences) from access_events"), Is.EqualTo(1_000));
        Assert.That(rows.Single(row => row.Route == AccessEventLog.OtherRoutes).Occurrences, Is.EqualTo(1_000 - AccessEventLog.SumsPerMinute));
    }

    [Test]
    public async Task Every_change_is_a_row_and_known_callers_are_until_they_flood()
    {
        await using var fixture = await EventFixture.StartAsync();
        var known = Anonymous with { KeyName = "checkout", KeyFingerprint = "cd", Reason = "wrong_scope", Status = 403 };
        for (var call = 0; call < 1_000; call++)
        {
            fixture.Log.Note(Change with { TraceId = $"trace-{call}" });
            fixture.Log.Note(known);
        }

        await fixture.WriteAsync();

        Assert.That(await fixture.Database.ReadAsync<long>("select count(distinct trace_id) from access_events where decision = 'allowed'"), Is.EqualTo(1_000));
        Assert.That(await fixture.Database.ReadAsync<long>("select count(*) from access_events where decision = 'denied'"), Is.EqualTo(AccessEventLog.RowsPerMinute + 1));
        Assert.That(await fixture.Database.ReadAsync<decimal>("select sum(occurrences) from access_events where key_name = 'checkout'"), Is.EqualTo(1_000));
    }

    [Test]
    public async Task Events_wait_while_the_database_is_away_within_bounded_memory_and_none_is_lost()
    {
        await using var fixture = await EventFixture.StartAsync();
        await fixture.Database.ExecuteAsync("alter table access_events rename to access_events_away");
        for (var minute = 0; minute < 3; minute++)
        {
            for (var call = 0; call < 4_000; call++)
            {
                fixture.Log.Note(Change);
            }

            fixture.Log.Note(Anonymous);
            Assert.That(fixture.WriteAsync, Throws.InstanceOf<PostgresException>());
            fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await fixture.Database.ExecuteAsync("alter table access_events_away rename to access_events");
        await fixture.WriteAsync();

        Assert.That(await fixture.Database.ReadAsync<decimal>("select sum(occurrences) from access_events where decision = 'allowed'"), Is.EqualTo(12_000));
        Assert.That(await fixture.Database.ReadAsync<long>("select count(*) from access_events"), Is.LessThan(AccessEventLog.Capacity + 10));
        Assert.That(await fixture.Database.ReadAsync<decimal>("select sum(occurrences) from access_events where decision = 'denied'"), Is.EqualTo(3));
    }

    [Test]
    public async Task Writing_an_event_again_changes_nothing()
    {
        await using var fixture = await EventFixture.StartAsync();
        var now = fixture.Clock.GetUtcNow();
        var sum = Anonymous.ToEvent(Guid.NewGuid(), 7, now, now);
        await fixture.Store.AddAsync([sum], CancellationToken.None);
        await fixture.Store.AddAsync([sum with { Occurrences = 9 }], CancellationToken.None);
        await fixture.Store.AddAsync([sum], CancellationToken.None);

        Assert.That((await fixture.ListAsync()).Single().Occurrences, Is.EqualTo(9));
    }

    [Test]
    public async Task Old_events_are_deleted()
    {
        await using var fixture = await EventFixture.StartAsync();
        fixture.Log.Note(Change);
        await fixture.WriteAsync();
        var retention = new AccessEventRetention(fixture.Store, new Monitor<AccessEventOptions>(new() { RetentionDays = 30 }));

        var kept = await retention.DeleteExpiredAsync(fixture.Clock.GetUtcNow().AddDays(30), CancellationToken.None);
        var gone = await retention.DeleteExpiredAsync(fixture.Clock.GetUtcNow().AddDays(31), CancellationToken.None);

        Assert.That((kept, gone), Is.EqualTo((0, 1)));
    }

    private sealed class EventFixture : IAsyncDisposable
    {
        private EventFixture(TestDatabase database)
        {
            Database = database;
            Store = new(database.DataSource);
            Log = new(Store, new MigrationGate(), Clock, NullLogger<AccessEventLog>.Instance);
        }

        public TestDatabase Database { get; }

        public FixedClock Clock { get; } = new();

        public AccessEventStore Store { get; }

        public AccessEventLog Log { get; }

        public static async Task<EventFixture> StartAsync() => new(await TestDatabase.CreateAsync());

        public Task WriteAsync() => Log.WriteAsync(CancellationToken.None);

        public Task<IReadOnlyList<AccessEvent>> ListAsync() => Store.ListAsync(new(200, [], null), CancellationToken.None);

        public ValueTask DisposeAsync()
        {
            Log.Dispose();
            return Database.DisposeAsync();
        }
    }
}
