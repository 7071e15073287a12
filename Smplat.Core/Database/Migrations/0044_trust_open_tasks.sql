-- serves: open tasks that the queue passes over. Work that it claims and closes never enters it.
create index fulfillment_tasks_trust_held on fulfillment_tasks (scheduled_at) where status = 'pending' and held;

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
