-- What people search for: counts by value, kept to a bounded number of values, and the last searches one by one.

create table catalog_search_count (
    kind text not null check (kind in ('category', 'sort', 'query', 'zero_result_query')),
    value text not null check (length(value) between 1 and 100),
    count bigint not null check (count > 0),
    last_seen_at timestamptz not null,
    primary key (kind, value)
);

comment on table catalog_search_count is 'How often one value was searched for; owned by Catalog.';

-- serves: the most frequent values of a kind
create index catalog_search_count_top on catalog_search_count (kind, count desc);

-- serves: searches that nobody makes any more
create index catalog_search_count_age on catalog_search_count (last_seen_at);

create table catalog_search_recent (
    id bigint generated always as identity primary key,
    query text,
    category text not null,
    sort text not null,
    results_count integer not null check (results_count >= 0),
    recorded_at timestamptz not null
);

comment on table catalog_search_recent is 'One of the latest searches; owned by Catalog.';
