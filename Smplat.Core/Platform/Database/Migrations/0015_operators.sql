-- What operators see and do: the incident banner, the use of keys, and the hourly sums behind the commerce dashboards.

create table incident_banner (
    id integer primary key default 1 check (id = 1),
    message text not null check (length(message) between 1 and 500),
    severity text not null check (severity in ('info', 'warning', 'critical')),
    set_by text not null,
    reference text,
    set_at timestamptz not null default now()
);

comment on table incident_banner is
    'The notice that operators have put up for one another, at most one; owned by Operators.';

create table incident_banner_change (
    id bigint generated always as identity primary key,
    action text not null check (action in ('set', 'clear')),
    message text not null,
    severity text not null,
    actor text not null,
    reason text,
    changed_at timestamptz not null
);

comment on table incident_banner_change is
    'One incident banner that was put up or taken down, by whom and why; owned by Operators.';

-- serves: the latest changes
create index incident_banner_change_latest on incident_banner_change (changed_at desc, id desc);

create table key_use (
    day date not null,
    -- Never the key itself; 'unknown' where a key that is not ours, or none, was shown.
    key_name text not null,
    fingerprint text not null,
    -- What the route asks for.
    scope text not null check (scope in ('storefront', 'metrics', 'operator')),
    outcome text not null check (outcome in ('opened', 'wrong_scope', 'wrong_key', 'no_key', 'not_configured')),
    uses bigint not null check (uses > 0),
    first_used_at timestamptz not null,
    last_used_at timestamptz not null,
    primary key (day, key_name, fingerprint, scope, outcome)
);

comment on table key_use is
    'What one key opened on one day, or failed to open, for the access review; owned by Operators.';

-- The commerce dashboards by the hour, so that a look at 30 days reads sums and not every line of edge_logs. A job fills
-- them for hours that have ended; what is newer than the mark is read from the lines themselves.

create table ops_hour_quote (
    hour_at timestamptz not null,
    provider_id text not null,
    -- Step of the time that a quote took, each 5 percent above the last; -1 for a quote that failed.
    bucket smallint not null,
    quotes bigint not null check (quotes > 0),
    primary key (hour_at, provider_id, bucket)
);

comment on table ops_hour_quote is 'Quotes of one provider within one hour by how long they took; owned by Operators.';

create table ops_hour_decision (
    hour_at timestamptz not null,
    -- Empty for confirmations, which are counted over all providers.
    provider_id text not null,
    orders bigint not null,
    confirmed bigint not null,
    cart_cents numeric not null,
    commission_cents numeric not null,
    savings_cents numeric not null,
    primary key (hour_at, provider_id)
);

comment on table ops_hour_decision is
    'Decisions, confirmations and money of one provider within one hour; owned by Operators.';

create table ops_hour_mark (
    id smallint primary key default 1 check (id = 1),
    -- All hours before this one are summed, as far back as the dashboards look.
    summed_until timestamptz not null
);

comment on table ops_hour_mark is 'How far the hourly sums reach, in a single row; owned by Operators.';

insert into ops_hour_mark (summed_until) values ('2000-01-01 00:00:00+00');
