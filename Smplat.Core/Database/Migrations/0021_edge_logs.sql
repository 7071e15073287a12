-- What the router did, row by row, under the names that the commerce runbook queries.

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
    payload jsonb
) partition by range ("timestamp");

-- serves: newest lines first, and every query of the runbook over its window
create index edge_logs_time on edge_logs ("timestamp" desc);

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

-- Takes what no month is there for, should the upkeep of partitions be late.
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
    count(*) filter (where error_code in ('HTTP_401', 'HTTP_403', 'AUTH_FAILED')) as credential_errors
from edge_logs
where function_name = 'loopgpt_route_order'
    and event in ('provider_quote_success', 'provider_quote_error')
    and "timestamp" > now() - interval '24 hours'
group by provider_id;
