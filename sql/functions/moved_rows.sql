-- Of the real rows that etl_diff changes, how many there are and how many of them lie elsewhere: an edge of their
-- bounding box is more than p_moved_m metres from where it was. The box is in the row's head (as single floats, good
-- to a quarter of a metre here), so that no outline has to be read: 600,000 rows take as long as their join.
create or replace function catalog.moved_rows(
    p_layer text, p_staging text, p_moved_m double precision, out changed bigint, out moved bigint
)
language plpgsql
as $$
begin
    execute format($sql$
        select count(*), count(*) filter (where greatest(
            abs(st_xmin(old) - st_xmin(new)), abs(st_xmax(old) - st_xmax(new)),
            abs(st_ymin(old) - st_ymin(new)), abs(st_ymax(old) - st_ymax(new))) > $1)
        from (
            select box2d(l.geom) as old, box2d(s.geom) as new
            from etl_diff as d
            join layer.%1$I as l on l.id = d.id
            join staging.%2$I as s on s.id = d.row_number
            where d.change = 'changed' and l.release_from not in (select number from etl_demo_release)
        ) as boxes
        $sql$, p_layer, p_staging) into changed, moved using p_moved_m;
end
$$;
