-- Routing of grocery orders: decisions and their confirmation, what became of them, what that says about each provider, and
-- the routing log.

create schema commerce;
create schema analytics;

create table commerce.routing_sessions (
    id uuid primary key,
    -- SHA-256 of the confirmation token; the token itself is known to the client alone.
    token_sha256 bytea not null unique check (length(token_sha256) = 32),
    request_id text not null,
    user_id text,
    status text not null default 'pending'
        check (status in ('pending', 'confirming', 'confirmed', 'cancelled', 'expired', 'failed')),
    -- Who claimed the session: the idempotency key of the confirmation, by hash.
    claim_key text,
    -- The final answer, given again to whoever repeats the confirmation.
    result jsonb,
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

comment on table commerce.routing_sessions is
    'One routing decision that waits for its confirmation, or was confirmed; owned by Commerce.';

-- serves: the daily purge
create index routing_sessions_expiry on commerce.routing_sessions (expires_at);

-- serves: the recovery of confirmations whose process died
create index routing_sessions_confirming on commerce.routing_sessions (updated_at) where status = 'confirming';

-- Quotes are a few kilobytes of repetitive text: the fast compression costs a tenth of the default one, where it is built in.

do $$
begin
    alter table commerce.routing_sessions alter column quotes set compression lz4;
exception
    when feature_not_supported then null;
end
$$;

create table commerce.orders (
    id uuid primary key,
    -- What clients call the order.
    order_ref text not null unique,
    session_id uuid not null,
    -- Ties the order to its decision beyond the life of the session, so that experiments see what became of it.
    request_id text,
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

comment on table commerce.orders is
    'One order at a grocery provider, or one that was handed off to it; owned by Commerce.';

-- serves: reports over a window
create index orders_created on commerce.orders (created_at);

-- serves: outcomes by decision (experiments)
create index orders_request on commerce.orders (request_id) where request_id is not null;

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

comment on table commerce.order_attempts is 'One attempt to place an order at a provider; owned by Commerce.';

create table commerce.idempotency (
    endpoint text not null,
    key text not null,
    request_hash text not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (endpoint, key)
);

comment on table commerce.idempotency is
    'One idempotency key that a client chose, and what it was used for; owned by Commerce.';

-- serves: the purge
create index idempotency_expiry on commerce.idempotency (expires_at);

create table commerce.order_outcomes (
    id uuid primary key,
    order_id text not null,
    provider_id text not null check (provider_id in ('MEALME', 'INSTACART', 'KROGER_API', 'WALMART_API')),
    -- confirm: what the confirmation itself showed, until somebody reports how the order went.
    source text not null check (source in ('confirm', 'report')),
    outcome text not null check (outcome in ('success', 'failed', 'cancelled')),
    was_successful boolean not null,
    actual_delivery_minutes integer check (actual_delivery_minutes > 0),
    promised_delivery_minutes integer check (promised_delivery_minutes > 0),
    items_delivered integer check (items_delivered >= 0),
    items_ordered integer not null check (items_ordered > 0),
    total_cents bigint not null default 0 check (total_cents >= 0),
    commission_cents bigint not null default 0 check (commission_cents >= 0),
    user_rating integer check (user_rating between 1 and 5),
    issues text[] not null default '{}',
    created_at timestamptz not null,
    -- A repeated report of the same order counts once.
    unique (order_id, provider_id)
);

comment on table commerce.order_outcomes is 'How one order at a provider went; owned by Commerce.';

-- serves: the refresh of the provider metrics over its window
create index order_outcomes_created on commerce.order_outcomes (created_at, provider_id);

create table analytics.provider_metrics (
    provider_id text primary key check (provider_id in ('MEALME', 'INSTACART', 'KROGER_API', 'WALMART_API')),
    provider_name text not null,
    total_orders bigint not null default 0,
    successful_orders bigint not null default 0,
    failed_orders bigint not null default 0,
    cancelled_orders bigint not null default 0,
    total_gmv_cents bigint not null default 0,
    total_commission_cents bigint not null default 0,
    -- Percent, with the weight of old orders halved every 14 days and nine successes of ten assumed before the first order.
    success_rate numeric(6, 3),
    -- Percent of the value of successful orders; null without any.
    avg_margin_rate numeric(6, 3),
    fulfilment_ratio numeric(5, 4),
    -- Minutes that deliveries come after their promise, negative when before.
    eta_bias_minutes numeric(8, 2),
    avg_rating numeric(3, 2),
    last_order_at timestamptz,
    updated_at timestamptz not null
);

comment on table analytics.provider_metrics is 'What the outcomes say about one provider; owned by Commerce.';

create view analytics.provider_metrics_daily as
select
    provider_id,
    (created_at at time zone 'UTC')::date as metric_date,
    count(*) as total_orders,
    count(*) filter (where outcome = 'success') as successful_orders,
    avg(actual_delivery_minutes) as avg_delivery_time_minutes,
    sum(total_cents) filter (where outcome = 'success') as total_gmv_cents,
    sum(commission_cents) filter (where outcome = 'success') as our_revenue_cents
from commerce.order_outcomes
group by 1, 2;

create table commerce.score_calculations (
    id bigint generated always as identity primary key,
    route_id text not null,
    provider_id text not null check (provider_id in ('MEALME', 'INSTACART', 'KROGER_API', 'WALMART_API')),
    rule text not null,
    price_score integer not null check (price_score between 0 and 100),
    speed_score integer not null check (speed_score between 0 and 100),
    availability_score integer not null check (availability_score between 0 and 100),
    margin_score integer not null check (margin_score between 0 and 100),
    reliability_score integer not null check (reliability_score between 0 and 100),
    weighted_total numeric(9, 4) not null,
    weights_used jsonb not null,
    -- Whether this rule chose the provider, and whether the order really went to it.
    was_selected boolean not null,
    was_routed boolean not null,
    created_at timestamptz not null
);

comment on table commerce.score_calculations is
    'One scoring rule''s verdict on one quote of a sampled decision; owned by Commerce.';

-- serves: comparison of rules over a window, and the purge
create index score_calculations_created on commerce.score_calculations (created_at);

-- How often each rule would have chosen otherwise than the order was routed.
create view commerce.v_rule_agreement as
select
    rule,
    count(*) filter (where was_selected) as decisions,
    count(*) filter (where was_selected and was_routed) as agreed,
    count(*) filter (where was_selected and was_routed) * 100.0 / nullif(count(*) filter (where was_selected), 0) as agreement_pct
from commerce.score_calculations
group by rule;

create table commerce.vendor_call (
    provider_id text not null check (provider_id in ('MEALME', 'INSTACART', 'KROGER_API', 'WALMART_API')),
    endpoint text not null,
    hour_start timestamptz not null,
    status_class text not null check (status_class in ('2xx', '3xx', '4xx', '5xx', '401', '403', '429', 'none')),
    calls bigint not null check (calls > 0),
    latency_ms bigint not null check (latency_ms >= 0),
    last_at timestamptz not null,
    primary key (provider_id, endpoint, hour_start, status_class)
);

comment on table commerce.vendor_call is
    'Calls to one endpoint of a grocery provider within one hour, by class of answer; owned by Commerce.';

-- serves: the audit of all API calls since a moment
create index vendor_call_hour on commerce.vendor_call (hour_start);

create table commerce.provider_circuit (
    instance text not null,
    provider_id text not null check (provider_id in ('MEALME', 'INSTACART', 'KROGER_API', 'WALMART_API')),
    position text not null check (position in ('half-open', 'open')),
    seen_at timestamptz not null,
    primary key (instance, provider_id)
);

comment on table commerce.provider_circuit is
    'One circuit of an instance that is not closed, renewed for as long as the instance lives; owned by Commerce.';

create table edge_logs (
    id bigint generated always as identity,
    function_name text not null,
    "timestamp" timestamptz not null,
    event text not null,
    level text not null default 'info' check (level in ('debug', 'info', 'warn', 'error')),
    request_id text,
    -- Set on provider_quote_success and provider_quote_error only, so that an error rate per provider is one.
    provider_id text,
    latency_ms integer,
    -- Set on router_latency only.
    total_latency_ms integer,
    -- Set on router_decision only.
    selected_provider_id text,
    total_cents bigint,
    best_alternative_cents bigint,
    commission_cents bigint,
    -- A pseudonym of the user; never a name, address or token.
    user_hash text,
    error text,
    error_code text,
    retryable boolean,
    -- Facts of the event; for router_decision all inputs of the ranking, so that it can be replayed.
    payload jsonb,
    -- serves: newest lines first, and every query of the runbook over its window
    primary key ("timestamp", id)
) partition by range ("timestamp");

comment on table edge_logs is
    'One line of the routing log, under the names that the commerce runbook queries; owned by Commerce.';

-- serves: decisions of a window, for replay, reports and figures of the business
create index edge_logs_decisions on edge_logs ("timestamp" desc) where event = 'router_decision';

-- serves: failures of one provider
create index edge_logs_errors on edge_logs (provider_id, "timestamp" desc) where event = 'provider_quote_error';

do $$
declare
    month timestamptz;
begin
    for offset_months in 0..1 loop
        month := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => offset_months)) at time zone 'UTC';
        execute format(
            'create table %I partition of edge_logs for values from (%L) to (%L)',
            'edge_logs' || to_char(month at time zone 'UTC', '"_y"YYYY"m"MM'),
            month,
            (month at time zone 'UTC' + interval '1 month') at time zone 'UTC');
    end loop;
