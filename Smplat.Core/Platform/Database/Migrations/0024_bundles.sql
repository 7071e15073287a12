-- Bundles of products with a price rule, how often they are accepted, and catalogs promoted from another environment.

create table catalog_bundles (
    id uuid primary key,
    primary_product_slug text not null,
    bundle_slug text not null unique,
    title text not null,
    description text,
    savings_copy text,
    cms_priority integer not null default 100 check (cms_priority between 0 and 1000),
    -- A list of {slug, quantity, kind}; kind is product or bundle.
    components jsonb not null check (jsonb_typeof(components) = 'array'),
    -- The price: what the components cost together, less an amount or a share, or a price of its own.
    price_rule text not null default 'sum' check (price_rule in ('sum', 'fixed', 'amount_off', 'percent_off')),
    price_value numeric(10, 2) check (price_value >= 0),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    -- Rises with every write; a write names the version that it has read.
    version bigint not null default 1 check (version > 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check ((price_rule = 'sum') = (price_value is null)),
    check (price_rule <> 'percent_off' or price_value <= 100)
);

comment on table catalog_bundles is 'One bundle of products that is ordered as one line; owned by Merchandising.';

-- serves: the bundles of a product
create index ix_catalog_bundles_primary_product_slug on catalog_bundles (primary_product_slug);

-- serves: which bundles a product or bundle is a component of
create index catalog_bundles_components on catalog_bundles using gin (components jsonb_path_ops);

create table catalog_bundle_acceptance_metrics (
    id uuid primary key,
    bundle_slug text not null references catalog_bundles (bundle_slug) on delete cascade,
    lookback_days integer not null default 30 check (lookback_days > 0),
    acceptance_rate numeric(6, 4) not null default 0,
    acceptance_count integer not null default 0 check (acceptance_count >= 0),
    sample_size integer not null default 0 check (sample_size >= 0),
    last_accepted_at timestamptz,
    computed_at timestamptz not null default now(),
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint uq_bundle_acceptance_window unique (bundle_slug, lookback_days)
);

comment on table catalog_bundle_acceptance_metrics is
    'How often orders with the primary product of a bundle had its components too, within a window; owned by Merchandising.';

create table catalog_recommendation_cache (
    primary_slug text primary key,
    payload jsonb not null,
    metadata jsonb not null default '{}',
    computed_at timestamptz not null,
    expires_at timestamptz not null
);

comment on table catalog_recommendation_cache is 'The bundles to recommend beside one product, until they expire; owned by Merchandising.';

create table catalog_promotion (
    -- SHA-256 of the plan, so that a plan is applied once.
    id text primary key check (length(id) = 64),
    -- The file as it was applied; its hash covers the order of its members, which jsonb would lose.
    plan text not null,
    actor text not null,
    applied_at timestamptz not null,
    rolled_back_at timestamptz,
    rolled_back_by text
);

comment on table catalog_promotion is 'One plan of catalog changes from another environment that was applied here; owned by Merchandising.';

-- The bundle line that an item is a part of: its slug, title, place, quantity and price; null for an ordinary line.
alter table order_items add column bundle jsonb;
