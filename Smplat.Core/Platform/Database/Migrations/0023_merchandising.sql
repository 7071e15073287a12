-- Products that operators edit over the API: a version for writers at the same time, media, and a history.

alter table products
    -- Rises with every write; a write names the version that it has read.
    add column version bigint not null default 1 check (version > 0);

comment on table products is 'One product that can be ordered; owned by Merchandising.';

create table product_media_assets (
    id uuid primary key,
    product_id uuid references products (id) on delete set null,
    label text check (length(label) <= 150),
    asset_url text not null check (length(asset_url) <= 1024),
    -- The blob; null for media that is stored elsewhere.
    storage_key text check (length(storage_key) <= 512),
    client_id text check (length(client_id) <= 64),
    display_order integer not null default 0 check (display_order >= 0),
    is_primary boolean not null default false,
    alt_text text check (length(alt_text) <= 512),
    usage_tags jsonb not null default '[]' check (jsonb_typeof(usage_tags) = 'array'),
    -- SHA-256 of the bytes in hex; computed from the blob, or as stated for media that is stored elsewhere.
    checksum text check (length(checksum) <= 128),
    content_type text,
    content_length bigint check (content_length >= 0),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table product_media_assets is 'One picture, video or document of a product; owned by Merchandising.';

-- serves: the media of a product
create index product_media_assets_product on product_media_assets (product_id, created_at);

-- One asset at most is the product's first picture.
create unique index product_media_assets_primary on product_media_assets (product_id) where is_primary;

-- A blob belongs to one asset, so removing the asset removes the blob.
create unique index product_media_assets_blob on product_media_assets (storage_key) where storage_key is not null;

create table product_asset_upload (
    storage_key text primary key check (length(storage_key) <= 512),
    -- As declared when the address was given out; what arrives must agree.
    content_type text not null,
    content_length bigint check (content_length > 0),
    requested_by text not null,
    created_at timestamptz not null,
    -- Set when the blob became an asset of a product.
    attached_at timestamptz,
    -- Set when nothing needs the blob any more; the cleanup deletes the blob, then this row.
    abandoned_at timestamptz,
    check (attached_at is null or abandoned_at is null)
);

comment on table product_asset_upload is 'One address for an upload that was given out, until its blob is gone; owned by Merchandising.';

-- serves: uploads that nobody finished, and blobs that nothing needs
create index product_asset_upload_open on product_asset_upload (created_at) where attached_at is null;

create table product_audit_logs (
    id uuid primary key,
    product_id uuid references products (id) on delete set null,
    -- The product's id, also after it was deleted.
    subject_id uuid not null,
    action text not null check (action in
        ('created', 'updated', 'deleted', 'restored', 'configuration_updated', 'asset_added', 'asset_removed')),
    actor_user_id uuid references users (id) on delete set null,
    -- Who made the change, as the caller states it; otherwise the name of the caller's key.
    actor_email text not null check (length(actor_email) <= 255),
    request_id text,
    before_snapshot jsonb,
    after_snapshot jsonb,
    metadata jsonb not null default '{}',
    created_at timestamptz not null,
    -- Two changes can fall into the same instant; this tells which came first.
    sequence bigint generated always as identity
);

comment on table product_audit_logs is 'One change of a product with the states before and after it; owned by Merchandising.';

-- serves: the history of a product, newest first
create index product_audit_logs_history on product_audit_logs (subject_id, sequence desc);

-- serves: the foreign key, when a product is deleted
create index product_audit_logs_product on product_audit_logs (product_id, created_at);

-- serves: the foreign key, when a person is deleted
create index product_audit_logs_actor on product_audit_logs (actor_user_id) where actor_user_id is not null;
