using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Checkout;

/// <summary>Tables <c>checkout_orchestrations</c> and <c>checkout_orchestration_events</c>.</summary>
public sealed class CheckoutStore
{
    // One row per order, whoever is first; its first event commits with it. The order's row is locked before, in the
    // mode that the foreign key takes anyway, so that this never waits for an order while holding the new row.
    private const string Ensure = """
        with known as (
            select id, user_id from orders where id = any(@orderIds) order by id for key share
        ),
        created as (
            insert into checkout_orchestrations (id, order_id, user_id, last_transition_at, created_at, updated_at)
            select gen_random_uuid(), id, user_id, @now, @now, @now from known
            on conflict (order_id) do nothing
            returning id
        )
        insert into checkout_orchestration_events (id, orchestration_id, stage, status, transition_note, created_at)
        select gen_random_uuid(), id, 'payment', 'not_started', 'Checkout orchestration initialized', @now from created
        """;

    private const string Columns = """
        id, order_id, user_id, current_stage, stage_status, metadata::text as metadata, version, prompts, started_at,
        completed_at, failed_at, next_action_at
        """;

    private const string Find = $"select {Columns} from checkout_orchestrations where order_id = @orderId";

    // Serialises everyone who decides on these checkouts, always in one order.
    private const string Lock = $"""
        select {Columns} from checkout_orchestrations where order_id = any(@orderIds) order by order_id for update
        """;

    private const string Events = """
        select stage, status, transition_note as note, payload::text as payload, created_at
        from checkout_orchestration_events
        where orchestration_id = @id
        order by position
        """;

    private const string Write = """
        update checkout_orchestrations checkout
        set current_stage = change.stage, stage_status = change.status, started_at = change.started_at,
            completed_at = change.completed_at, failed_at = change.failed_at, next_action_at = change.next_action_at,
            metadata = checkout.metadata || change.patch::jsonb, version = checkout.version + 1,
            prompts = checkout.prompts + change.prompts, last_transition_at = @now, locked_until = null,
            locked_by = null, updated_at = @now
        from unnest(
                @ids, @stages, @statuses, @startedAts::timestamptz[], @completedAts::timestamptz[], @failedAts::timestamptz[],
                @nextActionAts::timestamptz[], @patches, @prompts)
            as change (id, stage, status, started_at, completed_at, failed_at, next_action_at, patch, prompts)
        where checkout.id = change.id
        """;

    private const string Record = """
        insert into checkout_orchestration_events (id, orchestration_id, stage, status, transition_note, payload, created_at)
        select gen_random_uuid(), step.id, step.stage, step.status, step.note, step.payload::jsonb, @now
        from unnest(@ids, @stages, @statuses, @notes, @payloads) with ordinality
            as step (id, stage, status, note, payload, position)
        order by step.position
        """;

    public Task EnsureAsync(
        Guid[] orderIds, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(Ensure, new { orderIds, now }, cancellationToken, transaction));

    public async Task<IReadOnlyList<CheckoutRow>> LockAsync(
        Guid[] orderIds, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<CheckoutRow>(
            Sql.Command(Lock, new { orderIds }, cancellationToken, transaction))).AsList();

    public Task<CheckoutRow?> FindAsync(Guid orderId, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<CheckoutRow>(Sql.Command(Find, new { orderId }, cancellationToken));

    public async Task<IReadOnlyList<CheckoutEvent>> ListEventsAsync(
        Guid id, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(string Stage, string Status, string? Note, string Payload, DateTimeOffset CreatedAt)>(
            Sql.Command(Events, new { id }, cancellationToken));
        return
        [
            .. rows.Select(row => new CheckoutEvent(
                row.Stage, row.Status, row.Note, JsonSerializer.Deserialize<JsonElement>(row.Payload), row.CreatedAt)),
        ];
    }

    /// <summary>Standings and events of many checkouts in two statements.</summary>
    public async Task WriteAsync(
        IReadOnlyList<CheckoutChange> changes, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var standings = new
        {
            now,
            ids = changes.Select(change => change.Id).ToArray(),
            stages = changes.Select(change => change.Standing.Stage).ToArray(),
            statuses = changes.Select(change => change.Standing.Status).ToArray(),
            startedAts = changes.Select(change => change.Standing.StartedAt?.UtcDateTime).ToArray(),
            completedAts = changes.Select(change => change.Standing.CompletedAt?.UtcDateTime).ToArray(),
            failedAts = changes.Select(change => change.Standing.FailedAt?.UtcDateTime).ToArray(),
            nextActionAts = changes.Select(change => change.Standing.NextActionAt?.UtcDateTime).ToArray(),
            patches = changes.Select(change => change.MetadataPatch).ToArray(),
            prompts = changes.Select(change => change.IsPrompt ? 1 : 0).ToArray(),
        };
        await connection.ExecuteAsync(Sql.Command(Write, standings, cancellationToken, transaction));
        var steps = changes.SelectMany(change => change.Steps.Select(step => (change.Id, Step: step))).ToArray();
        var events = new
        {
            now,
            ids = steps.Select(step => step.Id).ToArray(),
            stages = steps.Select(step => step.Step.Stage).ToArray(),
            statuses = steps.Select(step => step.Step.Status).ToArray(),
            notes = steps.Select(step => step.Step.Note).ToArray(),
            payloads = steps.Select(step => step.Step.Payload).ToArray(),
        };
        await connection.ExecuteAsync(Sql.Command(Record, events, cancellationToken, transaction));
    }
}
