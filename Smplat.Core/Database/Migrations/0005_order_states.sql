-- Why an order waits, where it goes on from, and every step that it took.

alter table orders
    add column hold_reason text check (hold_reason in ('payment', 'fulfillment', 'operator')),
    -- The status that a release gives back.
    add column held_from text check (held_from in ('pending', 'processing', 'active', 'completed')),
    -- The caller's own key of a creation: the same key is the same order.
    add column request_key text unique;

create table order_status_change (
    id uuid primary key,
    order_id uuid not null references orders (id) on delete cascade,
    from_status text not null,
    to_status text not null,
    cause text not null,
    reason text,
    actor text not null,
    changed_at timestamptz not null
);

-- serves: the history of one order
create index order_status_change_history on order_status_change (order_id, changed_at);
