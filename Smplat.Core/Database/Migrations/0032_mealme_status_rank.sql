-- How far an order has come, so that an event that arrives late never takes it back. The three ends rank alike:
-- between them the vendor's own time decides.
create function commerce.mealme_status_rank(status text) returns integer
    language sql immutable strict parallel safe
    return case status
        when 'cart_created' then 0
        when 'unplaced' then 1
        when 'awaiting_confirmation' then 2
        when 'in_progress' then 3
        else 4
    end;
