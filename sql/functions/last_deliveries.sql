-- When each agency last delivered each layer. A delivery that brought nothing new counts: somebody looked, and all is
-- as it was; one of a demonstration that was left does not. With the owner's rights, as readers may not see
-- deliveries; the public service learns of public layers only, colleagues of what they see, and session_user is who
-- asks even here.
create or replace function catalog.last_deliveries()
returns table (layer_id text, agency text, last_delivered timestamptz)
language sql stable security definer set search_path = catalog, pg_temp as $$
    select d.layer_id, d.agency, max(d.received_at)
    from catalog.delivery as d
    inner join catalog.layer as l on d.layer_id = l.id
    where d.status in ('accepted', 'unchanged') and d.agency is not null and d.left_at is null
        and (l.access = 'public' or session_user <> 'dothi_reader_public')
        and (
            not l.hides_rows or session_user <> 'dothi_reader_internal'
            or l.id = any((select access.claimed_layers())::text[])
        )
    group by d.layer_id, d.agency
$$;

revoke execute on function catalog.last_deliveries() from public;
grant execute on function catalog.last_deliveries() to
dothi_loader, dothi_reader_public, dothi_reader_internal;
