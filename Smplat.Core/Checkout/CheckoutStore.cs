using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Checkout;

/// <summary>
/// Tables <c>checkout_orchestrations</c> and <c>checkout_orchestration_events</c>: reading and changing checkouts, and claiming
/// the stalled ones for a sweep.
/// </summary>
public sealed class CheckoutStore(NpgsqlDataSource database)
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(CheckoutRecoveryOptions.MaxHoldSeconds);

    private const string Columns = """
        id, order_id, user_id, current_stage, stage_status, metadata::text as metadata, version, prompts, started_at,
        completed_at, failed_at, next_action_at
        """;

    private const string Find = $"select {Columns} from checkout_orchestrations where order_id = @orderId";

    private const string Events = """
        select stage, status, transition_note as note, payload::text as payload, created_at
        from checkout_orchestration_events
        where orchestration_id = @id
        order by position
        """;

    // One row per order, whichever caller is first; its first event commits with it. The order's row is locked before it, in
    // the mode that the foreign key takes anyway, so that this never waits for an order while holding the new row.
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

    // Serialises all decisions about these checkouts. The locks are always taken in the same order.
    private const string Lock = $"""
        select {Columns} from checkout_orchestrations where order_id = any(@orderIds) order by order_id for update
        """;

    // No row when the checkout has changed since it was read.
    private const string LockAsRead = """
        select checkout.order_id, o.status as order_status
        from checkout_orchestrations checkout
        join orders o on o.id = checkout.order_id
        where checkout.id = @id
            and checkout.current_stage || '/' || checkout.stage_status || '/' || checkout.version = @state
        for update of checkout
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

    // Idle, unpaid storefront orders get a checkout that waits for the sweep. Locked orders are left for the next sweep.
    private const string Enroll = """
        with idle as (
            select o.id, o.user_id
            from orders o
            where o.status = 'pending' and o.source = 'checkout'
                and o.created_at < @idleSince and o.created_at > @oldest
                and not exists (
                    select 1 from checkout_orchestrations known
                    where known.order_id = o.id
                        and not (known.current_stage = 'payment' and known.stage_status in ('not_started', 'in_progress')
                            and known.updated_at < @idleSince))
            order by o.created_at
            limit @limit
            for key share of o skip locked
        ),
        enrolled as (
            insert into checkout_orchestrations as known (
                id, order_id, user_id, stage_status, next_action_at, last_transition_at, created_at, updated_at)
            select gen_random_uuid(), id, user_id, 'waiting', @now, @now, @now, @now from idle
            on conflict (order_id) do update
            set stage_status = 'waiting', next_action_at = @now, version = known.version + 1,
                last_transition_at = @now, updated_at = @now
            where known.current_stage = 'payment' and known.stage_status in ('not_started', 'in_progress')
                and known.updated_at < @idleSince
            returning known.id
        )
        insert into checkout_orchestration_events (id, orchestration_id, stage, status, transition_note, created_at)
        select gen_random_uuid(), id, 'payment', 'waiting', 'No payment yet', @now from enrolled
        """;

    // Why nobody is asked to pay although the order is not paid: the bank works on a debit, operators look at a payment of another
    // amount, or the money went back. Null when there is no reason.
    private const string Obstacle = """
        (select case
            when bool_or(p.is_processing) then 'payment_processing'
            when bool_or(p.is_mismatched and p.status <> 'refunded') then 'payment_under_review'
            when bool_or(p.status = 'refunded') then 'order_refunded'
        end
        from payments p where p.order_id = o.id)
        """;

    // One sweep holds a checkout at a time. The same statement checks whether the order is paid or cancelled, and consent.
    private const string Claim = $"""
        with due as (
            select id
            from checkout_orchestrations
            where stage_status = 'waiting' and next_action_at <= @now
                and (locked_until is null or locked_until <= @now or locked_until > @implausible)
            order by next_action_at, id
            limit @limit
            for update skip locked
        ),
        claimed as (
            update checkout_orchestrations checkout
            set locked_until = @lockedUntil, locked_by = @owner
            from due
            where checkout.id = due.id
            returning checkout.id, checkout.order_id, checkout.current_stage, checkout.prompts, checkout.started_at,
                checkout.next_action_at
        )
        select claimed.id, claimed.order_id, claimed.current_stage, claimed.prompts, claimed.started_at,
            claimed.next_action_at, o.user_id, o.order_number, o.status as order_status, o.total, o.currency,
            (o.status in ('processing', 'active', 'completed')
                or exists (select 1 from payments p where p.order_id = o.id and p.status = 'succeeded')) as is_paid,
            {Obstacle} as obstacle,
            coalesce(person.status <> 'suspended' and person.email is not null, false) as has_person,
            coalesce(preference.order_updates, true) as has_consent
        from claimed
        join orders o on o.id = claimed.order_id
        left join users person on person.id = o.user_id
        left join notification_preferences preference on preference.user_id = o.user_id
        order by claimed.next_action_at, claimed.id
        """;

    // Fenced: false when another sweep holds the checkout, or the order has moved it on.
    private const string Hold = """
        select true
        from checkout_orchestrations
        where id = @id and locked_by = @owner and stage_status = 'waiting'
        for update
        """;

    private const string GiveBack = """
        update checkout_orchestrations set locked_until = null, locked_by = null where locked_by = @owner
        """;

    // Why a prompt must not be sent: null while the checkout still waits for its payment.
    private const string Objection = $"""
        select case
            when checkout.id is null then 'checkout_gone'
            when o.status = 'canceled' then 'order_canceled'
            when o.status in ('processing', 'active', 'completed')
                or exists (select 1 from payments p where p.order_id = o.id and p.status = 'succeeded') then 'order_paid'
            when {Obstacle} is not null then {Obstacle}
            when checkout.stage_status <> 'waiting' then 'checkout_moved_on'
        end
        from (select @id::uuid as id) asked
        left join checkout_orchestrations checkout on checkout.id = asked.id
        left join orders o on o.id = checkout.order_id
        """;

    public Task EnsureAsync(
        Guid[] orderIds, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(Ensure, new { orderIds, now }, cancellationToken, transaction));

    public async Task<IReadOnlyList<CheckoutRow>> LockAsync(
        Guid[] orderIds, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<CheckoutRow>(
            Sql.Command(Lock, new { orderIds }, cancellationToken, transaction))).AsList();

    /// <param name="state">Stage, status and version as they were read, as <c>payment/failed/3</c>.</param>
    /// <returns>The order and its status; null when the checkout has changed since.</returns>
    public async Task<(Guid OrderId, string OrderStatus)?> LockAsReadAsync(
        Guid id, string state, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = await transaction.Connection!.QueryAsync<(Guid, string)>(
            Sql.Command(LockAsRead, new { id, state }, cancellationToken, transaction));
        return rows.AsList() is [var row] ? row : null;
    }

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

    /// <summary>Writes states and events of many checkouts in two statements.</summary>
    public async Task WriteAsync(
        IReadOnlyList<CheckoutChange> changes, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var states = new
        {
            now,
            ids = changes.Select(change => change.Id).ToArray(),
            stages = changes.Select(change => change.State.Stage).ToArray(),
            statuses = changes.Select(change => change.State.Status).ToArray(),
            startedAts = changes.Select(change => change.State.StartedAt?.UtcDateTime).ToArray(),
            completedAts = changes.Select(change => change.State.CompletedAt?.UtcDateTime).ToArray(),
            failedAts = changes.Select(change => change.State.FailedAt?.UtcDateTime).ToArray(),
            nextActionAts = changes.Select(change => change.State.NextActionAt?.UtcDateTime).ToArray(),
            patches = changes.Select(change => change.MetadataPatch).ToArray(),
            prompts = changes.Select(change => change.IsPrompt ? 1 : 0).ToArray(),
        };
        await connection.ExecuteAsync(Sql.Command(Write, states, cancellationToken, transaction));
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

    public async Task<int> EnrollAsync(
        DateTimeOffset now, DateTimeOffset idleSince, DateTimeOffset oldest, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(
            Sql.Command(Enroll, new { now, idleSince, oldest, limit }, cancellationToken));
    }

    public async Task<IReadOnlyList<StalledCheckout>> ClaimAsync(
        string owner, int limit, DateTimeOffset now, DateTimeOffset lockedUntil, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<StalledCheckout>(
            Sql.Command(
                Claim,
                new { owner, limit, now, lockedUntil, implausible = Lease.Implausible(now, LongestHold) },
                cancellationToken))).AsList();
    }

    public Task<bool> HoldAsync(
        Guid id, string owner, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<bool>(Sql.Command(Hold, new { id, owner }, cancellationToken, transaction));

    public async Task GiveBackAsync(string owner, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(GiveBack, new { owner }, cancellationToken));
    }

    public async Task<string?> ObjectionAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<string?>(Sql.Command(Objection, new { id }, cancellationToken));
    }
}

/// <summary>A row of <c>checkout_orchestrations</c>.</summary>
public sealed record CheckoutRow
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public Guid? UserId { get; init; }

    public required string CurrentStage { get; init; }

    public required string StageStatus { get; init; }

    public required string Metadata { get; init; }

    public required int Version { get; init; }

    public required int Prompts { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public DateTimeOffset? NextActionAt { get; init; }

    public CheckoutState State => new(CurrentStage, StageStatus)
    {
        StartedAt = StartedAt,
        CompletedAt = CompletedAt,
        FailedAt = FailedAt,
        NextActionAt = NextActionAt,
    };
}

/// <summary>A claimed checkout, with its order and customer as they were when it was claimed.</summary>
public sealed record StalledCheckout
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public Guid? UserId { get; init; }

    public required string OrderNumber { get; init; }

    public required string OrderStatus { get; init; }

    public required decimal Total { get; init; }

    public required string Currency { get; init; }

    public required string CurrentStage { get; init; }

    public required int Prompts { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? NextActionAt { get; init; }

    public required bool IsPaid { get; init; }

    /// <summary>Why nobody is asked to pay although the order is not paid; null when there is no reason.</summary>
    public string? Obstacle { get; init; }

    public required bool HasPerson { get; init; }

    public required bool HasConsent { get; init; }

    public CheckoutState State => new(CurrentStage, CheckoutStatus.Waiting)
    {
        StartedAt = StartedAt,
        NextActionAt = NextActionAt,
    };
}

/// <summary>What is written for one checkout: its new state, and the events that led to it.</summary>
/// <param name="MetadataPatch">Members that are merged into the metadata, as a JSON object.</param>
/// <param name="IsPrompt">The change is a recovery prompt and counts as one.</param>
public sealed record CheckoutChange(
    Guid Id, CheckoutState State, string MetadataPatch, IReadOnlyList<CheckoutStep> Steps, bool IsPrompt = false);

/// <summary>An event to be written.</summary>
/// <param name="Payload">A JSON object.</param>
public sealed record CheckoutStep(string Stage, string Status, string? Note, string Payload = "{}");
