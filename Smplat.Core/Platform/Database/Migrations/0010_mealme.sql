-- Carts and orders at MealMe, and what its webhooks say about them.

create table commerce.mealme_order (
    id uuid primary key default gen_random_uuid(),
    -- The confirmation that placed it; the same key never places a second one.
    idempotency_key text unique,
    chatgpt_user_id text,
    provider text not null default 'mealme',
    country text not null default 'US',
    cart_id text unique,
    mealme_order_id text unique,
    status text not null
        check (status in ('cart_created', 'unplaced', 'awaiting_confirmation', 'in_progress', 'completed', 'canceled', 'failed')),
    -- The moment that the vendor gives for its latest event; older events change nothing.
    status_at timestamptz,
    subtotal_cents bigint check (subtotal_cents >= 0),
    fees_cents bigint check (fees_cents >= 0),
    tip_cents bigint check (tip_cents >= 0),
    total_cents bigint check (total_cents >= 0),
    tracking_url text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table commerce.mealme_order is 'One cart or order at MealMe; owned by Commerce.';

create table commerce.mealme_order_item (
    order_id uuid not null references commerce.mealme_order (id) on delete cascade,
    line_no integer not null check (line_no >= 0),
    sku text,
    name text not null,
    quantity numeric(12, 3) not null check (quantity > 0),
    price_cents bigint check (price_cents >= 0),
    primary key (order_id, line_no)
);

comment on table commerce.mealme_order_item is 'One line of a cart or order at MealMe; owned by Commerce.';

create table commerce.delivery_quotes (
    id bigint generated always as identity primary key,
    order_id uuid not null references commerce.mealme_order (id) on delete cascade,
    provider text not null,
    eta_minutes integer check (eta_minutes >= 0),
    fee_cents bigint not null check (fee_cents >= 0),
    is_cheapest boolean not null default false,
    is_fastest boolean not null default false,
    raw jsonb not null,
    created_at timestamptz not null default now()
);

comment on table commerce.delivery_quotes is 'One delivery quote for an order at MealMe; owned by Commerce.';

-- serves: the replacement of an order's quotes
create index delivery_quotes_order on commerce.delivery_quotes (order_id);

create table commerce.mealme_webhook_events (
    id bigint generated always as identity primary key,
    -- The vendor's event id, or the hash of the body where it gives none: a repeated delivery takes effect once.
    dedupe_key text not null unique,
    mealme_order_id text,
    event_type text not null,
    status text,
    raw jsonb not null,
    received_at timestamptz not null default now()
);

comment on table commerce.mealme_webhook_events is 'One webhook that MealMe sent; owned by Commerce.';

-- serves: the history of one order
create index mealme_webhook_events_order on commerce.mealme_webhook_events (mealme_order_id, id);

-- serves: the retention of webhooks
create index mealme_webhook_events_received on commerce.mealme_webhook_events (received_at);

-- How far an order has come, so that an event that arrives late never takes it back. The three ends rank alike:
-- between them the vendor's own time decides.
create function commerce.mealme_status_rank(status text) returns integer
    language sql immutable strict parallel safe
    return case status
        when 'cart_created' then 0
        when 'unplaced' then 1
        when 'awaiting_confirmation' then 2
        when 'in_progress' then 3
        else 4
    end;
