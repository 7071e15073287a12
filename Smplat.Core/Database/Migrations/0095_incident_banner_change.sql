-- Who put incident banners up and took them down, and why: what a postmortem asks for.

create table incident_banner_change (
    id bigint generated always as identity primary key,
    action text not null check (action in ('set', 'clear')),
    message text not null,
    severity text not null,
    actor text not null,
    reason text,
    changed_at timestamptz not null
);

-- serves: the latest changes
create index incident_banner_change_latest on incident_banner_change (changed_at desc, id desc);
