using Dapper;
using Npgsql;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Learning;

/// <summary>What the outcomes of orders say about each provider.</summary>
public sealed class ProviderMetricsStore(NpgsqlDataSource database)
{
    // The same outcomes give the same row, however often and wherever it is run. Value and commission of successes only.
    private const string Refresh =
        """
        with weighed as (
            select
                *,
                power(0.5, greatest(0, extract(epoch from (@now - created_at))) / (14 * 86400.0)) as weight
            from commerce.order_outcomes
            where created_at > @since
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

    private const string Load =
        """
        select provider_id, total_orders, success_rate, avg_margin_rate, fulfilment_ratio, eta_bias_minutes
        from analytics.provider_metrics
        """;

    /// <summary>Outcomes older than this weigh less than a thousandth and are left out.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromDays(180);

    public async Task RefreshAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Refresh, new { now, since = now - Window }, cancellationToken));
    }

    public async Task<IReadOnlyDictionary<ProviderId, ProviderStanding>> LoadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<MetricsRow>(Sql.Command(Load, null, cancellationToken));
        return rows.ToDictionary(row => ProviderIds.Parse(row.ProviderId), StandingPolicy.Of);
    }
}
