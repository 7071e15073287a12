-- Two steps of an order can fall into the same instant; the history tells which came first.

alter table order_status_change
    add column sequence bigint generated always as identity;

drop index order_status_change_history;

-- serves: the history of one order
create index order_status_change_history on order_status_change (order_id, sequence);
