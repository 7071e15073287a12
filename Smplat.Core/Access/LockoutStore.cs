using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Access;

/// <summary>Tables <c>auth_lockout</c> and <c>auth_lockout_lift</c>.</summary>
public sealed class LockoutStore(NpgsqlDataSource database)
{
    private const int DeleteBatch = 5_000;

    private const string Columns = "source, failures, window_started_at, locked_at, locked_until, known_since, known_until";

    // The effect of one failure on a row: while it is locked, none; in a running window one more; else a new window with one.
    // At its limit the count ends in a lock.
    private const string CountOne =
        """
        on conflict (identifier_hash, source) do update
        set (failures, window_started_at, locked_at, locked_until, attempt_id, updated_at) = (
            select
                case when step.is_locked then held.failures when step.locks then 0 else step.failures end,
                case when step.is_locked then held.window_started_at when step.locks then null else step.window_started_at end,
                case when step.locks then @Now else held.locked_at end,
                case when step.locks then @LockUntil else held.locked_until end,
                case when step.is_locked then held.attempt_id else @Attempt end,
                @Now
            from (
                select
                    counted.*,
                    not counted.is_locked and counted.failures >= limits.threshold as locks
                from limits
                cross join lateral (
                    select
                        coalesce(held.locked_until > @Now, false) as is_locked,
                        case when held.window_started_at > @WindowFrom then held.failures + 1 else 1 end as failures,
                        case when held.window_started_at > @WindowFrom then held.window_started_at else @Now end as window_started_at
                ) as counted
                where limits.source = held.source
            ) as step
        )
        """;

    private const string FirstFailure =
        """
            case when threshold > 1 then 1 else 0 end,
            case when threshold > 1 then @Now end,
            case when threshold > 1 then null else @Now end,
            case when threshold > 1 then null else @LockUntil end
        """;

    // One statement, so that no two attempts read the same count. A failure from an address that is locked is not counted for
    // the identifier: one address alone cannot lock the others out. Rows are locked in one order, the shared one last.
    private const string Count =
        $"""
        with limits (source, threshold) as (
            values (@Source, @Threshold), ('any', @IdentifierThreshold)
        ),
        own as (
            insert into auth_lockout as held (
                identifier_hash, source, attempt_id, updated_at, failures, window_started_at, locked_at, locked_until)
            select @Identifier, limits.source, @Attempt, @Now,
        {FirstFailure}
            from limits
            where limits.source = @Source
        {CountOne}
            returning {Columns}, attempt_id
        ),
        shared as (
            insert into auth_lockout as held (
                identifier_hash, source, attempt_id, updated_at, failures, window_started_at, locked_at, locked_until)
            select @Identifier, limits.source, @Attempt, @Now,
        {FirstFailure}
            from limits, own
            where limits.source = 'any' and own.attempt_id = @Attempt
        {CountOne}
            returning {Columns}, attempt_id
        )
        select {Columns}, coalesce(attempt_id = @Attempt, false) as is_counted from own
        union all
        select {Columns}, coalesce(attempt_id = @Attempt, false) from shared
        union all
        select {Columns}, false
        from auth_lockout
        where identifier_hash = @Identifier and source = 'any' and not exists (select from shared)
        """;

    // The lock stays as it is. An address is known from its first success, and as long as one comes in time after another.
    private const string Clear =
        """
        insert into auth_lockout as held (identifier_hash, source, known_since, known_until, updated_at)
        values (@Identifier, @Source, @Now, @KnownUntil, @Now)
        on conflict (identifier_hash, source) do update
        set failures = 0,
            window_started_at = null,
            known_since = case when held.known_until > @Now then held.known_since else @Now end,
            known_until = excluded.known_until,
            updated_at = @Now
        """;

    private const string ClearUnknown =
        """
        update auth_lockout
        set failures = 0, window_started_at = null, updated_at = @Now
        where identifier_hash = @Identifier and source = @Source
        """;

    private const string Read =
        $"""
        select {Columns}, false as is_counted
        from auth_lockout
        where identifier_hash = @Identifier and source in (@Source, 'any')
        """;

    private const string List =
        $"""
        select {Columns}, false as is_counted
        from auth_lockout
        where identifier_hash = @Identifier
        order by source <> 'any', updated_at desc, source
        limit 200
        """;

    private const string ListLifts =
        """
        select actor, reason, locks, lifted_at
        from auth_lockout_lift
        where identifier_hash = @Identifier
        order by lifted_at desc, id desc
        limit 50
        """;

