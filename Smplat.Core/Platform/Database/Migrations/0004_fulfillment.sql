-- The work that a paid order becomes: the queue of tasks, the people on shift, and outside providers.

create table fulfillment_tasks (
    id uuid primary key,
    order_item_id uuid not null references order_items (id) on delete cascade,
    ordinal integer,
    task_type text not null check (task_type in (
        'instagram_setup', 'follower_growth', 'engagement_boost',
        'content_promotion', 'analytics_collection', 'campaign_optimization')),
    status text not null default 'pending'
        check (status in ('pending', 'in_progress', 'completed', 'failed', 'cancelled')),
    -- Set while the order is on hold or cancelled, so that a claim never walks over tasks that it may not take.
    held boolean not null default false,
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
    -- How often operators gave the task a fresh start.
    replays integer not null default 0 check (replays >= 0),
    traceparent text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- One task for each place in an item's plan, whatever creates it twice. Also the index of the foreign key: every
    -- index less makes a claim cheaper.
    constraint fulfillment_tasks_ordinal unique (order_item_id, ordinal)
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_limit = 1000);

comment on table fulfillment_tasks is 'One piece of work for an order item; owned by Fulfillment.';

-- serves: the claim of due work
create index fulfillment_tasks_due on fulfillment_tasks (scheduled_at, id) where status = 'pending' and not held;

-- serves: the rescue of work whose worker died
create index fulfillment_tasks_leases on fulfillment_tasks (lease_expires_at) where status = 'in_progress';

-- serves: the list of dead letters, newest first
create index fulfillment_tasks_dead on fulfillment_tasks (completed_at desc, id) where status = 'failed';

-- serves: open tasks that the queue passes over (Trust). Work that is claimed and closed never enters it.
create index fulfillment_tasks_trust_held on fulfillment_tasks (scheduled_at) where status = 'pending' and held;

create table fulfillment_claim (
    id uuid primary key,
    owner text not null,
    order_item_ids uuid[] not null,
    expires_at timestamptz not null
);

comment on table fulfillment_claim is
    'One claim whose orders are still to be rolled up, by its worker or, once expired, by another; owned by Fulfillment.';

-- serves: claims whose worker died
create index fulfillment_claim_expiry on fulfillment_claim (expires_at);

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

comment on table fulfillment_task_failure is 'One failed attempt at a task; owned by Fulfillment.';

-- serves: the history of one task
create index fulfillment_task_failure_history on fulfillment_task_failure (task_id, id);

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

comment on table fulfillment_task_action is 'One dead letter that an operator replayed or discarded; owned by Fulfillment.';

-- serves: the history of one task
create index fulfillment_task_action_history on fulfillment_task_action (task_id, id);

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

comment on table fulfillment_staffing_shifts is
    'One shift and how much of a product it can do in an hour; owned by Fulfillment.';

create index ix_fulfillment_staffing_shifts_window on fulfillment_staffing_shifts (sku, starts_at, ends_at);

-- serves: shifts that reach into the forecast (Trust)
create index fulfillment_staffing_shifts_trust_ends on fulfillment_staffing_shifts (ends_at);

create table fulfillment_provider (
    id text primary key,
    name text not null,
    -- automation.endpoints.order {method, url, headers, payload, timeoutSeconds, response.providerOrderIdPath}
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table fulfillment_provider is
    'One outside provider that an add-on can route an item to; owned by Fulfillment.';

create table fulfillment_service (
    id text primary key,
    provider_id text not null references fulfillment_provider (id) on delete cascade,
    name text not null,
    action text not null,
    default_currency text check (default_currency in ('EUR', 'USD')),
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table fulfillment_service is 'One service of an outside provider; owned by Fulfillment.';

-- serves: the foreign key, when a provider is deleted
create index fulfillment_service_provider on fulfillment_service (provider_id);

create table fulfillment_provider_orders (
    id uuid primary key,
    order_id uuid not null references orders (id) on delete cascade,
    order_item_id uuid not null references order_items (id) on delete cascade,
    provider_id text not null,
    provider_name text,
    service_id text not null,
    service_action text,
    amount numeric(12, 2),
    currency text,
    payload jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- One order from a service for an item, whatever asks twice.
    constraint fulfillment_provider_orders_once unique (order_item_id, service_id)
);

comment on table fulfillment_provider_orders is 'One order at an outside provider for an order item; owned by Fulfillment.';

create index ix_fulfillment_provider_orders_order_id on fulfillment_provider_orders (order_id);
create index ix_fulfillment_provider_orders_service_id on fulfillment_provider_orders (service_id);