end
$$;

-- Takes lines of months that have no partition yet, should the upkeep of partitions be late.
create table edge_logs_default partition of edge_logs default;

insert into partitioned_table (table_name, retention_months) values ('edge_logs', 3);

-- One row per hour that had requests; a request is a line that ends one, whatever else was logged for it.
create view commerce.v_requests_hourly as
select
    date_trunc('hour', "timestamp") as hour,
    count(*) as requests,
    count(*) filter (where event = 'router_failure') as failures,
    avg(total_latency_ms) as avg_latency_ms,
    percentile_cont(0.50) within group (order by total_latency_ms) as p50_latency_ms,
    percentile_cont(0.95) within group (order by total_latency_ms) as p95_latency_ms
from edge_logs
where function_name = 'loopgpt_route_order'
    and event in ('router_latency', 'router_failure')
group by 1;

-- Errors per provider over the last day, without the rows that belong to no provider.
create view commerce.v_provider_error_rate as
select
    provider_id,
    count(*) as calls,
    count(*) filter (where event = 'provider_quote_error') as errors,
    count(*) filter (where event = 'provider_quote_error') * 100.0 / count(*) as error_rate_pct,
    count(*) filter (where error_code in ('HTTP_401', 'HTTP_403', 'AUTH_FAILED')) as credential_errors,
    -- No store near the address, or none of the items: counted among the errors, and no fault of the provider.
    count(*) filter (where error_code in ('NO_STORES', 'NO_ITEMS_MATCHED')) as nothing_to_offer
from edge_logs
where function_name = 'loopgpt_route_order'
    and event in ('provider_quote_success', 'provider_quote_error')
    and "timestamp" > now() - interval '24 hours'
group by provider_id;
