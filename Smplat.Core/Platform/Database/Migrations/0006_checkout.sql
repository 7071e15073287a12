-- Checkouts: the stage that each order's checkout is in, how it got there, and what recovering abandoned ones has earned.

create table checkout_orchestrations (
    id uuid primary key,
    order_id uuid not null unique references orders (id) on delete cascade,
    user_id uuid references users (id) on delete set null,
    current_stage text not null default 'payment'
        check (current_stage in ('payment', 'verification', 'loyalty_hold', 'fulfillment', 'completed')),
    stage_status text not null default 'not_started'
        check (stage_status in ('not_started', 'in_progress', 'waiting', 'completed', 'failed')),
    metadata jsonb not null default '{}',
    -- Grows with every change; callers may demand the one that they read.
    version integer not null default 1,
    -- Recovery prompts of all stages so far.
    prompts integer not null default 0 check (prompts >= 0),
    started_at timestamptz,
    completed_at timestamptz,
    failed_at timestamptz,
    last_transition_at timestamptz,
    next_action_at timestamptz,
    locked_until timestamptz,
    locked_by text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table checkout_orchestrations is 'One order''s checkout and the stage that it is in; owned by Checkout.';

-- serves: the claim of the recovery sweep
create index checkout_orchestrations_due on checkout_orchestrations (next_action_at, id)
    where stage_status = 'waiting' and next_action_at is not null;

create index checkout_orchestrations_user on checkout_orchestrations (user_id);

create table checkout_orchestration_events (
    id uuid primary key,
    -- Order of events that commit at one instant.
    position bigint generated always as identity,
    orchestration_id uuid not null references checkout_orchestrations (id) on delete cascade,
    stage text not null,
    status text not null,
    transition_note text,
    payload jsonb not null default '{}',
    created_at timestamptz not null
);

comment on table checkout_orchestration_events is 'One step of a checkout; owned by Checkout.';

create index ix_checkout_orchestration_events_orchestration_id
    on checkout_orchestration_events (orchestration_id, position);

create table checkout_recovery_visit (
    id uuid primary key,
    orchestration_id uuid not null references checkout_orchestrations (id) on delete cascade,
    prompt integer not null,
    visited_at timestamptz not null
);

comment on table checkout_recovery_visit is 'One resume link that was followed; owned by Checkout.';

-- serves: the last visit before a payment
create index checkout_recovery_visit_latest on checkout_recovery_visit (orchestration_id, visited_at desc);

create table checkout_recovered_order (
    orchestration_id uuid primary key references checkout_orchestrations (id) on delete cascade,
    prompt integer not null,
    amount numeric(12, 2) not null,
    currency text not null,
    visited_at timestamptz not null,
    recovered_at timestamptz not null
);

comment on table checkout_recovered_order is
    'One order that was paid after its resume link had been followed; owned by Checkout.';

-- serves: recovered revenue of a week
create index checkout_recovered_order_at on checkout_recovered_order (recovered_at);
