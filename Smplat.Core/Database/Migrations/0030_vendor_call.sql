create schema if not exists commerce;

-- Calls to the grocery vendors, added up by hour: the answer to "audit all API calls".
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

-- Serves the audit since a moment.
create index vendor_call_hour on commerce.vendor_call (hour_start);
