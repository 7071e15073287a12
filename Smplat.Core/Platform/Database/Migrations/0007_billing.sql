-- Invoices, as far as recovering their payments needs them, hosted payment sessions, and the runs that recover them.

create table invoices (
    id uuid primary key,
    invoice_number text not null unique,
    workspace_id uuid not null references users (id) on delete cascade,
    status text not null default 'issued' check (status in ('draft', 'issued', 'paid', 'void', 'overdue')),
    total numeric(12, 2) not null default 0,
    balance_due numeric(12, 2) not null default 0,
    currency text not null default 'EUR' check (currency in ('EUR', 'USD')),
    due_at timestamptz,
    paid_at timestamptz,
    memo text,
    hosted_session_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table invoices is 'One invoice to a workspace; owned by Billing.';

create index ix_invoices_workspace_id on invoices (workspace_id);

-- serves: the foreign key, when a session is deleted
create index invoices_hosted_session on invoices (hosted_session_id) where hosted_session_id is not null;

create table hosted_checkout_sessions (
    id uuid primary key,
    session_id varchar(255) not null unique,
    workspace_id uuid not null references users (id) on delete cascade,
    invoice_id uuid not null references invoices (id) on delete cascade,
    status text not null default 'initiated' check (status in ('initiated', 'completed', 'expired', 'abandoned', 'failed')),
    url text,
    expires_at timestamptz,
    completed_at timestamptz,
    cancelled_at timestamptz,
    last_error text,
    metadata jsonb not null default '{}',
    recovery_notes text,
    retry_count integer not null default 0 check (retry_count >= 0),
    last_retry_at timestamptz,
    next_retry_at timestamptz,
    -- All attempts were used and nobody paid: the end of automatic recovery.
    exhausted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table hosted_checkout_sessions is 'One hosted payment session of an invoice; owned by Billing.';

create index ix_hosted_checkout_sessions_workspace_id on hosted_checkout_sessions (workspace_id, created_at desc);
create index ix_hosted_checkout_sessions_invoice_id on hosted_checkout_sessions (invoice_id);

-- serves: the claim of the recovery run
create index hosted_checkout_sessions_retry on hosted_checkout_sessions (next_retry_at, created_at)
    where status in ('initiated', 'failed', 'expired') and next_retry_at is not null;

-- serves: the expiry sweep
create index hosted_checkout_sessions_expiry on hosted_checkout_sessions (expires_at) where status = 'initiated';

-- Invoices and sessions refer to one another, so that this key can only come once both are there.
alter table invoices add constraint fk_invoices_hosted_session_id
    foreign key (hosted_session_id) references hosted_checkout_sessions (id) on delete set null;

create table hosted_session_recovery_runs (
    id uuid primary key,
    triggered_by varchar(64) not null,
    started_at timestamptz not null default now(),
    completed_at timestamptz,
    status varchar(32) not null default 'running' check (status in ('running', 'completed', 'failed')),
    scheduled_count integer not null default 0,
    notified_count integer not null default 0,
    metadata jsonb not null default '{}',
    error_message text
);

comment on table hosted_session_recovery_runs is 'One run of the recovery of hosted sessions; owned by Billing.';

create index ix_hosted_session_recovery_runs_started_at on hosted_session_recovery_runs (started_at desc);
create index ix_hosted_session_recovery_runs_status on hosted_session_recovery_runs (status);

-- What operators look at before they run the recovery manually.
create schema smplat_hosted_session_recovery;

create view smplat_hosted_session_recovery.runs as
    select id, triggered_by, status, started_at, completed_at, scheduled_count, notified_count, metadata, error_message
    from hosted_session_recovery_runs;

create view smplat_hosted_session_recovery.sessions as
    select session.id, session.session_id, session.status, session.retry_count, session.last_retry_at,
        session.next_retry_at, session.exhausted_at, session.last_error, invoice.invoice_number,
        invoice.status as invoice_status, session.workspace_id, session.created_at, session.updated_at
    from hosted_checkout_sessions session
    join invoices invoice on invoice.id = session.invoice_id;

create view smplat_hosted_session_recovery.due as
    select id, session_id, status, retry_count, next_retry_at, invoice_number, workspace_id
    from smplat_hosted_session_recovery.sessions
    where status in ('initiated', 'failed', 'expired') and next_retry_at <= now()
        and exhausted_at is null and invoice_status not in ('paid', 'void');

create view smplat_hosted_session_recovery.exhausted as
    select id, session_id, status, retry_count, exhausted_at, last_error, invoice_number, workspace_id
    from smplat_hosted_session_recovery.sessions
    where exhausted_at is not null;