    // Rows are locked in the order in which attempts lock them. The lift is recorded also when nothing was locked.
    private const string Lift =
        """
        with held as (
            select source, coalesce(locked_until > @Now, false) as is_locked
            from auth_lockout
            where identifier_hash = @Identifier
            order by source = 'any', source
            for update
        ),
        lifted as (
            update auth_lockout as entry
            set failures = 0,
                window_started_at = null,
                locked_at = null,
                locked_until = null,
                updated_at = @Now
            from held
            where entry.identifier_hash = @Identifier and entry.source = held.source
        )
        insert into auth_lockout_lift (identifier_hash, locks, actor, reason, lifted_at)
        select @Identifier, count(*) filter (where is_locked), @Actor, @Reason, @Now
        from held
        returning locks
        """;

    private const string DeleteExpired =
        """
        delete from auth_lockout
        where (identifier_hash, source) in (
            select identifier_hash, source
            from auth_lockout
            where updated_at < @Idle
                and coalesce(locked_until < @Now, true)
                and coalesce(known_until < @Now, true)
            limit @Batch
            for update skip locked
        )
        """;

    private const string DeleteLifts = "delete from auth_lockout_lift where lifted_at < @Before";

    internal async Task<LockoutRows> CountAsync(LockoutName name, LockoutLimits limits, CancellationToken cancellationToken) =>
        Split(await QueryAsync<LockoutRow>(
            Count,
            new
            {
                name.Identifier,
                name.Source,
                limits.Threshold,
                limits.IdentifierThreshold,
                limits.WindowFrom,
                limits.Now,
                limits.LockUntil,
                Attempt = Guid.NewGuid(),
            },
            cancellationToken));

    /// <param name="knownUntil">Until when the address counts as known; null remembers nothing.</param>
    internal async Task ClearAsync(LockoutName name, DateTimeOffset now, DateTimeOffset? knownUntil, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            knownUntil is null ? ClearUnknown : Clear,
            new { name.Identifier, name.Source, Now = now, KnownUntil = knownUntil ?? now },
            cancellationToken));
    }

    internal async Task<LockoutRows> ReadAsync(LockoutName name, CancellationToken cancellationToken) =>
        Split(await QueryAsync<LockoutRow>(Read, new { name.Identifier, name.Source }, cancellationToken));

    /// <summary>All rows of an identifier, at most 200, the shared one first.</summary>
    internal Task<IReadOnlyList<LockoutRow>> ListAsync(string identifier, CancellationToken cancellationToken) =>
        QueryAsync<LockoutRow>(List, new { Identifier = identifier }, cancellationToken);

    /// <summary>The latest 50.</summary>
    internal Task<IReadOnlyList<LockoutLift>> ListLiftsAsync(string identifier, CancellationToken cancellationToken) =>
        QueryAsync<LockoutLift>(ListLifts, new { Identifier = identifier }, cancellationToken);

    /// <returns>Locks that held.</returns>
    internal async Task<int> LiftAsync(string identifier, LiftLockout command, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<int>(Sql.Command(
            Lift, new { Identifier = identifier, command.Actor, command.Reason, Now = now }, cancellationToken));
    }

    /// <param name="idle">Rows that changed since then are kept: their window may be running.</param>
    /// <param name="liftsBefore">Lifts before this instant are deleted.</param>
    /// <returns>Deleted rows of both tables.</returns>
    internal async Task<int> DeleteExpiredAsync(
        DateTimeOffset now, DateTimeOffset idle, DateTimeOffset liftsBefore, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var deleted = await connection.ExecuteAsync(Sql.Command(DeleteLifts, new { Before = liftsBefore }, cancellationToken));
        int batch;
        do
        {
            batch = await connection.ExecuteAsync(Sql.Command(
                DeleteExpired, new { Now = now, Idle = idle, Batch = DeleteBatch }, cancellationToken));
            deleted += batch;
        }
        while (batch == DeleteBatch);
        return deleted;
    }

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<T>(Sql.Command(statement, parameters, cancellationToken))).AsList();
    }

    private static LockoutRows Split(IReadOnlyList<LockoutRow> rows) => new(
        rows.FirstOrDefault(row => row.Source != LockoutName.AnySource),
        rows.FirstOrDefault(row => row.Source == LockoutName.AnySource));
}

/// <summary>What a failure is counted against.</summary>
/// <param name="WindowFrom">Windows that started at or before this instant are over.</param>
/// <param name="LockUntil">When a lock that begins now ends.</param>
internal sealed record LockoutLimits(
    int Threshold, int IdentifierThreshold, DateTimeOffset WindowFrom, DateTimeOffset Now, DateTimeOffset LockUntil);

/// <summary>A row of <c>auth_lockout</c>.</summary>
/// <param name="Source">The hash of an address, or one of the words of <see cref="LockoutName"/>.</param>
/// <param name="IsCounted">Whether the attempt that returned the row was counted in it.</param>
internal sealed record LockoutRow(
    string Source,
    int Failures,
    DateTimeOffset? WindowStartedAt,
    DateTimeOffset? LockedAt,
    DateTimeOffset? LockedUntil,
    DateTimeOffset? KnownSince,
    DateTimeOffset? KnownUntil,
    bool IsCounted);
