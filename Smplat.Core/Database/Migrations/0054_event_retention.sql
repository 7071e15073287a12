-- How far events have been stripped of what ties them to a person; everything before this time is done.

create table offer_event_scrub (
    id integer primary key default 1 check (id = 1),
    scrubbed_until timestamptz not null
);

-- serves: searches that nobody makes any more
create index catalog_search_count_age on catalog_search_count (last_seen_at);
