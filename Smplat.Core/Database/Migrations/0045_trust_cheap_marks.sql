-- The conditions of the task triggers called trust_closed_at, and Postgres takes the condition of a trigger apart anew for
-- every statement, functions and all: it was half of what acknowledging one task cost. They are plain comparisons now,
-- true a little too often (a task that waited for its second attempt); the function decides exactly.

create or replace function trust_mark_task() returns trigger language plpgsql as $$
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

drop trigger trust_task_inserted on fulfillment_tasks;

drop trigger trust_task_updated on fulfillment_tasks;

drop trigger trust_task_deleted on fulfillment_tasks;

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
