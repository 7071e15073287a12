-- Ties an order to its decision beyond the life of the session, so that experiments see what became of it.

alter table commerce.orders add column request_id text;

-- serves: outcomes by decision (experiments)
create index orders_request on commerce.orders (request_id) where request_id is not null;
