using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Read model: the records that an id of the shop or of routing belongs to. Every look-up uses a unique index.</summary>
public sealed class RecordStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 5;

    private const string Find =
        """
        select 'order' as kind, id as order_id, null::text as request_id
        from orders
        where id = @id or order_number = @text
        union
        select 'payment', order_id, null
        from payments
        where id = @id or provider_reference = @text or provider_session_id = @text
        union
        select 'journey', order_id, null
        from onboarding_journeys
        where id = @id
        union
        select 'task', item.order_id, null
        from fulfillment_tasks task
        join order_items item on item.id = task.order_item_id
        where task.id = @id
        union
        select 'checkout', order_id, null
        from checkout_orchestrations
        where id = @id
        union
        select 'request', null, request_id
        from commerce.orders
        where (id = @id or session_id = @id or order_ref = @text) and request_id is not null
        union
        select 'request', null, request_id
        from commerce.routing_sessions
        where id = @id
        limit 20
        """;

    private const string ReadOrder =
        """
        select id, order_number, user_id, status, hold_reason, source, total, currency, created_at, updated_at
        from orders
        where id = @id
        """;

    private const string ReadItems =
        """
        select id, product_title, quantity, total_price
        from order_items
        where order_id = @id
        order by created_at, id
        limit 100
        """;

    private const string ReadSteps =
        """
        select changed_at, from_status, to_status, cause, reason, actor
        from order_status_change
        where order_id = @id
        order by sequence
        limit 200
        """;

    private const string ReadPayments =
        """
        select id, provider_reference, provider_session_id, status, amount, refunded_amount, currency, failure_reason, is_mismatched,
            captured_at, created_at
        from payments
        where order_id = @id
        order by created_at, id
        limit 50
        """;

    private const string ReadTasks =
        """
        select task.id, task.task_type, task.title, task.status, task.attempt, task.error_message, task.scheduled_at, task.completed_at,
            task.traceparent
        from order_items item
        join fulfillment_tasks task on task.order_item_id = item.id
        where item.order_id = @id
        order by task.scheduled_at, task.id
        limit 200
        """;

    private const string ReadCheckout =
        """
        select id, current_stage, stage_status, prompts, next_action_at, last_transition_at
        from checkout_orchestrations
        where order_id = @id
        """;

    private const string ReadJourney =
        """
        select id, status, current_step, progress_percentage, started_at, completed_at
        from onboarding_journeys
        where order_id = @id
        """;

    private const string ReadJourneyTasks =
        """
        select slug, title, status, due_at, completed_at
        from onboarding_tasks
        where journey_id = @id
        order by sort_order, slug
        limit 100
        """;

    internal async Task<IReadOnlyList<RecordMatch>> FindAsync(string text, Guid? id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<RecordMatch>(Command(Find, new { text, id }, cancellationToken))).AsList();
    }

    /// <param name="foundAs">What the id was found as.</param>
    internal async Task<OrderRecord?> ReadOrderAsync(Guid id, IReadOnlyList<string> foundAs, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var order = await connection.QuerySingleOrDefaultAsync<OrderFacts>(Command(ReadOrder, new { id }, cancellationToken));
        if (order is null)
        {
            return null;
        }

        var journey = await connection.QuerySingleOrDefaultAsync<JourneyFacts>(Command(ReadJourney, new { id }, cancellationToken));
        return new()
        {
            FoundAs = foundAs,
            Order = order,
            Items = await ListAsync<OrderItemFacts>(ReadItems, id),
            Steps = await ListAsync<OrderStep>(ReadSteps, id),
            Payments = await ListAsync<PaymentFacts>(ReadPayments, id),
            Tasks = await ListAsync<TaskFacts>(ReadTasks, id),
            Checkout = await connection.QuerySingleOrDefaultAsync<CheckoutFacts>(Command(ReadCheckout, new { id }, cancellationToken)),
            Journey = journey,
            JourneyTasks = journey is null ? [] : await ListAsync<JourneyTask>(ReadJourneyTasks, journey.Id),
        };

        async Task<IReadOnlyList<T>> ListAsync<T>(string statement, Guid of) =>
            (await connection.QueryAsync<T>(Command(statement, new { id = of }, cancellationToken))).AsList();
    }

    private static CommandDefinition Command(string text, object parameters, CancellationToken cancellationToken) =>
        Sql.Command(text, parameters, cancellationToken, timeoutSeconds: TimeoutSeconds);
}
