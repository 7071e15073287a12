-- Sign-ins that failed, by keyed hash of identifier and address, and the lockouts that follow.

create table auth_lockout (
    -- Keyed hashes: without the key of the app nobody can tell whose row it is.
    identifier_hash text not null check (length(identifier_hash) = 64),
    -- The keyed hash of a client address; 'none' for attempts reported without one, 'any' for all of them together.
    source text not null check (source in ('none', 'any') or length(source) = 64),
    failures integer not null default 0 check (failures >= 0),
    window_started_at timestamptz,
    locked_at timestamptz,
    locked_until timestamptz,
    -- Since when, and until when, the address counts as one from which the member signs in.
    known_since timestamptz,
    known_until timestamptz,
    -- The last attempt that was counted; one that is reported while the lock holds is not.
    attempt_id uuid,
    updated_at timestamptz not null,
    primary key (identifier_hash, source),
    check ((locked_at is null) = (locked_until is null)),
    check ((known_since is null) = (known_until is null))
);

comment on table auth_lockout is
    'Failed sign-ins of one identifier from one address, and its lockout; owned by Access.';

-- serves: rows that say nothing any more
create index auth_lockout_age on auth_lockout (updated_at);

create table auth_lockout_lift (
    id bigint generated always as identity primary key,
    identifier_hash text not null check (length(identifier_hash) = 64),
    locks integer not null check (locks >= 0),
    actor text not null check (length(actor) between 1 and 100),
    reason text not null check (length(reason) between 1 and 500),
    lifted_at timestamptz not null
);

comment on table auth_lockout_lift is
    'An operator lifted the lockouts of one identifier, and why; owned by Access.';

-- serves: the lifts of one identifier, newest first
create index auth_lockout_lift_identifier on auth_lockout_lift (identifier_hash, lifted_at desc);

-- serves: lifts past retention
create index auth_lockout_lift_age on auth_lockout_lift (lifted_at);
