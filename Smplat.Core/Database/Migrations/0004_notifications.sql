-- The outbox: a message is an intention that commits with the state change that caused it.

create table notification_preferences (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null unique references users (id) on delete cascade,
    order_updates boolean not null default true,
    payment_updates boolean not null default true,
    fulfillment_alerts boolean not null default true,
    marketing_messages boolean not null default false,
    billing_alerts boolean not null default false,
    last_selected_order_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table notification_outbox (
    id uuid primary key,
    kind text not null,
    channel text not null check (channel in ('email', 'slack', 'webhook', 'internal')),
    recipient text,
    user_id uuid references users (id) on delete set null,
    idempotency_key text not null unique,
    payload jsonb not null,
    status text not null default 'pending'
        check (status in ('pending', 'sending', 'sent', 'suppressed', 'dead')),
    reason text,
    attempts integer not null default 0 check (attempts >= 0),
    max_attempts integer not null default 8 check (max_attempts >= 1),
    not_before timestamptz not null,
    lease_owner text,
    lease_expires_at timestamptz,
    provider_message_id text,
    error text,
    traceparent text,
    created_at timestamptz not null default now(),
    sent_at timestamptz
) with (fillfactor = 85);

-- serves: the claim of due messages
create index notification_outbox_due on notification_outbox (not_before, id) where status = 'pending';

-- serves: the rescue of messages whose sender died
create index notification_outbox_leases on notification_outbox (lease_expires_at) where status = 'sending';

-- serves: caps and cooldowns per person
create index notification_outbox_person on notification_outbox (user_id, kind, created_at desc);
