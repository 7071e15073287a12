-- Days of preset events, counted once they are over; reads take them from here and only the open days from the events.

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

create unique index ix_preset_event_daily_metrics_metric_date on preset_event_daily_metrics (metric_date);

-- The same by preset and source; a day is final when its row above says that it was counted after its end.
create table preset_event_daily_count (
    metric_date date not null,
    event_type text not null,
    preset_id text not null,
    source text not null,
    preset_label text,
    count bigint not null check (count > 0),
    primary key (metric_date, event_type, preset_id, source)
);

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

create index ix_preset_event_alert_runs_window_start on preset_event_alert_runs (window_start_date);
