using Dapper;
using Npgsql;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Learning;

/// <summary>Outcomes of orders, each counted once, and the statistics of each provider that are computed from them.</summary>
public sealed class OutcomeStore(NpgsqlDataSource database)
{
    // One row per order and provider: a report replaces the outcome of the confirmation, a repeated report changes nothing.
    internal const string RecordStatement =
        """
        insert into commerce.order_outcomes (
            id, order_id, provider_id, source, outcome, was_successful, actual_delivery_minutes, promised_delivery_minutes,
            items_delivered, items_ordered, total_cents, commission_cents, user_rating, issues, created_at)
        values (
            @id, @OrderId, @provider, @source, @outcome, @wasSuccessful, @ActualDeliveryMinutes, @PromisedDeliveryMinutes,
            @ItemsDelivered, @ItemsOrdered, @TotalCents, @CommissionCents, @UserRating, @issues, @CreatedAt)
        on conflict (order_id, provider_id) do update set
            source = excluded.source,
            outcome = excluded.outcome,
            was_successful = excluded.was_successful,
            actual_delivery_minutes = excluded.actual_delivery_minutes,
            items_delivered = excluded.items_delivered,
            items_ordered = excluded.items_ordered,
            total_cents = case when excluded.total_cents > 0 then excluded.total_cents else order_outcomes.total_cents end,
            commission_cents = case
                when excluded.total_cents > 0 then excluded.commission_cents else order_outcomes.commission_cents end,
            user_rating = excluded.user_rating,
            issues = excluded.issues,
            created_at = excluded.created_at
        where order_outcomes.source = 'confirm' and excluded.source = 'report'
        """;

    private const string FindAmounts =
        "select total_cents, commission_cents from commerce.orders where order_ref = @orderRef and provider_id = @provider";

    // The same outcomes give the same row, however often it runs and on which instance. Value and commission of successes only.
    // What a mock did says nothing about its provider.
    private const string RefreshStats =
        """
        with weighed as (
            select
                *,
                power(0.5, greatest(0, extract(epoch from (@now - created_at))) / (14 * 86400.0)) as weight
            from commerce.order_outcomes
            where created_at > @since
                and not exists (
                    select from commerce.orders mock where mock.order_ref = order_outcomes.order_id and mock.is_mock)
        )
        insert into analytics.provider_metrics as metrics (
            provider_id, provider_name, total_orders, successful_orders, failed_orders, cancelled_orders, total_gmv_cents,
            total_commission_cents, success_rate, avg_margin_rate, fulfilment_ratio, eta_bias_minutes, avg_rating,
            last_order_at, updated_at)
        select
            provider_id,
            provider_id,
            count(*),
            count(*) filter (where outcome = 'success'),
            count(*) filter (where outcome = 'failed'),
            count(*) filter (where outcome = 'cancelled'),
            coalesce(sum(total_cents) filter (where outcome = 'success'), 0),
            coalesce(sum(commission_cents) filter (where outcome = 'success'), 0),
            100 * (coalesce(sum(weight) filter (where outcome = 'success'), 0) + 9) / (sum(weight) + 10),
            100.0 * sum(commission_cents) filter (where outcome = 'success')
                / nullif(sum(total_cents) filter (where outcome = 'success'), 0),
            least(1, sum(weight * items_delivered / items_ordered) filter (where items_delivered is not null)
                / nullif(sum(weight) filter (where items_delivered is not null), 0)),
            sum(weight * (actual_delivery_minutes - promised_delivery_minutes))
                    filter (where actual_delivery_minutes is not null and promised_delivery_minutes is not null)
                / nullif(sum(weight)
                    filter (where actual_delivery_minutes is not null and promised_delivery_minutes is not null), 0),
            avg(user_rating),
            max(created_at),
            @now
        from weighed
        group by provider_id
        on conflict (provider_id) do update set
            total_orders = excluded.total_orders,
            successful_orders = excluded.successful_orders,
            failed_orders = excluded.failed_orders,
            cancelled_orders = excluded.cancelled_orders,
            total_gmv_cents = excluded.total_gmv_cents,
            total_commission_cents = excluded.total_commission_cents,
            success_rate = excluded.success_rate,
            avg_margin_rate = excluded.avg_margin_rate,
            fulfilment_ratio = excluded.fulfilment_ratio,
            eta_bias_minutes = excluded.eta_bias_minutes,
            avg_rating = excluded.avg_rating,
            last_order_at = excluded.last_order_at,
            updated_at = excluded.updated_at
        where metrics.updated_at <= excluded.updated_at
        """;

    private const string LoadStats =
        """
        select provider_id, total_orders, success_rate, avg_margin_rate, fulfilment_ratio, eta_bias_minutes
        from analytics.provider_metrics
        """;

    /// <summary>Outcomes older than this weigh less than a thousandth and are ignored.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromDays(180);

    /// <returns>False when the order was already reported.</returns>
    public async Task<bool> RecordAsync(OrderOutcome outcome, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(RecordStatement, Row(outcome), cancellationToken, timeoutSeconds: 2)) == 1;
    }

    public async Task<OrderAmounts?> FindAmountsAsync(
        string orderRef, ProviderId provider, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<OrderAmounts>(Sql.Command(
            FindAmounts, new { orderRef, provider = provider.ToWire() }, cancellationToken, timeoutSeconds: 2));
    }

    public async Task RefreshStatsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(RefreshStats, new { now, since = now - Window }, cancellationToken));
    }

    public async Task<IReadOnlyDictionary<ProviderId, ProviderStats>> LoadStatsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<MetricsRow>(Sql.Command(LoadStats, null, cancellationToken));
        return rows.ToDictionary(row => ProviderIds.Parse(row.ProviderId), ProviderStatsPolicy.From);
    }

    internal static object Row(OrderOutcome outcome) => new
    {
        id = Guid.CreateVersion7(outcome.CreatedAt),
        outcome.OrderId,
        provider = outcome.Provider.ToWire(),
        source = outcome.IsReport ? "report" : "confirm",
        outcome = outcome.Label,
        wasSuccessful = outcome.Label == "success",
        outcome.ActualDeliveryMinutes,
        outcome.PromisedDeliveryMinutes,
        outcome.ItemsDelivered,
        outcome.ItemsOrdered,
        outcome.TotalCents,
        outcome.CommissionCents,
        outcome.UserRating,
        issues = outcome.Issues.ToArray(),
        outcome.CreatedAt,
    };
}

/// <summary>What an order was worth.</summary>
public sealed record OrderAmounts(long TotalCents, long CommissionCents);
