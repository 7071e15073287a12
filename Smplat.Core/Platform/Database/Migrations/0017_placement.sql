-- The placement of an order: what is known of an attempt, who settles an unknown one, and which figures are of mocks.

alter table commerce.order_attempts
    drop constraint order_attempts_outcome_check,
    add constraint order_attempts_outcome_check
        check (outcome in ('started', 'submitted', 'placed', 'handed_off', 'failed', 'unknown')),
    -- The moment before the provider's point of no return. Null: nothing was submitted yet, or the provider does not ask.
    add column submitted_at timestamptz,
    -- What proves the outcome, in words.
    add column evidence text,
    -- When operators were asked to find out, and who of them did.
    add column attention_at timestamptz,
    add column settled_by text,
    -- Set by operators who found the order at the provider.
    add column provider_order_id text;

-- serves: the placements that operators have to settle
create index order_attempts_open on commerce.order_attempts (started_at) where outcome in ('started', 'submitted', 'unknown');

-- Recovery leaves the session alone until then.
alter table commerce.routing_sessions add column check_after timestamptz;

-- The order came from invented prices: it counts in no figure of the business.
alter table commerce.orders add column is_mock boolean not null default false;
alter table edge_logs add column is_mock boolean not null default false;

-- The moment before the order was placed; an order without it was only ever quoted.
alter table commerce.mealme_order add column submitted_at timestamptz;

-- serves: the retention of orders that were only quoted
create index mealme_order_quoted on commerce.mealme_order (updated_at)
    where status in ('cart_created', 'unplaced') and submitted_at is null;
