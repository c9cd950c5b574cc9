-- What a layer holds after a few edits: as catalog.outcome, from the current release and the rows that change. Counting
-- 600,000 rows takes 0.2 s, which only an edit at the edge of the layer's extent has to wait for.
create or replace function catalog.edit_outcome(p_layer text, p_staging text)
returns table (
    rows_added bigint, rows_changed bigint, rows_closed bigint, real_closed bigint, real_in_scope bigint,
    rows_total bigint, demo_rows bigint, extent double precision[], extent_wgs84 double precision[]
)
language plpgsql
as $$
declare
    before catalog.release;
    old_box box2d;
    new_box box2d;
    leaves_edge boolean;
    demo_gone bigint;
begin
    select r.* into before
    from catalog.layer as l join catalog.release as r on r.number = l.current_release where l.id = p_layer;
    execute format($sql$
        select st_extent(l.geom), count(*) filter (where l.release_from in (select number from etl_demo_release))
        from layer.%1$I as l join etl_diff as d on d.id = l.id
        $sql$, p_layer) into old_box, demo_gone;
    execute format($sql$
        select st_extent(s.geom) from staging.%1$I as s join etl_diff as d on d.row_number = s.id
        $sql$, p_staging) into new_box;

    leaves_edge := old_box is not null and not (
        st_xmin(old_box) > before.extent[1] and st_ymin(old_box) > before.extent[2]
        and st_xmax(old_box) < before.extent[3] and st_ymax(old_box) < before.extent[4]);
    if before.extent is null or leaves_edge then
        return query select * from catalog.outcome(p_layer, p_staging, null, false);
        return;
    end if;

    select count(*) filter (where d.change = 'added'), count(*) filter (where d.change = 'changed'),
           count(*) filter (where d.change = 'closed')
    into rows_added, rows_changed, rows_closed from etl_diff as d;
    rows_total := before.rows_total + rows_added - rows_closed;
    demo_rows := before.demo_rows - demo_gone;
    real_closed := rows_closed;
    real_in_scope := before.rows_total - before.demo_rows;
    extent := before.extent;
    extent_wgs84 := before.extent_wgs84;
    if new_box is not null then
        extent := array[least(extent[1], st_xmin(new_box)), least(extent[2], st_ymin(new_box)),
                        greatest(extent[3], st_xmax(new_box)), greatest(extent[4], st_ymax(new_box))];
    end if;
    if extent is distinct from before.extent then
        extent_wgs84 := catalog.wgs84_outline(extent, find_srid('layer', p_layer, 'geom'));
    end if;
    return next;
end
$$;
