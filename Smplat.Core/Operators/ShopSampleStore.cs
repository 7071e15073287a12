using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>
/// Rows of the shop that an operator has to look after: dead letters to replay, a stalled checkout and recovered ones, digests of
/// eight weeks, messages in every state, runs of the hosted recovery. All ids are derived from names, so that every load makes the
/// same rows and a drop finds them.
/// </summary>
internal sealed class ShopSampleStore(NpgsqlDataSource database, TimeProvider clock) : ISampleData
{
    private const string Load =
        """
        insert into users (id, email, display_name, time_zone, created_at)
        select md5('shop-sample-user-' || n)::uuid, 'sample' || n || '@example.test', 'Sample customer ' || n, 'Europe/Berlin', @now - interval '70 days'
        from generate_series(1, 4) n
        on conflict do nothing;

        insert into orders (id, order_number, user_id, status, subtotal, total, created_at, updated_at)
        select md5('shop-sample-order-' || n)::uuid, 'SAMPLE-SHOP-' || n, md5('shop-sample-user-' || (1 + n % 4))::uuid,
            case when n <= 3 then 'processing' when n = 4 then 'pending' else 'completed' end, 299, 299,
            @now - case when n = 4 then interval '26 hours' else n * interval '9 hours' end, @now - n * interval '2 hours'
        from generate_series(1, 12) n
        on conflict do nothing;
        insert into order_items (id, order_id, product_title, unit_price, total_price, created_at)
        select md5('shop-sample-item-' || n)::uuid, md5('shop-sample-order-' || n)::uuid, 'Instagram Growth', 299, 299, @now - n * interval '9 hours'
        from generate_series(1, 12) n
        on conflict do nothing;
        insert into order_status_change (id, order_id, from_status, to_status, cause, actor, changed_at)
        select md5('shop-sample-step-' || n || to_status)::uuid, md5('shop-sample-order-' || n)::uuid, from_status, to_status, cause, 'sample data',
            @now - n * interval '9 hours' + after
        from generate_series(1, 12) n
        cross join (values ('pending', 'processing', 'payment', interval '3 minutes'), ('processing', 'completed', 'fulfillment', interval '8 hours'))
            as step (from_status, to_status, cause, after)
        where n <> 4 and (to_status = 'processing' or n > 4)
        on conflict do nothing;
        insert into payments (id, order_id, provider_reference, provider_session_id, status, amount, currency, captured_at, failure_reason, created_at)
        select md5('shop-sample-payment-' || n)::uuid, md5('shop-sample-order-' || n)::uuid, 'pi_sample_' || n, 'cs_sample_shop_' || n,
            case when n = 4 then 'failed' else 'succeeded' end, 299, 'EUR',
            case when n <> 4 then @now - n * interval '9 hours' + interval '3 minutes' end,
            case when n = 4 then 'card_declined' end, @now - n * interval '9 hours'
        from generate_series(1, 12) n
        on conflict do nothing;

        insert into fulfillment_tasks (
            id, order_item_id, ordinal, task_type, status, title, error_message, retry_count, attempt, scheduled_at, due_at,
            first_started_at, started_at, completed_at, traceparent, created_at)
        select md5('shop-sample-task-' || n)::uuid, md5('shop-sample-item-' || n)::uuid, 0,
            (array['follower_growth', 'engagement_boost', 'campaign_optimization'])[n], 'failed', 'Sample task that failed ' || n,
            (array['the provider answered 503 Service Unavailable', 'the provider answered 422: unknown account', 'no answer within 30 s'])[n],
            3, 4, at, at + interval '1 day', at, at + interval '35 minutes', at + interval '36 minutes',
            '00-' || md5('shop-sample-trace-' || n) || '-0000000000000001-01', at
        from (select n, @now - n * interval '90 minutes' as at from generate_series(1, 3) n) task
        on conflict do nothing;
        insert into fulfillment_task_failure (task_id, attempt, outcome, error, retry_at, failed_at)
        select task.id, turn, case when turn = 4 then 'dead_letter' else 'retry' end, task.error_message,
            case when turn < 4 then task.scheduled_at + turn * interval '10 minutes' end, task.scheduled_at + turn * interval '9 minutes'
        from fulfillment_tasks task
        cross join generate_series(1, 4) turn
        where task.id in (select md5('shop-sample-task-' || n)::uuid from generate_series(1, 3) n)
            and not exists (select from fulfillment_task_failure failure where failure.task_id = task.id);
        insert into fulfillment_tasks (
            id, order_item_id, ordinal, task_type, status, title, scheduled_at, due_at, first_started_at, started_at, completed_at, created_at)
        select md5('shop-sample-done-' || n || '-' || part)::uuid, md5('shop-sample-item-' || n)::uuid, part, 'content_promotion', 'completed',
            'Sample task ' || n || '.' || part, at, at + interval '1 day', at + interval '1 minute', at + interval '1 minute', at + interval '4 minutes', at
        from (select n, part, @now - (n * 4 + part) * interval '5 minutes' as at from generate_series(5, 12) n, generate_series(1, 4) part) task
        on conflict do nothing;

        insert into checkout_orchestrations (
            id, order_id, user_id, current_stage, stage_status, prompts, started_at, completed_at, last_transition_at, next_action_at, created_at)
        select md5('shop-sample-checkout-' || n)::uuid, md5('shop-sample-order-' || n)::uuid, md5('shop-sample-user-' || (1 + n % 4))::uuid,
            case when n = 4 then 'payment' else 'completed' end, case when n = 4 then 'waiting' else 'completed' end,
            case when n = 4 then 1 when n > 8 then 1 else 0 end, at, case when n <> 4 then at + interval '8 hours' end,
            case when n = 4 then @now - interval '25 hours' else at + interval '8 hours' end,
            case when n = 4 then @now + interval '6 hours' end, at
        from (select n, @now - n * interval '9 hours' as at from generate_series(4, 12) n) checkout
        on conflict do nothing;
        insert into checkout_orchestration_events (id, orchestration_id, stage, status, transition_note, created_at)
        values
            (md5('shop-sample-event-1')::uuid, md5('shop-sample-checkout-4')::uuid, 'payment', 'in_progress', 'checkout started', @now - interval '26 hours'),
            (md5('shop-sample-event-2')::uuid, md5('shop-sample-checkout-4')::uuid, 'payment', 'waiting', 'card declined', @now - interval '25 hours')
        on conflict do nothing;
        insert into checkout_recovery_visit (id, orchestration_id, prompt, visited_at)
        select md5('shop-sample-visit-' || n)::uuid, md5('shop-sample-checkout-' || n)::uuid, 1, @now - n * interval '30 hours'
        from generate_series(9, 12) n
        on conflict do nothing;
        insert into checkout_recovered_order (orchestration_id, prompt, amount, currency, visited_at, recovered_at)
        select md5('shop-sample-checkout-' || n)::uuid, 1, 299, 'EUR', @now - n * interval '30 hours', @now - n * interval '30 hours' + interval '11 minutes'
        from generate_series(9, 12) n
        on conflict do nothing;

        insert into digest_issue (user_id, iso_week, outcome, created_at)
        select md5('shop-sample-user-' || person)::uuid, to_char(at at time zone 'UTC', 'IYYY"-W"IW'),
            case when (person + week) % 3 = 0 then 'empty' else 'enqueued' end, at
        from (select person, week, @now - week * interval '7 days' as at from generate_series(1, 4) person, generate_series(1, 7) week) issue
        on conflict do nothing;

        insert into notification_outbox (
            id, kind, channel, recipient, user_id, idempotency_key, payload, status, reason, attempts, not_before, error, created_at, sent_at, finished_at)
        select md5('shop-sample-message-' || n)::uuid, kind, 'email', 'sample' || (1 + n % 4) || '@example.test', md5('shop-sample-user-' || (1 + n % 4))::uuid,
            'shop-sample-message-' || n, '{}', status, reason, attempts, at, error, at, case when status = 'sent' then at + interval '3 seconds' end,
            at + interval '3 seconds'
        from (
            select n, @now - n * interval '5 hours' as at,
                case when n % 4 = 0 then 'checkout_recovery' else 'weekly_digest' end as kind,
                case when n in (3, 11) then 'dead' when n % 7 = 0 then 'suppressed' else 'sent' end as status,
                case when n in (3, 11) then 'attempts_exhausted' when n % 7 = 0 then 'preference' end as reason,
                case when n in (3, 11) then 8 else 1 end as attempts,
                case when n in (3, 11) then '451 4.3.0 mail server temporarily rejected the message' end as error
            from generate_series(1, 30) n) message
        on conflict do nothing;

        insert into hosted_session_recovery_runs (id, triggered_by, started_at, completed_at, status, scheduled_count, notified_count, error_message)
        select md5('shop-sample-run-' || n)::uuid, 'timer', @now - n * interval '6 hours', @now - n * interval '6 hours' + interval '2 seconds',
            case when n = 4 then 'failed' else 'completed' end, n % 3, n % 2, case when n = 4 then 'Stripe did not answer within 10 s' end
        from generate_series(1, 6) n
        on conflict do nothing
        """;

    // What hangs on an order, a task or a person goes with it. Messages that jobs made for these people go too.
    private const string Drop =
        """
        delete from notification_outbox
        where user_id in (select md5('shop-sample-user-' || n)::uuid from generate_series(1, 4) n)
            or id in (select md5('shop-sample-message-' || n)::uuid from generate_series(1, 30) n);
        delete from orders where id in (select md5('shop-sample-order-' || n)::uuid from generate_series(1, 12) n);
        delete from users where id in (select md5('shop-sample-user-' || n)::uuid from generate_series(1, 4) n);
        delete from hosted_session_recovery_runs where id in (select md5('shop-sample-run-' || n)::uuid from generate_series(1, 6) n);
        """;

    public async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(Load, cancellationToken);
        return true;
    }

    public Task DropAsync(DateTimeOffset loadedAt, CancellationToken cancellationToken) => ExecuteAsync(Drop, cancellationToken);

    private async Task ExecuteAsync(string statements, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(statements, new { now = clock.GetUtcNow() }, cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
    }
}
