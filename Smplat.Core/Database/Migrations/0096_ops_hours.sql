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

create table ops_hour_mark (
    id smallint primary key default 1 check (id = 1),
    -- All hours before this one are summed, as far back as the dashboards look.
    summed_until timestamptz not null
);

insert into ops_hour_mark (summed_until) values ('2000-01-01 00:00:00+00');
