-- An order has one open payment page at most, and a payment that came on top of another is seen.

alter table payments add column page_closed_at timestamptz;
-- Captured while another payment of the same order stood already.
alter table payments add column is_surplus boolean not null default false;

-- serves: pages that should be closed
create index payments_open_page on payments (order_id, created_at)
    where provider_session_id is not null and page_closed_at is null and status in ('pending', 'failed');

-- serves: how many orders are paid twice
create index payments_surplus on payments (order_id) where is_surplus and status = 'succeeded';
