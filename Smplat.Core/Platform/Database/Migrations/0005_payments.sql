-- Money: what was asked for, what came, what went back, and the inbox of the provider's events.

create table payments (
    id uuid primary key,
    order_id uuid not null references orders (id) on delete cascade,
    provider text not null default 'stripe' check (provider in ('stripe', 'manual')),
    -- The payment intent, or the session while the intent is not known yet.
    provider_reference text unique,
    provider_session_id text unique,
    status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed', 'refunded')),
    amount numeric(12, 2) not null check (amount >= 0),
    currency text not null check (currency in ('EUR', 'USD')),
    refunded_amount numeric(12, 2) not null default 0 check (refunded_amount >= 0),
    failure_reason text,
    failed_at timestamptz,
    captured_at timestamptz,
    -- The caller's own key of a checkout: the same key is the same session.
    request_key text unique,
    checkout_url text,
    page_closed_at timestamptz,
    -- Captured although another payment of the same order had been captured before.
    is_surplus boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table payments is 'One payment of an order, from its checkout session to its refund; owned by Payments.';

create index ix_payments_order_id on payments (order_id);

-- serves: pages that should be closed
create index payments_open_page on payments (order_id, created_at)
    where provider_session_id is not null and page_closed_at is null and status in ('pending', 'failed');

-- serves: how many orders are paid twice
create index payments_surplus on payments (order_id) where is_surplus and status = 'succeeded';

create table payment_refund (
    id text primary key,
    payment_id uuid not null references payments (id) on delete cascade,
    amount numeric(12, 2) not null,
    status text,
    reason text,
    event_at timestamptz not null,
    created_at timestamptz not null default now()
);

comment on table payment_refund is 'One refund of a payment; owned by Payments.';

create index payment_refund_payment on payment_refund (payment_id);

create table payment_dispute (
    id text primary key,
    payment_id uuid not null references payments (id) on delete cascade,
    amount numeric(12, 2) not null,
    status text not null,
    reason text,
    event_at timestamptz not null,
    created_at timestamptz not null default now()
);

comment on table payment_dispute is 'One dispute over a payment; owned by Payments.';

create index payment_dispute_payment on payment_dispute (payment_id);

create table webhook_events (
    id uuid primary key,
    provider text not null default 'stripe' check (provider in ('stripe')),
    external_id text not null,
    event_type text,
    -- parked: its payment is not known yet; it is handled again when the payment turns up.
    status text not null default 'processed' check (status in ('processed', 'parked', 'abandoned')),
    references_to text[] not null default '{}',
    payload jsonb,
    attempts integer not null default 1,
    received_at timestamptz not null default now(),
    processed_at timestamptz not null default now(),
    constraint uq_webhook_events_provider_external unique (provider, external_id)
);

comment on table webhook_events is
    'One event of the payment provider, written in the transaction of its effect; owned by Payments.';

-- serves: parked events of a payment that turned up, and the sweep over all of them
create index webhook_events_parked on webhook_events using gin (references_to) where status = 'parked';
create index webhook_events_parked_age on webhook_events (received_at) where status = 'parked';
