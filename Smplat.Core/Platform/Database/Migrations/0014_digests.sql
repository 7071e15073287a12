-- One decision per person and ISO week: the row is the claim, and commits with the message.

create table digest_issue (
    user_id uuid not null references users (id) on delete cascade,
    iso_week text not null check (iso_week ~ '^\d{4}-W\d{2}$'),
    outcome text not null check (outcome in ('enqueued', 'empty')),
    created_at timestamptz not null,
    primary key (user_id, iso_week)
);

comment on table digest_issue is 'The decision about one person''s digest of one ISO week; owned by Digests.';

-- serves: the last issue of a person
create index digest_issue_latest on digest_issue (user_id, created_at desc);
