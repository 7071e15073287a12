using Dapper;
using Npgsql;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Requests;

/// <summary>Writes the sample requests, and deletes them again. Their ids tell them from all others.</summary>
internal sealed class RoutingSampleStore(NpgsqlDataSource database)
{
    private const string IsLoaded = "select exists (select from commerce.orders where order_ref like 'sample-order-%')";

    private const string EndSession =
        """
        update commerce.routing_sessions
        set status = case when @IsPlaced then 'confirmed' else 'failed' end, updated_at = @FinishedAt
        where id = @SessionId
        """;

    private const string AddAttempt =
        """
        insert into commerce.order_attempts (
            id, session_id, leg, attempt_no, provider_id, idempotency_key, outcome, error_code, error, evidence, total_cents,
            started_at, submitted_at, finished_at, provider_order_id)
        values (
            md5(@OrderRef || '-attempt')::uuid, @SessionId, 0, 1, @ProviderId, @OrderRef,
            case when not @IsPlaced then 'failed' when @IsMealMe then 'placed' else 'handed_off' end,
            case when not @IsPlaced then 'HTTP_503' end,
            case when not @IsPlaced then 'the vendor answered 503 Service Unavailable' end,
            case when @IsPlaced then 'the provider confirmed the order' end,
            @TotalCents, @At, case when @IsMealMe then @At + interval '120 milliseconds' end, @FinishedAt, @ProviderOrderId)
        on conflict do nothing
        """;

    private const string AddOrder =
        """
        insert into commerce.orders (
            id, order_ref, session_id, request_id, provider_id, provider_order_id, status, mode, total_cents, commission_cents, items_count,
            created_at, updated_at)
        select
            md5(@OrderRef)::uuid, @OrderRef, @SessionId, @RequestId, @ProviderId, @ProviderOrderId,
            case when @IsMealMe then 'placed' else 'handed_off' end, case when @IsMealMe then 'placed' else 'handoff' end,
            @TotalCents, @CommissionCents, @Items, @FinishedAt, @FinishedAt
        where @IsPlaced
        on conflict do nothing
        """;

    private const string AddOutcome =
        """
        insert into commerce.order_outcomes (
            id, order_id, provider_id, source, outcome, was_successful, actual_delivery_minutes, promised_delivery_minutes,
            items_delivered, items_ordered, total_cents, commission_cents, user_rating, created_at)
        select
            md5(@OrderRef || '-outcome')::uuid, @OrderRef, @ProviderId, 'report', 'success', true, 52, 45, @Items, @Items, @TotalCents,
            @CommissionCents, @Rating, @FinishedAt + interval '70 minutes'
        where @IsPlaced and @FinishedAt < @now - interval '70 minutes'
        on conflict do nothing
        """;

    private const string AddWebhooks =
        """
        insert into commerce.mealme_webhook_events (dedupe_key, mealme_order_id, event_type, status, raw, received_at)
        select @ProviderOrderId || event_type, @ProviderOrderId, event_type, status, '{}', @FinishedAt + after
        from (values
            ('order.created', 'awaiting_confirmation', interval '2 seconds'), ('order.in_progress', 'in_progress', interval '9 minutes'),
            ('order.completed', 'completed', interval '52 minutes')) as hook (event_type, status, after)
        where @IsPlaced and @IsMealMe and @FinishedAt + after < @now
        on conflict do nothing
        """;

    // The endpoint's name keeps sample calls apart from those that were made.
    private const string AddVendorCalls =
        """
        insert into commerce.vendor_call (provider_id, endpoint, hour_start, status_class, calls, latency_ms, last_at)
        select provider_id, 'sample quotes', hour, case when event = 'provider_quote_success' then '2xx' else '5xx' end,
            count(*), sum(coalesce(latency_ms, 0)), max("timestamp")
        from (
            select provider_id, event, latency_ms, "timestamp", date_trunc('hour', "timestamp", 'UTC') as hour
            from edge_logs
            where "timestamp" >= @from and "timestamp" <= @now and request_id like @pattern
                and event in ('provider_quote_success', 'provider_quote_error')
        ) as quote
        group by 1, 2, 3, 4
        on conflict do nothing
        """;

