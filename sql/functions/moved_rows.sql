-- Of the real rows that etl_diff changes, how many there are, and how many of them lie elsewhere: an edge of their
-- bounding box is more than p_far, in units of the layer's system, from where it was.
create or replace function catalog.moved_rows(
    p_layer text, p_staging text, p_far double precision, out changed bigint, out moved bigint
)
language plpgsql
as $$
begin
    execute format($sql$
        select count(*), count(*) filter (where catalog.displacement(l.geom, s.geom) > $1)
        from etl_diff as d
        join layer.%1$I as l on l.id = d.id
        join staging.%2$I as s on s.id = d.row_number
        where d.change = 'changed' and l.release_from not in (select number from etl_demo_release)
        $sql$, p_layer, p_staging) into changed, moved using p_far;
end
$$;
