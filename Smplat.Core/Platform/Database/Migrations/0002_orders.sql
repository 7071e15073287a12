-- People, products and orders: what payments, fulfillment, checkout and onboarding refer to.

create table users (
    id uuid primary key,
    email text unique,
    display_name text,
    role text not null default 'client' check (role in ('client', 'admin', 'finance')),
    status text not null default 'active' check (status in ('active', 'invited', 'suspended')),
    time_zone text not null default 'UTC',
    locale text not null default 'en-US',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table users is 'One person who buys or works here; owned by Orders.';

-- serves: the pages of people who want digests (Digests)
create index users_digest_order on users (created_at, id) where status = 'active' and role = 'client';

create table products (
    id uuid primary key,
    slug text not null unique,
    title text not null,
    description text,
    category text not null,
    base_price numeric(10, 2) not null check (base_price >= 0),
    currency text not null default 'EUR' check (currency in ('EUR', 'USD')),
    status text not null default 'draft' check (status in ('draft', 'active', 'archived')),
    channel_eligibility jsonb not null default '[]',
    fulfillment_config jsonb,
    configuration_presets jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table products is 'One product that can be ordered; owned by Orders.';

-- Order numbers: a sequence cannot give one number twice, however many orders are placed at once.
create sequence order_number_seq;

create table orders (
    id uuid primary key,
    order_number text not null unique,
    user_id uuid references users (id) on delete set null,
    status text not null default 'pending'
        check (status in ('pending', 'processing', 'active', 'completed', 'on_hold', 'canceled')),
    -- Why an order is on hold, and the status that a release gives back.
    hold_reason text check (hold_reason in ('payment', 'fulfillment', 'operator')),
    held_from text check (held_from in ('pending', 'processing', 'active', 'completed')),
    source text not null default 'checkout' check (source in ('checkout', 'manual')),
    -- The caller's own key of a creation: the same key is the same order.
    request_key text unique,
    subtotal numeric(12, 2) not null default 0,
    tax numeric(12, 2) not null default 0,
    total numeric(12, 2) not null default 0,
    currency text not null default 'EUR' check (currency in ('EUR', 'USD')),
    loyalty_projection_points integer,
    notes text,
    receipt_storage_key text,
    receipt_storage_url text,
    receipt_storage_uploaded_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table orders is 'One order of the shop; owned by Orders.';

-- serves: orders of a person (digests)
create index ix_orders_user_id on orders (user_id);

-- serves: stalled checkouts that no orchestration has reported (Checkout)
create index orders_stalled_checkout on orders (created_at) where status = 'pending' and source = 'checkout';

create table order_items (
    id uuid primary key,
    order_id uuid not null references orders (id) on delete cascade,
    product_id uuid references products (id) on delete set null,
    product_title text not null,
    quantity integer not null default 1 check (quantity >= 1),
    unit_price numeric(12, 2) not null,
    total_price numeric(12, 2) not null,
    selected_options jsonb,
    attributes jsonb,
    platform_context jsonb,
    customer_social_account_id uuid,
    baseline_metrics jsonb,
    delivery_snapshots jsonb,
    target_metrics jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table order_items is 'One line of an order; owned by Orders.';

-- serves: items of an order
create index ix_order_items_order_id on order_items (order_id);

-- serves: the foreign key, when a product is deleted
create index order_items_product on order_items (product_id) where product_id is not null;

create table order_status_change (
    id uuid primary key,
    order_id uuid not null references orders (id) on delete cascade,
    from_status text not null,
    to_status text not null,
    cause text not null,
    reason text,
    actor text not null,
    changed_at timestamptz not null,
    -- Two steps of an order can fall into the same instant; this tells which came first.
    sequence bigint generated always as identity
);

comment on table order_status_change is 'One step of an order from one status to the next; owned by Orders.';

-- serves: the history of one order
create index order_status_change_history on order_status_change (order_id, sequence);
