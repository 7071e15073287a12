-- The job ledger: what every instance, readiness, the feed and the dashboards know about timers.

create table job_state (
    job_id text primary key,
    -- The occurrence that a timer claimed last; the next one must keep the job's spacing.
    last_slot_at timestamptz,
    -- The run under way or waiting for its next attempt.
    run_id uuid,
    run_triggered_by text,
    attempt integer not null default 0 check (attempt >= 0),
    next_attempt_at timestamptz,
    locked_by text,
    locked_until timestamptz,
    last_tick_at timestamptz,
    -- Counters of attempts and runs, for ever.
    runs bigint not null default 0,
    success bigint not null default 0,
    run_failures bigint not null default 0,
    attempt_failures bigint not null default 0,
    retries bigint not null default 0,
    consecutive_failures integer not null default 0,
    consecutive_run_failures integer not null default 0,
    runtime_seconds double precision not null default 0,
    last_started_at timestamptz,
    last_completed_at timestamptz,
    last_success_at timestamptz,
    last_error_at timestamptz,
    last_error text,
    updated_at timestamptz not null default now()
);

-- serves: runs whose retry is due (RetryDueJobs)
create index job_state_retry on job_state (next_attempt_at) where next_attempt_at is not null;

create table job_run (
    id uuid primary key,
    job_id text not null,
    triggered_by text not null,
    status text not null check (status in ('completed', 'retrying', 'failed', 'abandoned')),
    attempt integer not null check (attempt >= 1),
    owner text not null,
    started_at timestamptz not null,
    completed_at timestamptz,
    summary jsonb not null default '{}',
    error text
);

-- serves: history of one job, newest first
create index job_run_history on job_run (job_id, started_at desc);

-- Counters that operators act on: additive, shared by all instances, kept over restarts.
create table metric_counter (
    name text not null,
    labels_hash text not null,
    labels jsonb not null default '{}',
    value double precision not null default 0,
    updated_at timestamptz not null default now(),
    primary key (name, labels_hash)
);

-- Latest facts beside the counters: last failure text, last event time and the like.
create table metric_fact (
    name text primary key,
    value jsonb not null,
    updated_at timestamptz not null default now()
);

-- Tables that are cut into months, and how long their months are kept.
create table partitioned_table (
    table_name text primary key,
    retention_months integer check (retention_months >= 1)
);

-- A small notice that operators put up for one another.
create table incident_banner (
    id integer primary key default 1 check (id = 1),
    message text not null check (length(message) between 1 and 500),
    severity text not null check (severity in ('info', 'warning', 'critical')),
    set_by text not null,
    reference text,
    set_at timestamptz not null default now()
);
