-- Writes that change an hour which may be summed say so. The condition of each trigger is a comparison on the row in
-- hand: for work that is claimed and closed now it is false, and nothing else runs. The job sums only hours that are
-- twice as old as the limit here, so a clock that steps back by less than that breaks nothing.

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
    where isfinite(closed_at);
    return null;
end
$$;

create trigger trust_task_inserted after insert on fulfillment_tasks for each row
    when (trust_closed_at(new.status, new.started_at, new.first_started_at, new.completed_at)
        < clock_timestamp() - interval '15 minutes')
    execute function trust_mark_task();

create trigger trust_task_updated after update on fulfillment_tasks for each row
    when (trust_closed_at(old.status, old.started_at, old.first_started_at, old.completed_at)
            < clock_timestamp() - interval '15 minutes'
        or trust_closed_at(new.status, new.started_at, new.first_started_at, new.completed_at)
            < clock_timestamp() - interval '15 minutes')
    execute function trust_mark_task();

create trigger trust_task_deleted after delete on fulfillment_tasks for each row
    when (trust_closed_at(old.status, old.started_at, old.first_started_at, old.completed_at)
        < clock_timestamp() - interval '15 minutes')
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

-- Emptying the tasks starts the sums anew.
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
