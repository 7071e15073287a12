using System.Runtime.CompilerServices;
using System.Text.Json;
using Dapper;
using Npgsql;
using NpgsqlTypes;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// All SQL of <c>edge_logs</c>: lines are appended in batches, and read for operators, for metrics, for replays and for
/// experiments.
/// </summary>
public sealed class EdgeLogStore(NpgsqlDataSource database)
{
    /// <summary>Metrics are read while scrapers wait.</summary>
    private const int MetricsTimeoutSeconds = 3;

    private const int ExperimentTimeoutSeconds = 120;

    /// <summary>A window of months takes a while; no request waits for it.</summary>
    private const int ReplayTimeoutSeconds = 600;

    // All lines of a batch become visible together.
    private const string CopyBatch =
        """
        copy edge_logs (
            function_name, "timestamp", event, level, request_id, provider_id, latency_ms, total_latency_ms,
            selected_provider_id, total_cents, best_alternative_cents, commission_cents, user_hash, error, error_code,
            retryable, payload, line_id, is_mock, trace_id)
        from stdin (format binary)
        """;

    // The lines of a batch have times close together, so this reads few partitions.
    private const string ListWritten =
        """
        select line_id
        from edge_logs
        where line_id = any(@ids) and "timestamp" between @first and @last
        """;

    private const string Newest =
        """
        select line_id, "timestamp", level, event, request_id, coalesce(provider_id, selected_provider_id) as provider_id,
            coalesce(latency_ms, total_latency_ms) as latency_ms, total_cents, error_code, error
        from edge_logs
        where "timestamp" >= @since
            and (@provider::text is null or provider_id = @provider or selected_provider_id = @provider)
            and (@eventName::text is null or event = @eventName)
            and (@requestId::text is null or request_id = @requestId)
        order by "timestamp" desc, id desc
        limit @limit
        """;

    // A provider that has no store there, or none of the items, has answered: it is not down. Nor has a request failed when all
    // providers answered so, or when its caller may cause no more calls; it then has such a code.
    // Reads at most the newest lines of the window, so that it takes as long under load as at rest.
    private const string ReadRecent =
        """
        with newest as materialized (
            select function_name, event, provider_id, latency_ms, total_latency_ms, error_code
            from edge_logs
            where "timestamp" > @since
            order by "timestamp" desc
            limit 50000
        ),
        ended as (
            select
                case when function_name = 'loopgpt_confirm_order' then 'confirm' else coalesce(provider_id, '') end as subject,
                event in ('router_failure', 'provider_quote_error', 'commerce.confirm_order.failure')
                    and coalesce(error_code, '') not in ('NO_STORES', 'NO_ITEMS_MATCHED', 'CALLER_QUOTA') as is_failure,
                coalesce(total_latency_ms, latency_ms) as ms
            from newest
            where event in (
                'router_latency', 'router_failure', 'provider_quote_success', 'provider_quote_error',
                'commerce.confirm_order.success', 'commerce.confirm_order.failure')
        )
        select
            subject,
            count(*) as calls,
            count(*) filter (where is_failure) as failures,
            percentile_cont(0.50) within group (order by ms) as p50_ms,
            percentile_cont(0.95) within group (order by ms) as p95_ms
        from ended
        group by subject
        """;

    // Uses the index of decisions, with the same kind of limit.
    private const string CountSelections =
        """
        with newest as materialized (
            select selected_provider_id
            from edge_logs
            where event = 'router_decision' and not is_mock
                and "timestamp" > @since
            order by "timestamp" desc
            limit 20000
        )
        select selected_provider_id as provider_id, count(*) as orders
        from newest
        where selected_provider_id is not null
        group by selected_provider_id
        """;

    private const string CountDecisions =
        """
        select count(*) from edge_logs
        where event = 'router_decision' and "timestamp" >= $1 and "timestamp" < $2 and payload is not null
        """;

