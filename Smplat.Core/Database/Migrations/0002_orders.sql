-- People, products and orders: what payments, fulfillment, checkout and onboarding hang on.

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

-- Order numbers: a sequence cannot give one number twice, whatever runs side by side.
create sequence order_number_seq;

create table orders (
    id uuid primary key,
    order_number text not null unique,
    user_id uuid references users (id) on delete set null,
    status text not null default 'pending'
        check (status in ('pending', 'processing', 'active', 'completed', 'on_hold', 'canceled')),
    source text not null default 'checkout' check (source in ('checkout', 'manual')),
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

-- serves: orders of a person (digests)
create index ix_orders_user_id on orders (user_id);

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

-- serves: items of an order
create index ix_order_items_order_id on order_items (order_id);
