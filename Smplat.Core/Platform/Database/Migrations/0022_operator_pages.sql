-- The operators' pages: from a figure to the requests behind it, and sample data that can be taken out again.

-- The trace of a request, on the line that ends it; the other lines of the request have none.
alter table edge_logs add column trace_id text;

-- serves: the list of requests, newest first; those that were routed are read from edge_logs_decisions
create index edge_logs_failures on edge_logs ("timestamp" desc, id desc) where event = 'router_failure';

-- serves: what became of one decision. Confirmations come long after the decision, and are few.
create index edge_logs_followed on edge_logs (request_id, "timestamp") where function_name <> 'loopgpt_route_order';

-- serves: the list of requests by an event of their confirmation, newest first
create index edge_logs_followed_newest on edge_logs ("timestamp" desc, id desc) where function_name <> 'loopgpt_route_order';

create table ops_hour_request (
    hour_at timestamptz not null,
    -- Step of the time that a request took, each 5 percent above the last; -1 for a request without a time.
    bucket smallint not null,
    requests bigint not null check (requests > 0),
    failed bigint not null check (failed >= 0),
    primary key (hour_at, bucket)
);

comment on table ops_hour_request is 'Requests within one hour by how long they took; owned by Operators.';

-- The new sums are computed for all hours, so all hours are computed once more.
update ops_hour_mark set summed_until = '2000-01-01 00:00:00+00' where id = 1;

create table sample_data (
    id smallint primary key default 1 check (id = 1),
    -- The rows are dated from here back.
    loaded_at timestamptz not null,
    -- The samples whose rows are there.
    names text[] not null default '{}'
);

comment on table sample_data is 'That sample data is in this database, and since when, at most one row; owned by Platform.';
