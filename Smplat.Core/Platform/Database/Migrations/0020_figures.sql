-- Figures of the dashboards: failed quotes beside their time, expected and earned commission, and no mock or empty offer among failures or revenue.

-- A failed quote has its time like any other; one that had nothing to offer is no failure.
alter table ops_hour_quote add column failed bigint not null default 0 check (failed >= 0);
update ops_hour_quote set failed = quotes where bucket = -1;

-- Commission of the confirmed orders; commission_cents is that of the routed ones.
alter table ops_hour_decision add column earned_cents numeric not null default 0;

create or replace view commerce.v_provider_error_rate as
select
    provider_id,
    count(*) as calls,
    count(*) filter (where event = 'provider_quote_error' and coalesce(error_code, '') not in ('NO_STORES', 'NO_ITEMS_MATCHED')) as errors,
    count(*) filter (where event = 'provider_quote_error' and coalesce(error_code, '') not in ('NO_STORES', 'NO_ITEMS_MATCHED'))
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
