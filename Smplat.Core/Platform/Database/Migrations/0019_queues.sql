-- A line of the routing log has a key, so that a batch whose acknowledgement was lost is not written twice.
-- Lines from before, and those of code that does not know the column, have none.
alter table edge_logs add column line_id uuid;

-- serves: the check which lines of a repeated batch are there already
create unique index edge_logs_line on edge_logs (line_id, "timestamp");

-- serves: the claim of one kind of internal message, whatever waits in the lanes of the others
create index notification_outbox_internal on notification_outbox (kind, not_before, id)
    where channel = 'internal' and status = 'pending';
