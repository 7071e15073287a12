-- What became of confirmed decisions: attempts at providers, orders and hand-offs, and the answers that repeats get.

alter table commerce.routing_sessions
    -- Who claimed the session: the idempotency key of the confirmation, by hash.
    add column claim_key text,
    -- The final answer, given again to whoever repeats the confirmation.
    add column result jsonb;

create table commerce.orders (
    id uuid primary key,
    -- What clients call the order.
    order_ref text not null unique,
    session_id uuid not null,
    -- 0 for an order at one provider; a split order has several.
    leg integer not null default 0 check (leg >= 0),
    provider_id text not null check (provider_id in ('MEALME', 'INSTACART', 'KROGER_API', 'WALMART_API')),
    provider_order_id text,
    user_id text,
    status text not null check (status in ('placed', 'handed_off', 'cancelled')),
    mode text not null check (mode in ('placed', 'handoff')),
    total_cents bigint not null check (total_cents >= 0),
    commission_cents bigint not null check (commission_cents >= 0),
    items_count integer not null check (items_count > 0),
    tracking_url text,
    checkout_url text,
    failover_from text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (session_id, leg)
);

-- serves: reports over a window
create index orders_created on commerce.orders (created_at);

create table commerce.order_attempts (
    id uuid primary key,
    session_id uuid not null,
    leg integer not null default 0,
    attempt_no integer not null check (attempt_no >= 1),
    provider_id text not null check (provider_id in ('MEALME', 'INSTACART', 'KROGER_API', 'WALMART_API')),
    -- Shown to the provider, so that a repeated call is the same order.
    idempotency_key text not null unique,
    outcome text not null check (outcome in ('started', 'placed', 'handed_off', 'failed', 'unknown')),
    error_code text,
    error text,
    total_cents bigint not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    unique (session_id, leg, attempt_no)
);

-- Idempotency keys that clients chose, and what they used them for.
create table commerce.idempotency (
    endpoint text not null,
    key text not null,
    request_hash text not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (endpoint, key)
);

-- serves: the purge
create index idempotency_expiry on commerce.idempotency (expires_at);
