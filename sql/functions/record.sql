-- What the catalogue's records say about the past of layers.

-- For each layer that the caller may see (its row security decides) and that was released: since when there is data,
-- when an agency last delivered, and the newest `most` releases, newest first. An edit or rollback is no delivery:
-- it does not put the next update off.
create or replace function catalog.layer_pasts(most integer)
returns table (layer_id text, first_released timestamptz, last_delivered timestamptz, releases jsonb)
language sql stable as $$
    select
        l.id,
        (select min(r.released_at) from catalog.release as r where r.layer_id = l.id),
        (
            select max(r.released_at) from catalog.release as r
            where r.layer_id = l.id and r.origin in ('demo', 'delivery')
        ),
        (
            select jsonb_agg(to_jsonb(n) order by n.number desc)
            from (
                select
                    r.number, r.origin, r.scope, r.mode, r.as_of, r.released_at, r.rows_added, r.rows_changed,
                    r.rows_closed, r.delivery_id
                from catalog.seen_release as r
                where r.layer_id = l.id
                order by r.number desc
                limit most
            ) as n
        )
    from catalog.layer as l
    where l.current_release is not null
$$;

-- What the files of deliveries were called and when they came. For the internal service alone, hence its owner's
-- rights: a file's name is the agency's own affair, and nobody who serves may read the table of deliveries.
create or replace function catalog.delivered_files(numbers bigint[])
returns table (id bigint, file_name text, received_at timestamptz, sha256 text)
language sql stable security definer set search_path = catalog, pg_temp as $$
    select d.id, d.file_name, d.received_at, d.sha256
    from catalog.delivery as d
    inner join catalog.layer as l on d.layer_id = l.id
    where
        d.id = any(numbers)
        and case
            when l.hides_rows then l.id = any((select access.whole_layers())::text[])
            else l.access in ('public', 'internal')
        end
$$;

revoke execute on function catalog.delivered_files(bigint[]) from public;
grant execute on function catalog.delivered_files(bigint[]) to dothi_reader_internal;
