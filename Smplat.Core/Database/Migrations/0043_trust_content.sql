-- What editors wrote for the checkout, as the content system sent it: one row an environment and slug, with the draft
-- and the published version. A deleted document leaves its row, so that an older message that comes late cannot bring it back.
create table checkout_trust_experiences (
    environment text not null check (environment in ('development', 'test', 'production')),
    slug text not null check (length(slug) between 1 and 120),
    document_id text,
    draft jsonb,
    published jsonb,
    -- When the content system last changed the document; messages older than that are not taken.
    document_updated_at timestamptz,
    request_id text,
    draft_at timestamptz,
    published_at timestamptz,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null,
    primary key (environment, slug),
    check (deleted_at is null or (draft is null and published is null))
);
