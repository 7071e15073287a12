-- How orders went, and what that says about each provider.

create schema if not exists analytics;

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

-- Every rule's verdict on every quote of a sampled decision, to compare rules before one is switched on.
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
