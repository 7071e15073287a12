-- The outbox: a message is an intention that commits with the state change that caused it. And what became of messages,
-- and the addresses that mail must not go to.

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

comment on table notification_preferences is 'One person''s choice of messages; owned by Outbox.';

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
    -- Times that the message was taken from a sender that had died.
    rescues integer not null default 0 check (rescues >= 0),
    -- Set when the person's preferences, caps and quiet hours let the message through.
    admitted_at timestamptz,
    -- Set just before the receiver can accept the message. A sender that dies after it leaves the outcome unknown.
    handover_at timestamptz,
    provider_message_id text,
    error text,
    -- Failed attempts, oldest first: attempt, at, error.
    failures jsonb not null default '[]',
    traceparent text,
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    finished_at timestamptz
) with (fillfactor = 85);

comment on table notification_outbox is 'One message that is to be sent, or was; owned by Outbox.';

-- serves: the claim of due messages
create index notification_outbox_due on notification_outbox (not_before, id) where status = 'pending';

-- serves: the rescue of messages whose sender died
create index notification_outbox_leases on notification_outbox (lease_expires_at) where status = 'sending';

-- serves: caps and cooldowns per person
create index notification_outbox_person on notification_outbox (user_id, kind, created_at desc);

-- serves: the list of what became of messages, newest first
create index notification_outbox_outcomes on notification_outbox (status, created_at desc, id);

-- serves: the cap on a person's messages
create index notification_outbox_admitted on notification_outbox (user_id, admitted_at desc) where admitted_at is not null;

create table notification_bounce (
    id uuid primary key,
    address text not null,
    kind text not null check (kind in ('hard', 'soft', 'complaint')),
    reason text,
    message_id text,
    source text not null,
    occurred_at timestamptz not null,
    created_at timestamptz not null default now()
);

comment on table notification_bounce is 'One bounce or complaint that came back for a mail; owned by Outbox.';

-- serves: soft bounces of one address within a window
create index notification_bounce_address on notification_bounce (address, occurred_at desc);

create table notification_blocked_address (
    -- In lower case.
    address text primary key check (address = lower(address)),
    reason text not null,
    blocked_at timestamptz not null
);

comment on table notification_blocked_address is 'One address that no mail is sent to; owned by Outbox.';

create table notification_intervention (
    id uuid primary key,
    outbox_id uuid not null references notification_outbox (id) on delete cascade,
    action text not null check (action in ('redrive', 'discard')),
    actor text not null,
    reason text,
    status_before text not null,
    reason_before text,
    created_at timestamptz not null default now()
);

comment on table notification_intervention is
    'One message that an operator sent again or discarded; owned by Outbox.';

-- serves: the history of one message
create index notification_intervention_message on notification_intervention (outbox_id, created_at);
