-- Delivery of the outbox: what happened to a message, and the addresses that mail must not go to.

alter table notification_outbox
    -- Set when the person's preferences, caps and quiet hours let the message through.
    add column admitted_at timestamptz,
    -- Set just before the receiver can accept the message. A sender that dies after it leaves the outcome unknown.
    add column handover_at timestamptz,
    -- Times that the message was taken from a sender that had died.
    add column rescues integer not null default 0 check (rescues >= 0),
    -- Failed attempts, oldest first: attempt, at, error.
    add column failures jsonb not null default '[]',
    add column finished_at timestamptz;

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

-- serves: soft bounces of one address within a window
create index notification_bounce_address on notification_bounce (address, occurred_at desc);

-- Addresses are stored in lower case.
create table notification_blocked_address (
    address text primary key check (address = lower(address)),
    reason text not null,
    blocked_at timestamptz not null
);

-- What operators did to messages by hand.
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

-- serves: the history of one message
create index notification_intervention_message on notification_intervention (outbox_id, created_at);
