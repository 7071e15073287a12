-- What the upkeep of Commerce needs: old webhooks go, and instances tell one another how their circuits stand.

-- serves: the retention of webhooks
create index mealme_webhook_events_received on commerce.mealme_webhook_events (received_at);

-- A row for each circuit of an instance that is not closed. An instance that is gone stops renewing its rows.
create table commerce.provider_circuit (
    instance text not null,
    provider_id text not null check (provider_id in ('MEALME', 'INSTACART', 'KROGER_API', 'WALMART_API')),
    position text not null check (position in ('half-open', 'open')),
    seen_at timestamptz not null,
    primary key (instance, provider_id)
);
