-- Snowflake: loads new files of the export. Run it after each export, or as a task.
-- A file may be loaded twice and a follow-up may be in two files; the table has it once.

copy into analytics.guardrail_followups_landing
    from @analytics.guardrail_followups_stage
    pattern = '.*[.]parquet'
    file_format = (format_name = 'analytics.guardrail_followups_parquet')
    match_by_column_name = case_insensitive
    on_error = abort_statement;

-- An export as NDJSON:
-- copy into analytics.guardrail_followups_landing
--     from @analytics.guardrail_followups_stage
--     pattern = '.*[.]ndjson'
--     file_format = (format_name = 'analytics.guardrail_followups_ndjson')
--     match_by_column_name = case_insensitive
--     on_error = abort_statement;

begin transaction;

merge into analytics.guardrail_followups as target
using (
    select *
    from analytics.guardrail_followups_landing
    qualify row_number() over (partition by follow_up_id order by position desc) = 1
) as fresh
on target.follow_up_id = fresh.follow_up_id
when matched then update set
    position = fresh.position,
    provider_id = fresh.provider_id,
    provider_name = fresh.provider_name,
    action = fresh.action,
    source = fresh.source,
    notes = fresh.notes,
    platform_context_id = fresh.platform_context_id,
    platform_context_label = fresh.platform_context_label,
    platform_context_handle = fresh.platform_context_handle,
    platform_context_type = fresh.platform_context_type,
    conversion_cursor = fresh.conversion_cursor,
    conversion_href = fresh.conversion_href,
    attachments = fresh.attachments,
    created_at = fresh.created_at
when not matched then insert (
    position, follow_up_id, provider_id, provider_name, action, source, notes, platform_context_id, platform_context_label,
    platform_context_handle, platform_context_type, conversion_cursor, conversion_href, attachments, created_at)
values (
    fresh.position, fresh.follow_up_id, fresh.provider_id, fresh.provider_name, fresh.action, fresh.source, fresh.notes,
    fresh.platform_context_id, fresh.platform_context_label, fresh.platform_context_handle, fresh.platform_context_type,
    fresh.conversion_cursor, fresh.conversion_href, fresh.attachments, fresh.created_at);

-- What was merged, and nothing that a later load has added meanwhile.
delete from analytics.guardrail_followups_landing
where follow_up_id in (select follow_up_id from analytics.guardrail_followups);

commit;
