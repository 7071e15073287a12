using System.Globalization;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Requests;

/// <summary>Reads the requests of <c>edge_logs</c>, and the rows that belong to one of them.</summary>
public sealed class RequestStore(NpgsqlDataSource database)
{
    /// <summary>Longer than this, a list says that it is not available.</summary>
    private const int TimeoutSeconds = 5;

    private const int MaxWebhooks = 50;

    /// <summary>A request and its late answers are logged within this time.</summary>
    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ClockGrain = TimeSpan.FromSeconds(1);

    // A request that was routed is found by its decision, another by its failure: two partial indexes, newest first.
    private const string RoutedHeads =
        """
        (
            select "timestamp", id, request_id, event, selected_provider_id as provider_id, total_cents, error_code, error, is_mock,
                null::integer as latency_ms
            from edge_logs
            where event = 'router_decision' and @routed::boolean is distinct from false and request_id is not null
                and "timestamp" >= @since and "timestamp" < @until and "timestamp" <= @cursorAt
                and ("timestamp", id) < (@cursorAt, @cursorId)
            order by "timestamp" desc, id desc
            limit @depth
        )
        union all
        (
            select "timestamp", id, request_id, event, null, null, error_code, error, is_mock, null
            from edge_logs
            where event = 'router_failure' and @routed::boolean is distinct from true and request_id is not null
                and "timestamp" >= @since and "timestamp" < @until and "timestamp" <= @cursorAt
                and ("timestamp", id) < (@cursorAt, @cursorId)
            order by "timestamp" desc, id desc
            limit @depth
        )
        """;

    private const string FollowedHeads =
        """
        select "timestamp", id, request_id, event, provider_id, total_cents, error_code, error, is_mock, latency_ms
        from edge_logs
        where function_name <> 'loopgpt_route_order' and event = @event and request_id is not null
            and "timestamp" >= @since and "timestamp" < @until and "timestamp" <= @cursorAt
            and ("timestamp", id) < (@cursorAt, @cursorId)
        order by "timestamp" desc, id desc
        limit @depth
        """;

    // The lines of a request carry the time of its end, so they are neighbours of its head. Late answers come after it.
    private const string Lines =
        """
        left join lateral (
            select
                max(line.total_latency_ms) as latency_ms,
                array_agg(line.provider_id order by line.id) filter (where line.event = 'provider_quote_success') as quoted,
                array_agg(line.provider_id order by line.id) filter (where line.event = 'provider_quote_error') as failed,
                coalesce(bool_or(
                    (@event::text is null or line.event = @event)
                    and (@provider::text is null or @provider in (line.provider_id, line.selected_provider_id))), false) as matches
            from edge_logs line
            where line."timestamp" = head."timestamp" and line.request_id = head.request_id
        ) as lines on true
        """;

    private const string Page =
        """
        , newest as materialized (
            select * from head order by "timestamp" desc, id desc limit @depth
        ),
        page as (
            select head.*, lines.latency_ms as total_latency_ms, lines.quoted, lines.failed
            from newest as head
        """
        + "\n" + Lines + "\n" +
        """
            where lines.matches
            order by head."timestamp" desc, head.id desc
            limit @limit
        )
        select
            end_of_search.scanned, end_of_search.last_at, end_of_search.last_id,
            page.request_id, page."timestamp" as at, page.id as line_id, page.event, page.provider_id, page.total_cents,
            coalesce(page.latency_ms, page.total_latency_ms) as latency_ms, page.error_code, page.error, page.is_mock,
            page.quoted, page.failed,
            (select array_agg(distinct placed.status) from commerce.orders placed where placed.request_id = page.request_id) as orders
        from (
            select count(*) as scanned, (array_agg("timestamp" order by "timestamp", id))[1] as last_at,
                (array_agg(id order by "timestamp", id))[1] as last_id
            from newest
        ) as end_of_search
        left join page on true
        order by page."timestamp" desc, page.id desc
        """;

    private const string ListRequests = "with head as (\n" + RoutedHeads + "\n)\n" + Page;

    private const string ListFollowed = "with head as (\n" + FollowedHeads + "\n)\n" + Page;

