-- Trust metrics over millions of tasks: sums per hour of the tasks that are closed, kept by a job, and the means to stay
-- exact at any moment. What was closed in the last minutes is read from the tasks themselves; an hour that is in the sums
-- and whose tasks change afterwards is marked here by the write that changes it, and read from the tasks until the job
-- has summed it again. docs/adr/0040 explains why this is exact, and what it costs a write.

-- When a task counts as closed, or null while it is open. It never says "now": a row without times is not counted anywhere.
create function trust_closed_at(
    status text, started_at timestamptz, first_started_at timestamptz, completed_at timestamptz) returns timestamptz
    language sql immutable parallel safe
    return case
        when completed_at is not null then completed_at
        when status in ('completed', 'failed', 'cancelled') then coalesce(first_started_at, started_at)
    end;

create function trust_hour(instant timestamptz) returns timestamptz
    language sql immutable parallel safe
    return date_bin(interval '1 hour', instant, timestamptz '2000-01-01 00:00:00+00');

-- serves: what was closed in a stretch of time. A task enters it once, at its right end, when it is closed.
create index fulfillment_tasks_trust_closed on fulfillment_tasks
    (trust_closed_at(status, started_at, first_started_at, completed_at))
    where trust_closed_at(status, started_at, first_started_at, completed_at) is not null;

-- serves: shifts that reach into the forecast
create index fulfillment_staffing_shifts_trust_ends on fulfillment_staffing_shifts (ends_at);

-- The facts of one closed task. Metrics and sums are both built on this one definition.
create view trust_closed_task as
select
    id,
    order_item_id,
    trust_closed_at(status, started_at, first_started_at, completed_at) as closed_at,
    completed_at is not null and coalesce(due_at, scheduled_at) is not null as is_due,
    completed_at <= coalesce(due_at, scheduled_at) as is_on_time,
    status = 'completed' as is_completed,
    completed_at,
    coalesce(first_started_at, started_at) as responded_at,
    case
        when completed_at is not null and jsonb_typeof(result) = 'object' and jsonb_typeof(result -> 'nps_score') = 'number'
        then (result ->> 'nps_score')::numeric
    end as score,
    case
        when status = 'completed' and completed_at >= coalesce(started_at, scheduled_at)
        then (extract(epoch from completed_at - coalesce(started_at, scheduled_at)) * 1000000)::bigint
    end as duration_us
from fulfillment_tasks
where trust_closed_at(status, started_at, first_started_at, completed_at) is not null;

create table trust_rollup (
    hour_at timestamptz primary key,
    due_tasks bigint not null,
    on_time_tasks bigint not null,
    completed_due_tasks bigint not null,
    completed_on_time_tasks bigint not null,
    due_newest_at timestamptz,
    responses bigint not null,
    response_us numeric not null,
    response_newest_at timestamptz,
    scores bigint not null,
    score_sum numeric not null,
    ratings bigint not null,
    promoters bigint not null,
    detractors bigint not null,
    score_newest_at timestamptz
);

-- How long completed tasks took, by what was sold. The product is kept instead of its slug, which may be renamed.
create table trust_rollup_duration (
    hour_at timestamptz not null,
    product_id uuid,
    product_title text not null,
    durations_us bigint[] not null
);

-- serves: the durations of the last 30 days, and the hours that are summed again
create index trust_rollup_duration_hour on trust_rollup_duration (hour_at);

-- Hours that were summed and have changed since. Only ever appended to by writes, so that two of them never wait for
-- one another.
create table trust_dirty_hour (
    id bigint generated always as identity primary key,
    hour_at timestamptz not null
);

create table trust_rollup_state (
    id integer primary key default 1 check (id = 1),
    -- Hours before it are summed.
    sealed_until timestamptz not null default '-infinity',
    -- Durations are kept for hours from here on.
    durations_from timestamptz not null default '-infinity',
    -- How far the next pass may go, once every transaction older than the mark has ended.
    next_until timestamptz,
    next_after xid8
);

insert into trust_rollup_state default values;

-- Stretches of time that must be read from the tasks.
create view trust_live_range as
select hour_at as from_at, hour_at + interval '1 hour' as until_at
from (
    select distinct d.hour_at
    from trust_dirty_hour d cross join trust_rollup_state s
    where d.hour_at < s.sealed_until) dirty
union all
select sealed_until, timestamptz 'infinity'
from trust_rollup_state;

-- The sums that hold as they stand.
create view trust_sealed_hour as
select r.*
from trust_rollup r
where r.hour_at not in (select hour_at from trust_dirty_hour);

-- The same stretches within a window that opens in the middle of an hour.
create function trust_live_range_since(cutoff timestamptz) returns table (from_at timestamptz, until_at timestamptz)
    language sql stable parallel safe
as $$
    select greatest(r.from_at, cutoff), r.until_at
    from trust_live_range r
    where r.until_at > cutoff
    union all
    select cutoff, trust_hour(cutoff) + interval '1 hour'
    from trust_rollup_state s
    where trust_hour(cutoff) < cutoff
        and trust_hour(cutoff) < s.sealed_until
        and not exists (select from trust_dirty_hour d where d.hour_at = trust_hour(cutoff))
$$;
