-- Quotes are a few kilobytes of repetitive text: the fast compression costs a tenth of the default one, where it is built in.

do $$
begin
    alter table commerce.routing_sessions alter column quotes set compression lz4;
exception
    when feature_not_supported then null;
end
$$;
