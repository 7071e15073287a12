-- What a client has to do after buying, and everything that happened on the way.

create table onboarding_journeys (
    id uuid primary key,
    order_id uuid not null references orders (id) on delete cascade,
    status text not null default 'not_started' check (status in ('not_started', 'active', 'completed', 'stalled')),
    -- Slug of the first task that is open; null when none is.
    current_step varchar(255),
    referral_code varchar(255),
    context jsonb not null default '{}',
    progress_percentage numeric(5, 2) not null default 0 check (progress_percentage between 0 and 100),
    started_at timestamptz,
    completed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table onboarding_journeys is 'One client''s checklist after an order; owned by Onboarding.';

-- One journey an order, however many ask for it at once.
create unique index ix_onboarding_journeys_order_id on onboarding_journeys (order_id);

-- serves: the operators' list by status, newest first, and the search for stalled and idle journeys
create index ix_onboarding_journeys_status on onboarding_journeys (status, started_at desc);

create table onboarding_tasks (
    id uuid primary key,
    journey_id uuid not null references onboarding_journeys (id) on delete cascade,
    slug varchar(255) not null,
    title varchar(255) not null,
    description text,
    status text not null default 'pending' check (status in ('pending', 'in_progress', 'completed', 'blocked')),
    sort_order integer not null default 0,
    due_at timestamptz,
    completed_at timestamptz,
    assignee varchar(255),
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint onboarding_tasks_slug unique (journey_id, slug)
);

comment on table onboarding_tasks is 'One item of a journey''s checklist; owned by Onboarding.';

create index ix_onboarding_tasks_journey_status on onboarding_tasks (journey_id, status);

create table onboarding_artifacts (
    id uuid primary key,
    journey_id uuid not null references onboarding_journeys (id) on delete cascade,
    task_id uuid references onboarding_tasks (id) on delete set null,
    label varchar(255) not null,
    url text,
    required boolean not null default false,
    received_at timestamptz,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table onboarding_artifacts is 'One file or link that a client has to hand in; owned by Onboarding.';

create index ix_onboarding_artifacts_journey_id on onboarding_artifacts (journey_id);

-- serves: the foreign key, when a task is deleted
create index onboarding_artifacts_task on onboarding_artifacts (task_id) where task_id is not null;

create table onboarding_interactions (
    id uuid primary key,
    journey_id uuid not null references onboarding_journeys (id) on delete cascade,
    task_id uuid references onboarding_tasks (id) on delete set null,
    actor_type text not null default 'system' check (actor_type in ('client', 'operator', 'system')),
    channel text not null default 'dashboard' check (channel in ('dashboard', 'email', 'slack', 'other')),
    summary varchar(255),
    details text,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now()
);

comment on table onboarding_interactions is
    'One contact with the client of a journey, such as a nudge or a note; owned by Onboarding.';

-- serves: a journey's newest interactions, and the age of the last one
create index ix_onboarding_interactions_journey_id on onboarding_interactions (journey_id, created_at desc);

-- serves: the idle clock of one task
create index onboarding_interactions_task on onboarding_interactions (task_id, created_at desc) where task_id is not null;

-- serves: the job that clears old details (onboarding-retention)
create index onboarding_interactions_details on onboarding_interactions (created_at) where details is not null;

create table onboarding_journey_events (
    id uuid primary key,
    journey_id uuid not null references onboarding_journeys (id) on delete cascade,
    task_id uuid references onboarding_tasks (id) on delete set null,
    order_id uuid not null references orders (id) on delete cascade,
    event_type text not null check (event_type in (
        'journey_started', 'task_status_changed', 'artifact_received', 'referral_copied', 'pricing_experiment_segment')),
    status_before varchar(255),
    status_after varchar(255),
    metadata jsonb not null default '{}',
    occurred_at timestamptz not null default now()
);

comment on table onboarding_journey_events is 'One thing that happened on a journey; owned by Onboarding.';

create index ix_onboarding_journey_events_order_id on onboarding_journey_events (order_id);

-- serve: the foreign keys, when a journey or a task is deleted
create index onboarding_journey_events_journey on onboarding_journey_events (journey_id);
create index onboarding_journey_events_task on onboarding_journey_events (task_id) where task_id is not null;

-- serves: exports and reports of one type, both ways along time
create index ix_onboarding_journey_events_event_type on onboarding_journey_events (event_type, occurred_at, id);

create table onboarding_pricing_segment (
    journey_id uuid not null references onboarding_journeys (id) on delete cascade,
    slug varchar(255) not null,
    variant_key varchar(255) not null,
    variant_name varchar(255),
    is_control boolean,
    assignment_strategy varchar(255),
    status varchar(64),
    feature_flag_key varchar(255),
    recorded_at timestamptz not null,
    primary key (journey_id, slug, variant_key)
);

comment on table onboarding_pricing_segment is
    'The newest assignment of a journey to one variant of a pricing experiment; owned by Onboarding.';

-- serves: the operators' filter by experiment and variant
create index onboarding_pricing_segment_experiment on onboarding_pricing_segment (lower(slug), lower(variant_key));