    // One consistent snapshot: decisions logged meanwhile are not seen.
    private const string ReadDecisions =
        """
        select coalesce(request_id, ''), "timestamp", payload::text
        from edge_logs
        where event = 'router_decision' and "timestamp" >= $1 and "timestamp" < $2 and payload is not null
        order by "timestamp"
        """;

    // Each decision counts once, whether it was confirmed or not.
    private const string ReadArms =
        """
        with decisions as (
            select request_id, split_part(payload ->> 'arm', ':', 2) as arm, total_cents,
                coalesce(commission_cents, 0) as commission_cents,
                coalesce(nullif((payload -> 'quotes' -> 0 ->> 'e')::int, 0), 60) as minutes
            from edge_logs
            where event = 'router_decision' and "timestamp" >= @since and not is_mock
                and split_part(payload ->> 'arm', ':', 1) = @name
        ), outcomes as (
            select orders.request_id, avg(outcome.user_rating) as rating
            from commerce.orders
            left join commerce.order_outcomes outcome on outcome.order_id = orders.order_ref
            where orders.request_id in (select request_id from decisions)
            group by orders.request_id
        )
        select
            arm,
            count(*) as decisions,
            round(avg(total_cents), 3) as average_total_cents,
            round(coalesce(stddev_samp(total_cents), 0), 3) as total_deviation,
            round(avg(commission_cents), 3) as average_commission_cents,
            round(coalesce(stddev_samp(commission_cents), 0), 3) as commission_deviation,
            round(avg(minutes), 3) as average_minutes,
            round(100.0 * count(outcomes.request_id) / count(*), 3) as confirmed_percent,
            round(avg(outcomes.rating), 3) as average_rating,
            round(coalesce(stddev_samp(outcomes.rating), 0), 3) as rating_deviation,
            count(outcomes.rating) as ratings
        from decisions
        left join outcomes using (request_id)
        group by arm
        order by arm
        """;

    /// <summary>Appends all lines or none. A line that is there already, by its id, is not written again.</summary>
    /// <param name="mayBeWritten">An earlier attempt at the same lines may have committed.</param>
    public async Task AppendAsync(IReadOnlyList<EdgeLogRow> rows, bool mayBeWritten, CancellationToken cancellationToken)
    {
        if (mayBeWritten)
        {
            var written = await ListWrittenAsync(rows, cancellationToken);
            rows = [.. rows.Where(row => !written.Contains(row.LineId))];
        }

        if (rows.Count > 0)
        {
            await CopyAsync(rows, cancellationToken);
        }
    }

    private async Task<HashSet<Guid>> ListWrittenAsync(IReadOnlyList<EdgeLogRow> rows, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var written = await connection.QueryAsync<Guid>(Sql.Command(
            ListWritten,
            new
            {
                ids = rows.Select(row => row.LineId).ToArray(),
                // Postgres rounds to microseconds.
                first = rows.Min(row => row.Timestamp).AddMilliseconds(-1),
                last = rows.Max(row => row.Timestamp).AddMilliseconds(1),
            },
            cancellationToken));
        return [.. written];
    }

