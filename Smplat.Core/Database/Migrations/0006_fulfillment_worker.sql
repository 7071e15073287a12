-- What the worker needs beside the tasks: holds, the claims' debts, failed attempts and operators' decisions.

alter table fulfillment_tasks
    -- Set while the order is on hold or cancelled, so that a claim never walks over tasks that it may not take.
    add column held boolean not null default false,
    -- How often operators gave the task a fresh start.
    add column replays integer not null default 0 check (replays >= 0);

-- The unique constraint on (order_item_id, ordinal) begins with the same column; every index less makes a claim cheaper.
drop index ix_fulfillment_tasks_order_item_id;

drop index fulfillment_tasks_due;

-- serves: the claim of due work
create index fulfillment_tasks_due on fulfillment_tasks (scheduled_at, id) where status = 'pending' and not held;

-- A claim owes a roll-up of every order that it touched. The row goes when that is paid; one whose worker died is
-- paid by whoever finds it expired.
create table fulfillment_claim (
    id uuid primary key,
    owner text not null,
    order_item_ids uuid[] not null,
    expires_at timestamptz not null
);

-- serves: claims whose worker died
create index fulfillment_claim_expiry on fulfillment_claim (expires_at);

-- Every attempt that failed. Successes need none: the task row tells them.
create table fulfillment_task_failure (
    id bigint generated always as identity primary key,
    task_id uuid not null references fulfillment_tasks (id) on delete cascade,
    attempt integer not null,
    outcome text not null check (outcome in ('retry', 'dead_letter', 'rescue')),
    is_permanent boolean not null default false,
    error text not null,
    retry_at timestamptz,
    failed_at timestamptz not null
);

-- serves: the history of one task
create index fulfillment_task_failure_history on fulfillment_task_failure (task_id, id);

-- What operators did to dead letters, and why.
create table fulfillment_task_action (
    id bigint generated always as identity primary key,
    task_id uuid not null references fulfillment_tasks (id) on delete cascade,
    action text not null check (action in ('replay', 'discard')),
    actor text not null,
    reason text not null,
    error_before text,
    retry_count_before integer not null,
    acted_at timestamptz not null
);

-- serves: the history of one task
create index fulfillment_task_action_history on fulfillment_task_action (task_id, id);
