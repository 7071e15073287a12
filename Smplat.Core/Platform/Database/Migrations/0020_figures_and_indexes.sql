-- Figures of the dashboards: failed quotes beside their time, expected and earned commission, no mock in what was earned or paid,
-- and no answer without an offer among the failures.

-- A failed quote has its time like any other; one that had nothing to offer is no failure.
alter table ops_hour_quote add column failed bigint not null default 0 check (failed >= 0);
alter table ops_hour_quote add column priced bigint not null default 0 check (priced >= 0);
update ops_hour_quote set failed = quotes where bucket = -1;
update ops_hour_quote set priced = quotes where bucket <> -1;

-- Commission of the confirmed orders; commission_cents is that of the routed ones.
alter table ops_hour_decision add column earned_cents numeric not null default 0;

create or replace view commerce.v_requests_hourly as
select
    date_trunc('hour', "timestamp") as hour,
    count(*) as requests,
    -- That no provider has the items is an answer, and no failure.
    count(*) filter (where event = 'router_failure' and coalesce(error_code, '') not in ('NO_STORES', 'NO_ITEMS_MATCHED', 'CALLER_QUOTA')) as failures,
    avg(coalesce(total_latency_ms, latency_ms)) as avg_latency_ms,
    percentile_cont(0.50) within group (order by coalesce(total_latency_ms, latency_ms)) as p50_latency_ms,
    percentile_cont(0.95) within group (order by coalesce(total_latency_ms, latency_ms)) as p95_latency_ms
from edge_logs
where function_name = 'loopgpt_route_order'
    and event in ('router_latency', 'router_failure')
group by 1;

create or replace view commerce.v_provider_error_rate as
select
    provider_id,
    count(*) as calls,
    count(*) filter (where event = 'provider_quote_error' and coalesce(error_code, '') not in ('NO_STORES', 'NO_ITEMS_MATCHED', 'CALLER_QUOTA')) as errors,
    count(*) filter (where event = 'provider_quote_error' and coalesce(error_code, '') not in ('NO_STORES', 'NO_ITEMS_MATCHED', 'CALLER_QUOTA'))
        * 100.0 / count(*) as error_rate_pct,
    count(*) filter (where error_code in ('HTTP_401', 'HTTP_403', 'AUTH_FAILED')) as credential_errors,
    -- No store near the address, or none of the items: an answer, and no failure.
    count(*) filter (where error_code in ('NO_STORES', 'NO_ITEMS_MATCHED')) as nothing_to_offer
from edge_logs
where function_name = 'loopgpt_route_order'
    and event in ('provider_quote_success', 'provider_quote_error')
    and "timestamp" > now() - interval '24 hours'
group by provider_id;

create or replace view analytics.provider_metrics_daily as
select
    provider_id,
    (created_at at time zone 'UTC')::date as metric_date,
    count(*) as total_orders,
    count(*) filter (where outcome = 'success') as successful_orders,
    avg(actual_delivery_minutes) as avg_delivery_time_minutes,
    sum(total_cents) filter (where outcome = 'success') as total_gmv_cents,
    sum(commission_cents) filter (where outcome = 'success') as our_revenue_cents
from commerce.order_outcomes outcome
where not exists (select from commerce.orders mock where mock.order_ref = outcome.order_id and mock.is_mock)
group by 1, 2;

-- serves: the figures of providers, which leave out what mocks did
create index orders_mock on commerce.orders (order_ref) where is_mock;

-- serves: giving back what a run of the recovery sweep has claimed
create index checkout_orchestrations_locked on checkout_orchestrations (locked_by) where locked_by is not null;

-- serves: the recovery run's search for sessions whose invoice was paid elsewhere
create index hosted_checkout_sessions_open on hosted_checkout_sessions (created_at) where status in ('initiated', 'failed', 'expired');

-- serves: the recovery report of operators, and the weekly figures
create index hosted_checkout_sessions_exhausted on hosted_checkout_sessions (exhausted_at) where exhausted_at is not null;
create index hosted_checkout_sessions_retried on hosted_checkout_sessions (created_at) where retry_count > 0;

-- serves: the history of all jobs, newest first
create index job_run_newest on job_run (started_at desc);

-- serves: the list of all messages, newest first, and what became of the recent ones
create index notification_outbox_newest on notification_outbox (created_at desc, id desc);

-- serves: the list of all rejected events, oldest first
create index rejected_event_oldest on rejected_event (first_seen_at, id);
