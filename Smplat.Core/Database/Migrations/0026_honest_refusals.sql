-- Tells providers that have nothing to offer from providers that fail.

create or replace view commerce.v_provider_error_rate as
select
    provider_id,
    count(*) as calls,
    count(*) filter (where event = 'provider_quote_error') as errors,
    count(*) filter (where event = 'provider_quote_error') * 100.0 / count(*) as error_rate_pct,
    count(*) filter (where error_code in ('HTTP_401', 'HTTP_403', 'AUTH_FAILED')) as credential_errors,
    -- No store near the address, or none of the items: counted among the errors, and no fault of the provider.
    count(*) filter (where error_code in ('NO_STORES', 'NO_ITEMS_MATCHED')) as nothing_to_offer
from edge_logs
where function_name = 'loopgpt_route_order'
    and event in ('provider_quote_success', 'provider_quote_error')
    and "timestamp" > now() - interval '24 hours'
group by provider_id;
