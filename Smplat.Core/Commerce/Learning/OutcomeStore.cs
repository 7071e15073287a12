using Dapper;
using Npgsql;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Learning;

/// <summary>Outcomes of orders, each counted once.</summary>
public sealed class OutcomeStore(NpgsqlDataSource database)
{
    // One row per order and provider: a report replaces what the confirmation assumed, a repeated report changes nothing.
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

    /// <returns>False when the order had been reported before.</returns>
    public async Task<bool> RecordAsync(OrderOutcome outcome, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(RecordStatement, Row(outcome), cancellationToken, timeoutSeconds: 2)) == 1;
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
