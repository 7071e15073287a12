-- The trace of a run's last attempt: from a failed run to its spans and log lines. Runs from before have none.

alter table job_run add column trace_id text check (trace_id ~ '^[0-9a-f]{32}$');
