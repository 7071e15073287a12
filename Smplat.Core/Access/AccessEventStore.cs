using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Access;

/// <summary>Table <c>access_events</c>.</summary>
public sealed class AccessEventStore(NpgsqlDataSource database)
{
    private const int DeleteBatch = 5_000;

    private const string Columns =
        """
        id, source, route, method, required_tier, decision, reason, status, key_name, key_fingerprint, subject_email,
        user_id, service_account_id, trace_id, occurrences, created_at, last_at
        """;

    // Can be repeated: an event has the id that it got when it happened, and a sum the count that it had reached.
    private const string Upsert =
        $"""
        insert into access_events ({Columns}, metadata)
        select {Columns}, metadata::jsonb
        from unnest(
            @Ids, @Sources, @Routes, @Methods, @Tiers, @Decisions, @Reasons, @Statuses, @KeyNames, @Fingerprints, @Emails,
            @Users, @ServiceAccounts, @Traces, @Occurrences, @Createds, @Lasts, @Metadata) as added (
            {Columns}, metadata)
        order by id
        on conflict (id) do update
        set occurrences = greatest(access_events.occurrences, excluded.occurrences),
            last_at = greatest(access_events.last_at, excluded.last_at)
        """;

    private const string List =
        $"""
        select {Columns}, metadata::text as metadata
        from access_events
        where created_at >= @Since and decision = any(@Decisions)
        order by created_at desc, id desc
        limit @Limit
        """;

    private const string Sum =
        """
        select
            coalesce(sum(occurrences) filter (where decision = 'allowed'), 0)::bigint as allowed,
            coalesce(sum(occurrences) filter (where decision = 'denied'), 0)::bigint as denied,
            coalesce(sum(occurrences) filter (where decision = 'redirected'), 0)::bigint as redirected,
            coalesce(sum(occurrences) filter (where decision = 'rate_limited'), 0)::bigint as rate_limited,
            count(distinct coalesce(subject_email, user_id::text)) as unique_subjects,
            coalesce(sum(occurrences) filter (where required_tier = 'admin' and decision <> 'allowed'), 0)::bigint as admin_denials
        from access_events
        where created_at >= @Since
        """;

    private const string DeleteBefore =
        """
        delete from access_events
        where id in (
            select id from access_events where created_at < @Before limit @Batch for update skip locked
        )
        """;

    public async Task AddAsync(IReadOnlyList<AccessEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            Upsert,
            new
            {
                Ids = events.Select(entry => entry.Id).ToArray(),
                Sources = events.Select(entry => entry.Source).ToArray(),
                Routes = events.Select(entry => entry.Route).ToArray(),
                Methods = events.Select(entry => entry.Method).ToArray(),
                Tiers = events.Select(entry => entry.RequiredTier).ToArray(),
                Decisions = events.Select(entry => entry.Decision).ToArray(),
                Reasons = events.Select(entry => entry.Reason).ToArray(),
                Statuses = events.Select(entry => entry.Status).ToArray(),
                KeyNames = events.Select(entry => entry.KeyName).ToArray(),
                Fingerprints = events.Select(entry => entry.KeyFingerprint).ToArray(),
                Emails = events.Select(entry => entry.SubjectEmail).ToArray(),
                Users = events.Select(entry => entry.UserId).ToArray(),
                ServiceAccounts = events.Select(entry => entry.ServiceAccountId).ToArray(),
                Traces = events.Select(entry => entry.TraceId).ToArray(),
                Occurrences = events.Select(entry => entry.Occurrences).ToArray(),
                Createds = events.Select(entry => entry.CreatedAt.UtcDateTime).ToArray(),
                Lasts = events.Select(entry => entry.LastAt.UtcDateTime).ToArray(),
                Metadata = events.Select(entry => entry.Metadata?.GetRawText()).ToArray(),
            },
            cancellationToken));
    }

    public async Task<IReadOnlyList<AccessEvent>> ListAsync(ListAccess query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(Sql.Command(
            List,
            new
            {
                query.Limit,
                Decisions = (query.Decisions.Count == 0 ? AccessWords.Decisions : query.Decisions).ToArray(),
                Since = query.Since ?? DateTimeOffset.UnixEpoch,
            },
            cancellationToken));
        return [.. rows.Select(row => row.ToEvent())];
    }

    internal async Task<AccessSums> SumAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<AccessSums>(Sql.Command(Sum, new { Since = since }, cancellationToken));
    }

    public async Task<int> DeleteBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var deleted = 0;
        int batch;
        do
        {
            batch = await connection.ExecuteAsync(Sql.Command(
                DeleteBefore, new { Before = before, Batch = DeleteBatch }, cancellationToken));
            deleted += batch;
        }
        while (batch == DeleteBatch);
        return deleted;
    }

    /// <summary>A row as it is read.</summary>
    private sealed class Row
    {
        public Guid Id { get; init; }

        public string Source { get; init; } = "";

        public string Route { get; init; } = "";

        public string? Method { get; init; }

        public string RequiredTier { get; init; } = "";

        public string Decision { get; init; } = "";

        public string? Reason { get; init; }

        public int? Status { get; init; }

        public string? KeyName { get; init; }

        public string? KeyFingerprint { get; init; }

        public string? SubjectEmail { get; init; }

        public Guid? UserId { get; init; }

        public Guid? ServiceAccountId { get; init; }

        public string? TraceId { get; init; }

        public long Occurrences { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        public DateTimeOffset LastAt { get; init; }

        public string? Metadata { get; init; }

        public AccessEvent ToEvent() => new()
        {
            Id = Id,
            Source = Source,
            Route = Route,
            Method = Method,
            RequiredTier = RequiredTier,
            Decision = Decision,
            Reason = Reason,
            Status = Status,
            KeyName = KeyName,
            KeyFingerprint = KeyFingerprint,
            SubjectEmail = SubjectEmail,
            UserId = UserId,
            ServiceAccountId = ServiceAccountId,
            TraceId = TraceId,
            Metadata = Metadata is null ? null : JsonElement.Parse(Metadata),
            Occurrences = Occurrences,
            CreatedAt = CreatedAt,
            LastAt = LastAt,
        };
    }
}

/// <summary>Occurrences by decision.</summary>
internal sealed record AccessSums(long Allowed, long Denied, long Redirected, long RateLimited, long UniqueSubjects, long AdminDenials);
