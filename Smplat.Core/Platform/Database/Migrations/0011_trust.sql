-- Trust metrics over millions of tasks: sums per hour of the tasks that are closed, kept by a job, and the means to stay
-- exact at any moment. What was closed in the last minutes is read from the tasks themselves; an hour that is in the sums
-- and whose tasks change afterwards is marked here by the write that changes it, and read from the tasks until the job
-- has summed it again. docs/adr/0010 explains why this is exact, and what it costs a write.

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

-- A stretch of time as whole microseconds. By way of a float, which is exact for a hundred years and ten times as fast
-- as the numeric that extract gives: the backlog asks it for every open task.
create function trust_us(stretch interval) returns bigint
    language sql immutable parallel safe
    return round(date_part('epoch', stretch) * 1000000)::bigint;

-- serves: what was closed in a stretch of time. A task enters it once, at its right end, when it is closed.
create index fulfillment_tasks_trust_closed on fulfillment_tasks
    (trust_closed_at(status, started_at, first_started_at, completed_at))
    where trust_closed_at(status, started_at, first_started_at, completed_at) is not null;

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
        then trust_us(completed_at - coalesce(started_at, scheduled_at))
    end as duration_us
from fulfillment_tasks
where trust_closed_at(status, started_at, first_started_at, completed_at) is not null;

-- Open tasks, in the three parts that have an index each: two of them the queue keeps for itself. Read as a whole, they
-- would need one more index that every claim writes to.
create view trust_open_task as
select id, order_item_id, scheduled_at, created_at, completed_at, coalesce(first_started_at, started_at) as responded_at
from fulfillment_tasks
where status = 'pending' and not held
union all
select id, order_item_id, scheduled_at, created_at, completed_at, coalesce(first_started_at, started_at)
from fulfillment_tasks
where status = 'pending' and held
union all
select id, order_item_id, scheduled_at, created_at, completed_at, coalesce(first_started_at, started_at)
from fulfillment_tasks
where status = 'in_progress';

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

comment on table trust_rollup is 'The sums of the tasks that were closed within one hour; owned by Trust.';

create table trust_rollup_duration (
    id bigint generated always as identity primary key,
    hour_at timestamptz not null,
    -- The product instead of its slug, which may be renamed; null once it is deleted.
    product_id uuid,
    product_title text not null,
    durations_us bigint[] not null
);

comment on table trust_rollup_duration is
    'How long the tasks of one product took that were completed within one hour; owned by Trust.';

-- serves: the durations of the last 30 days, and the hours that are summed again
create index trust_rollup_duration_hour on trust_rollup_duration (hour_at);

-- Only ever appended to by writes, so that two of them never wait for one another.
create table trust_dirty_hour (
    id bigint generated always as identity primary key,
    hour_at timestamptz not null
);

comment on table trust_dirty_hour is 'One hour that was summed and has changed since; owned by Trust.';

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

comment on table trust_rollup_state is 'How far the sums reach, in a single row; owned by Trust.';

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

-- Writes that change an hour which may be summed mark it. The condition of each trigger is a plain comparison on the row
-- in hand: for work that is claimed and closed now it is false, and nothing else runs. It calls no function of ours, because
-- Postgres takes the condition of a trigger apart again for every statement, functions and all, which was half of what
-- acknowledging one task cost. So it is true a little too often (a task that waited for its second attempt), and the function
-- decides exactly. The job sums only hours that are twice as old as the limit here, so a clock that steps back by less than
-- that breaks nothing.

create function trust_mark_task() returns trigger language plpgsql as $$
begin
    insert into trust_dirty_hour (hour_at)
    select distinct trust_hour(closed_at)
    from (values
        (case when tg_op <> 'INSERT'
            then trust_closed_at(old.status, old.started_at, old.first_started_at, old.completed_at) end),
        (case when tg_op <> 'DELETE'
            then trust_closed_at(new.status, new.started_at, new.first_started_at, new.completed_at) end)
    ) as closed (closed_at)
    where isfinite(closed_at) and closed_at < clock_timestamp() - interval '15 minutes';
    return null;
end
$$;

create trigger trust_task_inserted after insert on fulfillment_tasks for each row
    when (coalesce(new.completed_at, new.first_started_at, new.started_at) < clock_timestamp() - interval '15 minutes')
    execute function trust_mark_task();

create trigger trust_task_updated after update on fulfillment_tasks for each row
    when (least(
            coalesce(old.completed_at, old.first_started_at, old.started_at),
            coalesce(new.completed_at, new.first_started_at, new.started_at)) < clock_timestamp() - interval '15 minutes')
    execute function trust_mark_task();

create trigger trust_task_deleted after delete on fulfillment_tasks for each row
    when (coalesce(old.completed_at, old.first_started_at, old.started_at) < clock_timestamp() - interval '15 minutes')
    execute function trust_mark_task();

-- Marks the hours of all tasks of some items. The locks wait for tasks that others are adding or closing at this
-- moment; without them such a task could be summed with what the item was before.
create function trust_mark_items(items uuid[]) returns void language plpgsql as $$
begin
    perform from order_items where id = any (items) order by id for update;
    insert into trust_dirty_hour (hour_at)
    select distinct trust_hour(closed_at)
    from (
        select trust_closed_at(t.status, t.started_at, t.first_started_at, t.completed_at) as closed_at
        from fulfillment_tasks t
        where t.order_item_id = any (items)
        order by t.id
        for share) task
    where isfinite(closed_at);
end
$$;

create function trust_mark_order() returns trigger language plpgsql as $$
begin
    perform trust_mark_items(array(select id from order_items where order_id = new.id));
    return null;
end
$$;

create trigger trust_order_updated after update of created_at on orders for each row
    when (old.created_at is distinct from new.created_at)
    execute function trust_mark_order();

create function trust_mark_item() returns trigger language plpgsql as $$
begin
    perform trust_mark_items(array[new.id]);
    return null;
end
$$;

create trigger trust_order_item_updated after update of order_id, product_id, product_title on order_items for each row
    when ((old.order_id, old.product_id, old.product_title) is distinct from (new.order_id, new.product_id, new.product_title))
    execute function trust_mark_item();

-- Emptying the tasks starts the sums again.
create function trust_forget() returns trigger language plpgsql as $$
begin
    update trust_rollup_state
    set sealed_until = '-infinity', durations_from = '-infinity', next_until = null, next_after = null;
    delete from trust_rollup;
    delete from trust_rollup_duration;
    delete from trust_dirty_hour;
    return null;
end
$$;

create trigger trust_tasks_truncated after truncate on fulfillment_tasks for each statement
    execute function trust_forget();

-- What editors wrote for the checkout, as the content system sent it.
create table checkout_trust_experiences (
    environment text not null check (environment in ('development', 'test', 'production')),
    slug text not null check (length(slug) between 1 and 120),
    document_id text,
    draft jsonb,
    published jsonb,
    -- When the content system last changed the document; messages older than that are not taken.
    document_updated_at timestamptz,
    request_id text,
    draft_at timestamptz,
    published_at timestamptz,
    -- A deleted document keeps its row, so that an older message that comes late cannot bring it back.
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null,
    primary key (environment, slug),
    check (deleted_at is null or (draft is null and published is null))
);

comment on table checkout_trust_experiences is
    'One document of an environment, with its draft and its published version; owned by Trust.';
