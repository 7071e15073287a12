-- One decision per person and ISO week: the row is the claim, and commits with the message.

create table digest_issue (
    user_id uuid not null references users (id) on delete cascade,
    iso_week text not null check (iso_week ~ '^\d{4}-W\d{2}$'),
    outcome text not null check (outcome in ('enqueued', 'empty')),
    created_at timestamptz not null,
    primary key (user_id, iso_week)
);

-- serves: the last issue of a person
create index digest_issue_latest on digest_issue (user_id, created_at desc);

-- serves: the walk over the people who want digests
create index users_digest_order on users (created_at, id) where status = 'active' and role = 'client';
