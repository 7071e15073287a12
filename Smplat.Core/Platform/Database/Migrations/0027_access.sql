-- Who was refused, and what operators changed. Keys can now have a fourth scope.

alter table key_use drop constraint key_use_scope_check;
alter table key_use add constraint key_use_scope_check
    check (scope in ('storefront', 'metrics', 'operator', 'admin'));

create table access_events (
    id uuid primary key,
    -- Who decided: a route of this app, an operators' page, or a storefront that reports its own decision.
    source text not null check (source in ('api', 'page', 'report')),
    -- The template of a route, never a path with ids.
    route text not null check (length(route) between 1 and 300),
    method text check (length(method) between 1 and 20),
    required_tier text not null check (required_tier in ('open', 'metrics', 'member', 'operator', 'admin')),
    decision text not null check (decision in ('allowed', 'denied', 'redirected', 'rate_limited')),
    reason text check (length(reason) <= 500),
    status integer check (status between 100 and 599),
    -- The configured key by name and fingerprint, never the key.
    key_name text check (length(key_name) <= 100),
    key_fingerprint text check (length(key_fingerprint) <= 100),
    subject_email text check (length(subject_email) <= 320),
    user_id uuid,
    service_account_id uuid,
    trace_id text check (length(trace_id) <= 64),
    metadata jsonb check (jsonb_typeof(metadata) = 'object'),
    -- More than one where equal events within a minute are one row.
    occurrences bigint not null default 1 check (occurrences > 0),
    created_at timestamptz not null,
    last_at timestamptz not null
);

comment on table access_events is
    'A refused request, or a change by an operator; owned by Access.';

-- serves: the newest events, figures over a window, and retention
create index access_events_created on access_events (created_at desc, id desc);

-- serves: the newest events with certain decisions
create index access_events_decision on access_events (decision, created_at desc, id desc);

-- serves: the events of one route, member or service account
create index access_events_route on access_events (route, created_at desc);
create index access_events_user on access_events (user_id, created_at desc) where user_id is not null;
create index access_events_service_account on access_events (service_account_id, created_at desc)
    where service_account_id is not null;
