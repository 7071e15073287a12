-- Snowflake: where exported follow-ups land. Run once, as a role that may create objects in schema analytics.
-- Replace the bucket and the storage integration, which an account administrator creates.

create schema if not exists analytics;

create file format if not exists analytics.guardrail_followups_parquet type = parquet use_logical_type = true;
create file format if not exists analytics.guardrail_followups_ndjson type = json strip_outer_array = false;

create stage if not exists analytics.guardrail_followups_stage
    url = 's3://smplat-analytics/guardrail_followups/'
    storage_integration = smplat_analytics;

create table if not exists analytics.guardrail_followups (
    position bigint not null,
    follow_up_id varchar not null primary key,
    provider_id varchar not null,
    provider_name varchar,
    action varchar not null,
    source varchar not null,
    notes varchar,
    platform_context_id varchar,
    platform_context_label varchar,
    platform_context_handle varchar,
    platform_context_type varchar,
    conversion_cursor varchar,
    conversion_href varchar,
    -- A JSON array as text: parse_json(attachments).
    attachments varchar not null,
    created_at timestamp_tz not null
);

-- Files are loaded here first, and merged from here.
create table if not exists analytics.guardrail_followups_landing like analytics.guardrail_followups;
