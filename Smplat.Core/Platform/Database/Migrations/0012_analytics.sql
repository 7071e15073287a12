-- Storefront events, each kept once however often the client repeats it, and counts of preset events by day.

-- The key outlives the event's month, so that a late repeat is still known.
create table offer_event_key (
    event_id uuid primary key,
    created_at timestamptz not null
);

comment on table offer_event_key is 'The id of one event that was taken, kept permanently; owned by Analytics.';

create table checkout_offer_events (
    id uuid not null,
    offer_slug varchar(255) not null,
    target_slug varchar(255),
    event_type varchar(64) not null,
    action varchar(64),
    cart_total numeric(12, 2) check (cart_total >= 0),
    currency varchar(16),
    order_reference text,
    metadata jsonb,
    -- When it happened by the client's clock, within the accepted window; created_at is when it was taken.
    occurred_at timestamptz,
    occurred_at_clamped boolean not null default false,
    -- The type as sent, when the policy files it under "other".
    reported_event_type varchar(64),
    created_at timestamptz not null default now(),
    -- serves: exports and clean-up by keyset
    primary key (created_at, id)
) partition by range (created_at);

comment on table checkout_offer_events is 'One event of the storefront; owned by Analytics.';

-- serves: rollups and exports of some types over a window
create index ix_checkout_offer_events_event_type on checkout_offer_events (event_type, created_at);

-- serves: the history of one offer
create index ix_checkout_offer_events_offer_slug on checkout_offer_events (offer_slug, created_at);

-- The months that are needed at once; the writer and the partition upkeep make the later ones.
do $$
declare
    month timestamptz;
begin
    for offset_months in 0..1 loop
        month := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => offset_months)) at time zone 'UTC';
        execute format(
            'create table %I partition of checkout_offer_events for values from (%L) to (%L)',
            'checkout_offer_events' || to_char(month at time zone 'UTC', '"_y"YYYY"m"MM'),
            month,
            (month at time zone 'UTC' + interval '1 month') at time zone 'UTC');
    end loop;
end
$$;

insert into partitioned_table (table_name, retention_months) values ('checkout_offer_events', 25);

create table rejected_event (
    id uuid primary key,
    source text not null check (source in ('offer_event')),
    naming text not null check (naming in ('snake', 'camel')),
    -- Digest of source, naming, key and text: a client that repeats itself adds to seen, not rows.
    fingerprint bytea not null unique,
    -- The id that the event will have when it is replayed.
    event_id uuid not null,
    -- The item as sent; null when it was too large to keep.
    payload text,
    code text not null,
    field text,
    reason text not null,
    status text not null default 'waiting' check (status in ('waiting', 'replayed')),
    seen bigint not null default 1,
    attempts integer not null default 0,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    replayed_at timestamptz
);

comment on table rejected_event is
    'One event that could not be taken, with the reason, until it is replayed or expires; owned by Analytics.';

-- serves: the operators' list and the replay, oldest first
create index rejected_event_waiting on rejected_event (first_seen_at, id) where status = 'waiting';

-- serves: clean-up by age
create index rejected_event_age on rejected_event (last_seen_at);

create table offer_event_scrub (
    id integer primary key default 1 check (id = 1),
    -- Everything before this time is done.
    scrubbed_until timestamptz not null
);

comment on table offer_event_scrub is
    'How far events have been stripped of what ties them to a person, in a single row; owned by Analytics.';

-- Reads take days that are over from here, and only the open days from the events.
create table preset_event_daily_metrics (
    id uuid primary key default gen_random_uuid(),
    metric_date date not null,
    preset_cta_apply_count integer not null default 0,
    preset_configurator_apply_count integer not null default 0,
    preset_configurator_clear_count integer not null default 0,
    -- [{eventType, source, count}]
    source_counts jsonb not null default '[]',
    trend_stats jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table preset_event_daily_metrics is 'The preset events of one day; owned by Analytics.';

create unique index ix_preset_event_daily_metrics_metric_date on preset_event_daily_metrics (metric_date);

-- A day is final when its row above says that it was counted after its end.
create table preset_event_daily_count (
    metric_date date not null,
    event_type text not null,
    preset_id text not null,
    source text not null,
    preset_label text,
    count bigint not null check (count > 0),
    primary key (metric_date, event_type, preset_id, source)
);

comment on table preset_event_daily_count is
    'The preset events of one day by type, preset and source; owned by Analytics.';

create table preset_event_alert_runs (
    id uuid primary key,
    status varchar(32) not null default 'success',
    window_start_date date not null,
    window_days integer not null default 30,
    alerts_sent integer not null default 0,
    alert_codes jsonb not null default '[]',
    summary jsonb not null default '{}',
    error_message text,
    created_at timestamptz not null default now()
);

comment on table preset_event_alert_runs is 'One run of the preset alerts; owned by Analytics.';

create index ix_preset_event_alert_runs_window_start on preset_event_alert_runs (window_start_date);
