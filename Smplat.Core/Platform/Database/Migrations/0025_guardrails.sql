-- Follow-ups of operators on provider guardrails, and where each provider stands.

-- One row: the place of the newest follow-up. The row stays locked until the follow-up commits, so that places are given in the
-- order of commits. A reader that has seen place n has seen every follow-up with a smaller place, and none can appear later.
create table provider_guardrail_position (
    only_row boolean primary key default true check (only_row),
    last bigint not null default 0
);

comment on table provider_guardrail_position is 'The place of the newest follow-up; owned by Guardrails.';

insert into provider_guardrail_position default values;

create table provider_guardrail_followup (
    id uuid primary key,
    -- Given by the trigger below, whoever inserts.
    position bigint not null,
    provider_id text not null check (length(provider_id) between 1 and 128),
    provider_name text check (length(provider_name) <= 255),
    action text not null check (action in ('pause', 'resume', 'escalate')),
    source text not null default 'manual' check (source in ('manual', 'automation')),
    notes text,
    platform_context jsonb check (jsonb_typeof(platform_context) = 'object'),
    attachments jsonb not null default '[]' check (jsonb_typeof(attachments) = 'array'),
    conversion_cursor text check (length(conversion_cursor) <= 255),
    conversion_href text,
    created_at timestamptz not null default now(),
    -- serves: the export, which reads on from the last place
    constraint provider_guardrail_followup_position unique (position)
);

comment on table provider_guardrail_followup is 'What an operator or automation did about a provider''s guardrails; owned by Guardrails.';

-- serves: the list of a provider, newest first, and the actions of a week
create index provider_guardrail_followup_provider on provider_guardrail_followup (provider_id, created_at desc, position desc);
create index provider_guardrail_followup_created on provider_guardrail_followup (created_at);

create function place_guardrail_followup() returns trigger language plpgsql as $$
begin
    update provider_guardrail_position set last = last + 1 returning last into new.position;
    return new;
end
$$;

create trigger provider_guardrail_followup_place before insert on provider_guardrail_followup
    for each row execute function place_guardrail_followup();

create table provider_guardrail_status (
    provider_id text primary key,
    provider_name text,
    last_action text not null,
    is_paused boolean not null default false,
    last_source text not null default 'manual' check (last_source in ('manual', 'automation')),
    updated_at timestamptz not null,
    last_follow_up_id uuid references provider_guardrail_followup (id) on delete set null
);

comment on table provider_guardrail_status is 'Where a provider stands after its last follow-up; owned by Guardrails.';

-- serves: the foreign key
create index provider_guardrail_status_follow_up on provider_guardrail_status (last_follow_up_id);

-- serves: the telemetry of a provider over its newest orders
create index fulfillment_provider_orders_provider on fulfillment_provider_orders (provider_id, created_at desc, id desc);
