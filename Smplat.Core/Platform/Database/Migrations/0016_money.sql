-- Money as the provider states it: what came, what went back and may come again, and debits that take days.

alter table payments
    -- In minor units of the currency. They differ from what was asked for when is_mismatched.
    add column received_minor bigint,
    add column received_currency text,
    add column is_mismatched boolean not null default false,
    -- A debit that the customer has authorised and the bank has not answered; is_processing while it is under way.
    add column debit_started_at timestamptz,
    add column debit_ended_at timestamptz,
    add column is_processing boolean not null default false,
    -- The charge's own total of refunds, at the latest event that stated it.
    add column charge_refunded_minor bigint,
    add column charge_refunded_at timestamptz,
    add column refunded_minor bigint,
    -- What the caller asked for under its request_key: the same key with another request is refused.
    add column request_hash text;

update payments
set refunded_minor = round(refunded_amount * 100),
    charge_refunded_minor = round(refunded_amount * 100),
    charge_refunded_at = updated_at
where refunded_amount > 0;

-- serves: how many payments of another amount or currency wait for operators
create index payments_mismatched on payments (order_id) where is_mismatched and status <> 'refunded';

alter table payment_refund
    add column amount_minor bigint,
    add column currency text,
    add column requested_at timestamptz;

alter table hosted_checkout_sessions
    -- The debit that is under way; null when there is none.
    add column debit_at timestamptz,
    -- When the event happened that set the status; an earlier one does not change it any more.
    add column status_event_at timestamptz;

-- serves: the session of a payment intent, in the webhook's transaction
create index hosted_checkout_sessions_intent on hosted_checkout_sessions ((metadata ->> 'payment_intent'));

create or replace view smplat_hosted_session_recovery.sessions as
    select session.id, session.session_id, session.status, session.retry_count, session.last_retry_at,
        session.next_retry_at, session.exhausted_at, session.last_error, invoice.invoice_number,
        invoice.status as invoice_status, session.workspace_id, session.created_at, session.updated_at, session.debit_at
    from hosted_checkout_sessions session
    join invoices invoice on invoice.id = session.invoice_id;

create or replace view smplat_hosted_session_recovery.due as
    select id, session_id, status, retry_count, next_retry_at, invoice_number, workspace_id
    from smplat_hosted_session_recovery.sessions
    where status in ('initiated', 'failed', 'expired') and next_retry_at <= now()
        and exhausted_at is null and debit_at is null and invoice_status not in ('paid', 'void');
