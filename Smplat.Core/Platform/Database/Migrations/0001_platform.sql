-- The platform: the job ledger, durable counters, and the tables that are partitioned by month.

-- The migrator makes this one itself, before the first file.
comment on table schema_migration is 'One applied migration with the checksum of its text; owned by Platform.';

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
    -- Counters of attempts and runs since the job first ran.
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

comment on table job_state is 'One background job: its lock, its retry and its counters; owned by Platform.';

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
    error text,
    -- The trace of the run's last attempt: from a failed run to its spans and log lines.
    trace_id text check (trace_id ~ '^[0-9a-f]{32}$')
);

comment on table job_run is 'One run of a background job and how it ended; owned by Platform.';

-- serves: history of one job, newest first
create index job_run_history on job_run (job_id, started_at desc);

create table metric_counter (
    name text not null,
    labels_hash text not null,
    labels jsonb not null default '{}',
    value double precision not null default 0,
    updated_at timestamptz not null default now(),
    primary key (name, labels_hash)
);

comment on table metric_counter is
    'One counter with its labels, added to by all instances and kept over restarts; owned by Platform.';

create table metric_fact (
    name text primary key,
    value jsonb not null,
    updated_at timestamptz not null default now()
);

comment on table metric_fact is
    'One latest fact beside the counters, such as the text of the last failure; owned by Platform.';

create table partitioned_table (
    table_name text primary key,
    retention_months integer check (retention_months >= 1)
);

comment on table partitioned_table is
    'One table that is partitioned by month, and how many months are kept; owned by Platform.';