    private async Task CopyAsync(IReadOnlyList<EdgeLogRow> rows, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var copy = await connection.BeginBinaryImportAsync(CopyBatch, cancellationToken);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            await WriteTextAsync(copy, row.FunctionName, cancellationToken);
            await copy.WriteAsync(row.Timestamp.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            await WriteTextAsync(copy, row.Event, cancellationToken);
            await WriteTextAsync(copy, row.Level, cancellationToken);
            await WriteTextAsync(copy, row.RequestId, cancellationToken);
            await WriteTextAsync(copy, row.ProviderId, cancellationToken);
            await WriteAsync(copy, row.LatencyMs, NpgsqlDbType.Integer, cancellationToken);
            await WriteAsync(copy, row.TotalLatencyMs, NpgsqlDbType.Integer, cancellationToken);
            await WriteTextAsync(copy, row.SelectedProviderId, cancellationToken);
            await WriteAsync(copy, row.TotalCents, NpgsqlDbType.Bigint, cancellationToken);
            await WriteAsync(copy, row.BestAlternativeCents, NpgsqlDbType.Bigint, cancellationToken);
            await WriteAsync(copy, row.CommissionCents, NpgsqlDbType.Bigint, cancellationToken);
            await WriteTextAsync(copy, row.UserHash, cancellationToken);
            await WriteTextAsync(copy, row.Error, cancellationToken);
            await WriteTextAsync(copy, row.ErrorCode, cancellationToken);
            await WriteAsync(copy, row.Retryable, NpgsqlDbType.Boolean, cancellationToken);
            await WriteTextAsync(copy, row.Payload, cancellationToken, NpgsqlDbType.Jsonb);
            await copy.WriteAsync(row.LineId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(row.IsMock, NpgsqlDbType.Boolean, cancellationToken);
            await WriteTextAsync(copy, row.TraceId, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<EdgeLogLine>> ListAsync(EdgeLogQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<EdgeLogLine>(Sql.Command(
            Newest,
            new { query.Since, query.Provider, query.EventName, query.RequestId, query.Limit },
            cancellationToken))).AsList();
    }

    public async Task<IReadOnlyList<RecentCallStats>> ReadRecentAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<RecentCallStats>(
            Sql.Command(ReadRecent, new { since }, cancellationToken, timeoutSeconds: MetricsTimeoutSeconds))).AsList();
    }

    public async Task<IReadOnlyList<SelectionCount>> CountSelectionsAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<SelectionCount>(
            Sql.Command(CountSelections, new { since }, cancellationToken, timeoutSeconds: MetricsTimeoutSeconds))).AsList();
    }

    /// <param name="name">Of the experiment.</param>
    public async Task<IReadOnlyList<ArmStats>> ReadArmsAsync(string name, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ArmStats>(Sql.Command(
            ReadArms, new { name, since }, cancellationToken, timeoutSeconds: ExperimentTimeoutSeconds))).AsList();
    }

    public async Task<long> CountDecisionsAsync(DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = ReplayCommand(CountDecisions, since, until);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Oldest first and one at a time, so that any number of decisions fits in memory.</summary>
    public async IAsyncEnumerable<ArchivedDecision> ReadDecisionsAsync(
        DateTimeOffset since, DateTimeOffset until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = ReplayCommand(ReadDecisions, since, until);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var record = JsonSerializer.Deserialize(reader.GetString(2), RoutingJson.Default.DecisionRecord);
            if (record is { Quotes.Count: > 0 })
            {
                yield return new ArchivedDecision(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), record);
            }
        }
    }

    private static Task WriteTextAsync(
        NpgsqlBinaryImporter copy, string? text, CancellationToken cancellationToken, NpgsqlDbType type = NpgsqlDbType.Text) =>
        text is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(SafeText.Clean(text), type, cancellationToken);

    private static Task WriteAsync<T>(
        NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : struct =>
        value is { } given ? copy.WriteAsync(given, type, cancellationToken) : copy.WriteNullAsync(cancellationToken);

    private NpgsqlCommand ReplayCommand(string text, DateTimeOffset since, DateTimeOffset until)
    {
        var command = database.CreateCommand(text);
        command.CommandTimeout = ReplayTimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter { Value = since.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = until.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return command;
    }
}

/// <param name="Provider">Wire name, or null for all.</param>
public sealed record EdgeLogQuery(DateTimeOffset Since, string? Provider, string? EventName, string? RequestId, int Limit);

/// <summary>One line of the log as operators see it.</summary>
public sealed record EdgeLogLine
{
    /// <summary>Tells a line that was read before from a new one; null for lines of old versions.</summary>
    public Guid? LineId { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    public required string Level { get; init; }

    public required string Event { get; init; }

    public string? RequestId { get; init; }

    public string? ProviderId { get; init; }

    public int? LatencyMs { get; init; }

    public long? TotalCents { get; init; }

    public string? ErrorCode { get; init; }

    public string? Error { get; init; }
}

/// <summary>A stored decision with everything that it was made from.</summary>
public sealed record ArchivedDecision(string RequestId, DateTimeOffset At, DecisionRecord Decision);
