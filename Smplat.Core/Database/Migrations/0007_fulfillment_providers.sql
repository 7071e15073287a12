-- Outside providers that an add-on can route an item to, and what was ordered from them.

create table fulfillment_provider (
    id text primary key,
    name text not null,
    -- automation.endpoints.order {method, url, headers, payload, timeoutSeconds, response.providerOrderIdPath}
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table fulfillment_service (
    id text primary key,
    provider_id text not null references fulfillment_provider (id) on delete cascade,
    name text not null,
    action text not null,
    default_currency text check (default_currency in ('EUR', 'USD')),
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table fulfillment_provider_orders (
    id uuid primary key,
    order_id uuid not null references orders (id) on delete cascade,
    order_item_id uuid not null references order_items (id) on delete cascade,
    provider_id text not null,
    provider_name text,
    service_id text not null,
    service_action text,
    amount numeric(12, 2),
    currency text,
    payload jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- One order from a service for an item, whatever asks twice.
    constraint fulfillment_provider_orders_once unique (order_item_id, service_id)
);

create index ix_fulfillment_provider_orders_order_id on fulfillment_provider_orders (order_id);
create index ix_fulfillment_provider_orders_service_id on fulfillment_provider_orders (service_id);