    // The id of a request says when it began: its lines stand in a minute of the table, those of its confirmation in an index.
    private const string ReadLines =
        """
        select "timestamp" as at, event, level, coalesce(provider_id, selected_provider_id) as provider_id,
            coalesce(latency_ms, total_latency_ms) as latency_ms, total_cents, best_alternative_cents, commission_cents, error, error_code,
            retryable, trace_id, is_mock, case when event = 'router_decision' then payload::text end as payload
        from (
            select * from edge_logs
            where "timestamp" >= @from and "timestamp" < @to and request_id = @requestId and function_name = 'loopgpt_route_order'
            union all
            select * from edge_logs
            where function_name <> 'loopgpt_route_order' and request_id = @requestId and "timestamp" >= @from
        ) as line
        order by "timestamp", id
        limit 500
        """;

    // Ids of sessions begin with their time, so those of a minute are neighbours.
    private const string ReadSession =
        """
        select id, status, items_count, weights::text as weights, created_at, updated_at, expires_at, check_after
        from commerce.routing_sessions
        where id >= @firstId and id < @lastId and request_id = @requestId
        limit 1
        """;

    private const string ReadOrders =
        """
        select order_ref, provider_id, provider_order_id, status, mode, total_cents, failover_from, is_mock, created_at, updated_at, session_id
        from commerce.orders
        where request_id = @requestId
        order by leg, created_at
        limit 50
        """;

    private const string ReadAttempts =
        """
        select leg, attempt_no, provider_id, outcome, error_code, error, evidence, total_cents, started_at, submitted_at, finished_at
        from commerce.order_attempts
        where session_id = any(@sessions)
        order by started_at, leg, attempt_no
        limit 100
        """;

    private const string ReadWebhooks =
        """
        select received_at, 'MEALME' as provider_id, event_type, status
        from commerce.mealme_webhook_events
        where mealme_order_id = any(@orders)
        order by id
        limit @limit
        """;

    private const string ReadOutcomes =
        """
        select created_at, provider_id, source, outcome, user_rating
        from commerce.order_outcomes
        where order_id = any(@orders)
        order by created_at
        """;

    private const string ReadVendorCalls =
        """
        select provider_id, endpoint, status_class, calls, latency_ms / calls as average_latency_ms
        from commerce.vendor_call
        where hour_start = date_trunc('hour', @at::timestamptz, 'UTC') and provider_id = any(@providers)
        order by provider_id, endpoint, status_class
        limit 100
        """;

