-- Which key opened what, by day: the access review reads it. Never the key, only its name and a fingerprint.
create table key_use (
    day date not null,
    -- 'unknown' where nobody's key, or none, was shown.
    key_name text not null,
    fingerprint text not null,
    -- What the route asks for.
    scope text not null check (scope in ('storefront', 'metrics', 'operator')),
    outcome text not null check (outcome in ('opened', 'wrong_scope', 'wrong_key', 'no_key', 'not_configured')),
    uses bigint not null check (uses > 0),
    first_used_at timestamptz not null,
    last_used_at timestamptz not null,
    primary key (day, key_name, fingerprint, scope, outcome)
);
