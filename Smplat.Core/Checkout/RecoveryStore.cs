using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Checkout;

/// <summary>Finds and claims checkouts that have stalled, and looks at an order right before its prompt is sent.</summary>
public sealed class RecoveryStore(NpgsqlDataSource database)
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(CheckoutRecoveryOptions.MaxHoldSeconds);

    // Unpaid storefront orders that have been idle get a checkout that waits for the sweep. Orders under lock come next time.
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

    // One sweep holds a checkout at a time, and the same statement looks whether it is paid, cancelled or unwanted.
    private const string Claim = """
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
            coalesce(person.status <> 'suspended' and person.email is not null, false) as has_person,
            coalesce(preference.order_updates, true) as has_consent
        from claimed
        join orders o on o.id = claimed.order_id
        left join users person on person.id = o.user_id
        left join notification_preferences preference on preference.user_id = o.user_id
        order by claimed.next_action_at, claimed.id
        """;

    // Fenced: false when another sweep, or an order's own progress, has the checkout now.
    private const string Hold = """
        select true
        from checkout_orchestrations
        where id = @id and locked_by = @owner and stage_status = 'waiting'
        for update
        """;

    private const string GiveBack = """
        update checkout_orchestrations set locked_until = null, locked_by = null where locked_by = @owner
        """;

    // Why the prompt must stay: null while the checkout still waits for its payment.
    private const string Objection = """
        select case
            when checkout.id is null then 'checkout_gone'
            when o.status = 'canceled' then 'order_canceled'
            when o.status in ('processing', 'active', 'completed')
                or exists (select 1 from payments p where p.order_id = o.id and p.status = 'succeeded') then 'order_paid'
            when checkout.stage_status <> 'waiting' then 'checkout_moved_on'
        end
        from (select @id::uuid as id) asked
        left join checkout_orchestrations checkout on checkout.id = asked.id
        left join orders o on o.id = checkout.order_id
        """;

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