    // Seen until tomorrow: a circuit of an instance that lives is renewed every few seconds.
    private const string OpenCircuit =
        """
        insert into commerce.provider_circuit (instance, provider_id, position, seen_at)
        values ('sample data', 'INSTACART', 'open', @now + interval '1 day')
        on conflict (instance, provider_id) do update set seen_at = excluded.seen_at
        """;

    // Hours that were summed before are summed again, with or without these lines.
    private const string SumAgain = "update ops_hour_mark set summed_until = least(summed_until, date_trunc('hour', @from::timestamptz, 'UTC'))";

    private const string Drop =
        """
        delete from commerce.mealme_webhook_events where mealme_order_id like 'sample-%' and dedupe_key like 'sample-%';
        delete from commerce.order_outcomes where order_id like 'sample-order-%';
        delete from commerce.order_attempts where idempotency_key like 'sample-order-%';
        delete from commerce.orders where order_ref like 'sample-order-%';
        delete from commerce.routing_sessions where request_id like @pattern;
        delete from commerce.vendor_call where endpoint = 'sample quotes';
        delete from commerce.provider_circuit where instance = 'sample data';
        delete from edge_logs where "timestamp" >= @from and "timestamp" <= @until and request_id like @pattern;
        delete from ops_hour_request where hour_at >= @from;
        delete from ops_hour_quote where hour_at >= @from;
        delete from ops_hour_decision where hour_at >= @from;
        delete from analytics.provider_metrics metrics
        where not exists (select from commerce.order_outcomes outcome where outcome.provider_id = metrics.provider_id);
        """;

    /// <summary>Eleven characters: a random id has ten.</summary>
    private const string Pattern = @"req\______________\_" + RoutingSample.IdPart + "_____";

    public async Task<bool> IsLoadedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(Sql.Command(IsLoaded, null, cancellationToken));
    }

    /// <param name="requests">Their orders are written last, so that a load that was interrupted is known to be incomplete.</param>
    public async Task LoadAsync(IReadOnlyList<RoutingSample.SampleRequest> requests, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await DropAsync(now, cancellationToken);
        await new EdgeLogStore(database).AppendAsync([.. requests.SelectMany(request => request.Lines)], mayBeWritten: false, cancellationToken);
        foreach (var sessions in requests.Select(request => request.Session).OfType<RoutingSession>().Chunk(200))
        {
            await new RoutingSessionStore(database).InsertAsync(sessions, cancellationToken);
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var hours = new { from = now - RoutingSample.Length, now, pattern = Pattern };
        await connection.ExecuteAsync(Sql.Command(AddVendorCalls, hours, cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(OpenCircuit, hours, cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(SumAgain, hours, cancellationToken, transaction));
        foreach (var order in requests.Select(request => request.Order).OfType<RoutingSample.SampleOrder>())
        {
            foreach (var statement in new[] { EndSession, AddAttempt, AddOrder, AddOutcome, AddWebhooks })
            {
                await connection.ExecuteAsync(Sql.Command(statement, Parameters(order, now), cancellationToken, transaction));
            }
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public async Task DropAsync(DateTimeOffset loadedAt, CancellationToken cancellationToken)
    {
        var from = loadedAt - RoutingSample.Length - TimeSpan.FromHours(1);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var range = new { from, until = loadedAt.AddDays(1), pattern = Pattern };
        await connection.ExecuteAsync(Sql.Command(SumAgain, range, cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(Drop, range, cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
    }

    private static object Parameters(RoutingSample.SampleOrder order, DateTimeOffset now) => new
    {
        order.OrderRef,
        order.RequestId,
        order.SessionId,
        order.ProviderId,
        order.ProviderOrderId,
        order.IsPlaced,
        order.IsMealMe,
        order.TotalCents,
        order.CommissionCents,
        order.Items,
        order.At,
        order.FinishedAt,
        order.Rating,
        now,
    };
}
