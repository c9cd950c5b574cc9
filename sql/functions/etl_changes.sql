-- What etl_diff says, feature by feature, with the values before and after: rows as of catalog.preview_change, but for
-- the delivery. A feature whose label alone changes (demonstration data that becomes real) has no changed column.
create or replace function catalog.changes(p_layer text, p_staging text, p_columns text[])
returns table (
    number bigint, change text, feature_id bigint, row_number integer, columns text[], old_values jsonb,
    new_values jsonb, geom geometry, old_geom geometry
)
language plpgsql
as $$
declare
    ours text := (select string_agg(format('l.%I', name), ', ') from unnest(p_columns) as name);
    theirs text := (select string_agg(format('s.%I', name), ', ') from unnest(p_columns) as name);
    differing text := (
        select string_agg(format('case when l.%1$I is distinct from s.%1$I then %1$L end', name), ', ')
        from unnest(p_columns || 'geom'::text) as name
    );
begin
    return query execute format($sql$
        select row_number() over (order by d.change, d.row_number, d.id), d.change, d.id, d.row_number,
               case when d.change = 'changed' then array_remove(array[%5$s], null) else '{}' end,
               case when d.change <> 'added' then (select to_jsonb(old) from (select %3$s) as old) end,
               case when d.change <> 'closed' then (select to_jsonb(new) from (select %4$s) as new) end,
               coalesce(s.geom, l.geom),
               case when d.change = 'changed' and l.geom is distinct from s.geom then l.geom end
        from etl_diff as d
        left join staging.%2$I as s on s.id = d.row_number
        left join layer.%1$I as l on l.id = d.id and d.change <> 'added'
        $sql$, p_layer, p_staging, ours, theirs, differing);
end
$$;