    /// <param name="depth">Requests that are read at most.</param>
    /// <returns>At most one request more than asked for, how many were read, and the oldest that was read.</returns>
    internal async Task<(IReadOnlyList<RequestRow> Rows, long Scanned, RequestCursor? Last)> ListAsync(
        RequestFilter filter, int depth, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<ListedRow>(Command(
            IsFollowed(filter.Event) ? ListFollowed : ListRequests,
            new
            {
                filter.Since,
                filter.Until,
                filter.Provider,
                filter.Event,
                routed = filter.IsRouted,
                cursorAt = filter.Before?.At ?? filter.Until,
                cursorId = filter.Before?.LineId ?? long.MaxValue,
                depth,
                limit = filter.Limit + 1,
            },
            cancellationToken))).AsList();
        var first = rows[0];
        return (
            [.. rows.Where(row => row.RequestId is not null).Select(row => row.ToRow())],
            first.Scanned,
            first is { LastAt: { } at, LastId: { } id } ? new(at, id) : null);
    }

    /// <param name="at">When the request began.</param>
    internal async Task<RequestFacts> ReadAsync(string requestId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (from, to) = (at - ClockGrain, at + LongestRequest);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var lines = (await connection.QueryAsync<RequestLine>(Command(ReadLines, new { requestId, from, to }, cancellationToken))).AsList();
        var session = await connection.QuerySingleOrDefaultAsync<RequestSession>(Command(
            ReadSession, new { requestId, firstId = FirstId(from), lastId = FirstId(to) }, cancellationToken));
        var orders = (await connection.QueryAsync<OrderRow>(Command(ReadOrders, new { requestId }, cancellationToken))).AsList();
        var sessions = orders.Select(order => order.SessionId).Append(session?.Id).OfType<Guid>().Distinct().ToArray();
        var attempts = sessions.Length == 0
            ? []
            : (await connection.QueryAsync<RequestAttempt>(Command(ReadAttempts, new { sessions }, cancellationToken))).AsList();
        var placed = orders.Select(order => order.ProviderOrderId).OfType<string>().ToArray();
        var webhooks = placed.Length == 0
            ? []
            : (await connection.QueryAsync<RequestWebhook>(Command(ReadWebhooks, new { orders = placed, limit = MaxWebhooks }, cancellationToken))).AsList();
        var references = orders.Select(order => order.OrderRef).ToArray();
        var outcomes = references.Length == 0
            ? []
            : (await connection.QueryAsync<RequestOutcome>(Command(ReadOutcomes, new { orders = references }, cancellationToken))).AsList();
        var providers = lines.Select(line => line.ProviderId).OfType<string>().Distinct().ToArray();
        var calls = await connection.QueryAsync<RequestVendorCalls>(Command(ReadVendorCalls, new { at, providers }, cancellationToken));
        return new()
        {
            Lines = lines,
            Session = session,
            Attempts = attempts,
            Orders = [.. orders.Select(order => order.ToOrder())],
            Webhooks = webhooks,
            Outcomes = outcomes,
            VendorCalls = calls.AsList(),
        };
    }

    /// <summary>Events that are logged after the request: when its order is confirmed, or fails to be.</summary>
    private static bool IsFollowed(string? name) => name?.StartsWith("commerce.", StringComparison.Ordinal) == true;

    /// <summary>The smallest version 7 id of a moment.</summary>
    private static Guid FirstId(DateTimeOffset at)
    {
        var hex = at.ToUnixTimeMilliseconds().ToString("x12", CultureInfo.InvariantCulture);
        return Guid.Parse($"{hex.AsSpan(0, 8)}-{hex.AsSpan(8, 4)}-0000-0000-000000000000");
    }

    private static CommandDefinition Command(string text, object parameters, CancellationToken cancellationToken) =>
        Sql.Command(text, parameters, cancellationToken, timeoutSeconds: TimeoutSeconds);

    /// <summary>A row of the list beside the end of the search; without a request when nothing matched.</summary>
    private sealed record ListedRow
    {
        public long Scanned { get; init; }

        public DateTimeOffset? LastAt { get; init; }

        public long? LastId { get; init; }

        public string? RequestId { get; init; }

        public DateTimeOffset? At { get; init; }

        public long? LineId { get; init; }

        public string? Event { get; init; }

        public string? ProviderId { get; init; }

        public long? TotalCents { get; init; }

        public int? LatencyMs { get; init; }

        public string? ErrorCode { get; init; }

        public string? Error { get; init; }

        public bool? IsMock { get; init; }

        public string[]? Quoted { get; init; }

        public string[]? Failed { get; init; }

        public string[]? Orders { get; init; }

        public RequestRow ToRow() => new()
        {
            RequestId = RequestId!,
            At = At!.Value,
            LineId = LineId!.Value,
            Event = Event!,
            ProviderId = ProviderId,
            TotalCents = TotalCents,
            LatencyMs = LatencyMs,
            ErrorCode = ErrorCode,
            Error = Error,
            IsMock = IsMock == true,
            Quoted = Quoted ?? [],
            Failed = Failed ?? [],
            Orders = Orders ?? [],
        };
    }

    private sealed record OrderRow
    {
        public required string OrderRef { get; init; }

        public required string ProviderId { get; init; }

        public string? ProviderOrderId { get; init; }

        public required string Status { get; init; }

        public required string Mode { get; init; }

        public required long TotalCents { get; init; }

        public string? FailoverFrom { get; init; }

        public required bool IsMock { get; init; }

        public required DateTimeOffset CreatedAt { get; init; }

        public required DateTimeOffset UpdatedAt { get; init; }

        public required Guid? SessionId { get; init; }

        public RequestOrder ToOrder() => new()
        {
            OrderRef = OrderRef,
            ProviderId = ProviderId,
            ProviderOrderId = ProviderOrderId,
            Status = Status,
            Mode = Mode,
            TotalCents = TotalCents,
            FailoverFrom = FailoverFrom,
            IsMock = IsMock,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        };
    }
}
