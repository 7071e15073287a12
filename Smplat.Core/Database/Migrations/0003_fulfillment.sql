-- Work that a paid order becomes, and who is there to do it.

create table fulfillment_tasks (
    id uuid primary key,
    order_item_id uuid not null references order_items (id) on delete cascade,
    ordinal integer,
    task_type text not null check (task_type in (
        'instagram_setup', 'follower_growth', 'engagement_boost',
        'content_promotion', 'analytics_collection', 'campaign_optimization')),
    status text not null default 'pending'
        check (status in ('pending', 'in_progress', 'completed', 'failed', 'cancelled')),
    title text not null,
    description text,
    payload jsonb,
    result jsonb,
    error_message text,
    retry_count integer not null default 0 check (retry_count >= 0),
    max_retries integer not null default 3 check (max_retries >= 0),
    -- Not before; moves with every retry.
    scheduled_at timestamptz,
    -- Due by; fixed when the task is made.
    due_at timestamptz,
    first_started_at timestamptz,
    started_at timestamptz,
    completed_at timestamptz,
    lease_owner text,
    lease_expires_at timestamptz,
    attempt integer not null default 0,
    rescues integer not null default 0,
    traceparent text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- One task for each place in an item's plan, whatever creates it twice.
    constraint fulfillment_tasks_ordinal unique (order_item_id, ordinal)
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_limit = 1000);

create index ix_fulfillment_tasks_order_item_id on fulfillment_tasks (order_item_id);

-- serves: the claim of due work
create index fulfillment_tasks_due on fulfillment_tasks (scheduled_at, id) where status = 'pending';

-- serves: the rescue of work whose worker died
create index fulfillment_tasks_leases on fulfillment_tasks (lease_expires_at) where status = 'in_progress';

-- serves: the list of dead letters, newest first
create index fulfillment_tasks_dead on fulfillment_tasks (completed_at desc, id) where status = 'failed';

create table fulfillment_staffing_shifts (
    id uuid primary key,
    sku text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    hourly_capacity integer not null default 0 check (hourly_capacity >= 0),
    notes text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint fulfillment_staffing_shifts_window check (ends_at > starts_at)
);

create index ix_fulfillment_staffing_shifts_window on fulfillment_staffing_shifts (sku, starts_at, ends_at);
