using Dapper;
using Smplat.Core.Guardrails;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Guardrails;

/// <summary>An export that reads on from its last number gets every follow-up once, whatever is being written meanwhile.</summary>
[Parallelizable]
public sealed class FollowUpHorizonTests
{
    private TestDatabase _database = null!;
    private FollowUpStore _store = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _store = new(_database.DataSource);
    }

    [TearDown]
    public ValueTask DropAsync() => _database.DisposeAsync();

    [Test]
    public async Task A_follow_up_that_commits_late_is_neither_skipped_nor_repeated()
    {
        await using var first = await _database.DataSource.OpenConnectionAsync();
        await using var second = await _database.DataSource.OpenConnectionAsync();
        await using var early = await first.BeginTransactionAsync();
        await using var late = await second.BeginTransactionAsync();
        var exported = new List<string>();

        // The one that began first is still open while the other one wants to commit: it must wait, or it would overtake.
        await _store.AddAsync(AFollowUp("early"), early, CancellationToken.None);
        var overtaking = Task.Run(() => _store.AddAsync(AFollowUp("late"), late, CancellationToken.None));
        await Eventually.BecomesTrueAsync(async () => await WaitingAsync() == 1, "the second insert waits for the first");
        var position = await ExportAsync(0, exported);
        Assert.That((position, exported.Count, overtaking.IsCompleted), Is.EqualTo((0L, 0, false)));

        await early.CommitAsync();
        Assert.That(await overtaking, Is.True);
        position = await ExportAsync(position, exported);
        Assert.That(exported, Is.EqualTo(new[] { "early" }), "the other one has its number and is not committed");

        await late.CommitAsync();
        position = await ExportAsync(position, exported);
        await ExportAsync(position, exported);
        Assert.That(exported, Is.EqualTo(new[] { "early", "late" }));
    }

    [Test]
    public async Task A_follow_up_that_is_rolled_back_leaves_the_others_in_order()
    {
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await _store.AddAsync(AFollowUp("never"), transaction, CancellationToken.None);
        }

        await AddAsync("kept");
        var exported = new List<string>();
        await ExportAsync(0, exported);

        Assert.That(exported, Is.EqualTo(new[] { "kept" }));
    }

    [Test]
    public async Task Many_writers_and_an_export_between_them_agree_on_every_follow_up()
    {
        const int Writers = 6;
        const int Each = 40;
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (var number = 0; number < Each; number++)
            {
                await AddAsync($"{writer}-{number}", commits: random.Next(4) > 0, pause: random.Next(3));
            }
        })));

        var exported = new List<string>();
        var position = 0L;
        while (!writing.IsCompleted)
        {
            position = await ExportAsync(position, exported, limit: 7);
        }

        await writing;
        for (var before = -1L; before != position;)
        {
            before = position;
            position = await ExportAsync(position, exported, limit: 7);
        }

        await using var connection = await _database.DataSource.OpenConnectionAsync();
        var stored = (await connection.QueryAsync<string>(Sql.Command(
            "select notes from provider_guardrail_followup order by position", null, default))).AsList();
        Assert.That(exported, Is.EqualTo(stored));
        Assert.That(stored, Has.Count.InRange(Writers * Each / 2, Writers * Each));
    }

    [Test]
    public async Task The_export_can_start_at_a_time_and_be_limited_to_a_provider()
    {
        await AddAsync("old", at: new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await AddAsync("new");
        await AddAsync("other", provider: "b");

        var since = await _store.ListForwardAsync(new(0, new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero), null, 10), CancellationToken.None);
        var one = await _store.ListForwardAsync(new(0, null, "b", 10), CancellationToken.None);

        Assert.That(since.Select(entry => entry.Notes), Is.EqualTo(new[] { "new", "other" }));
        Assert.That(one.Select(entry => entry.Notes), Is.EqualTo(new[] { "other" }));
    }

    private static FollowUp AFollowUp(string notes, string provider = "a", DateTimeOffset? at = null) => new()
    {
        Id = Guid.NewGuid(),
        ProviderId = provider,
        Action = FollowUpAction.Pause,
        Source = FollowUpSource.Manual,
        Notes = notes,
        CreatedAt = at ?? new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero),
    };

    private async Task AddAsync(string notes, bool commits = true, int pause = 0, string provider = "a", DateTimeOffset? at = null)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var entry = AFollowUp(notes, provider, at);
        await _store.AddAsync(entry, transaction, CancellationToken.None);
        await _store.UpsertStatusAsync(entry, transaction, CancellationToken.None);
        await Task.Delay(pause);
        if (commits)
        {
            await transaction.CommitAsync();
        }
    }

    private async Task<long> ExportAsync(long after, List<string> exported, int limit = 100)
    {
        var rows = await _store.ListForwardAsync(new(after, null, null, limit), CancellationToken.None);
        exported.AddRange(rows.Select(row => row.Notes!));
        return rows.Count == 0 ? after : rows[^1].Position;
    }

    /// <summary>Statements of this database that wait for a lock.</summary>
    private Task<long> WaitingAsync() => _database.ReadAsync<long>(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
}
