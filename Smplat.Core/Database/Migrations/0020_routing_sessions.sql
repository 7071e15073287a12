-- A routing decision that waits for its confirmation: the truth that confirm, cancel and failover go by.

create schema commerce;

create table commerce.routing_sessions (
    id uuid primary key,
    -- SHA-256 of the confirmation token; the token itself is known to the client alone.
    token_sha256 bytea not null unique check (length(token_sha256) = 32),
    request_id text not null,
    user_id text,
    status text not null default 'pending'
        check (status in ('pending', 'confirming', 'confirmed', 'cancelled', 'expired', 'failed')),
    winner_provider_id text not null
        check (winner_provider_id in ('MEALME', 'INSTACART', 'KROGER_API', 'WALMART_API')),
    -- All quotes in rank order, winner first.
    quotes jsonb not null,
    -- Basket and address, for asking again when the quotes are old. Purged with the row.
    request jsonb not null,
    items_count integer not null check (items_count > 0),
    request_hash text not null,
    address_hash text not null,
    preference text not null default 'balanced'
        check (preference in ('balanced', 'price', 'speed', 'margin', 'availability')),
    weights jsonb not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    row_version bigint not null default 1
);

-- serves: the daily purge
create index routing_sessions_expiry on commerce.routing_sessions (expires_at);

-- serves: the recovery of confirmations whose process died
create index routing_sessions_confirming on commerce.routing_sessions (updated_at) where status = 'confirming';
