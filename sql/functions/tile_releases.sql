-- Writes down which tiles a release changed: those that show what was closed or changed, as it was, or what was added
-- or changed, as it is, in their buffers too. Called with etl_diff applied. Nothing is written where all of the map may
-- have changed; who finds nothing takes every tile for changed.
create or replace function catalog.record_release_tiles(p_layer text, p_release bigint) returns void
language plpgsql
as $$
declare
    -- neither more tiles than these are told apart, nor more rows looked at
    most_tiles constant integer := 4096;
    most_rows constant integer := 200000;
    -- in degrees, of a tile of zoom 14: its buffer and as much again
    edge constant double precision := 360.0 / 16384 / 32;
    coarser integer;
begin
    if (select current_release is null from catalog.layer where id = p_layer)
        or (select count(*) from etl_diff) > most_rows then
        return;
    end if;
    -- 2^14 tiles across
    execute format($sql$
        create temporary table etl_tiles on commit drop as
        select catalog.tile_column(st_xmin(geom_wgs84) - %3$s, 16384) as west,
               catalog.tile_column(st_xmax(geom_wgs84) + %3$s, 16384) as east,
               catalog.tile_row(st_ymax(geom_wgs84) + %3$s, 16384) as north,
               catalog.tile_row(st_ymin(geom_wgs84) - %3$s, 16384) as south
        from (
            select l.geom_wgs84 from layer.%1$I as l where l.release_from = %2$s
            union all
            select h.geom_wgs84 from etl_diff as d join history.%1$I as h on h.id = d.id and h.release_to = %2$s
        ) as touched
        $sql$, p_layer, p_release, edge);

    -- coarse enough for the largest feature first, so that the list below stays short; then for all of them
    select coalesce(max(step), 0) into coarser
    from etl_tiles, lateral (
        select min(step) as step
        from generate_series(0, 14) as step
        where ((east >> step) - (west >> step) + 1)::bigint * ((south >> step) - (north >> step) + 1) <= most_tiles / 16
    ) as enough;
    loop
        insert into catalog.release_tiles
        select p_release, 14 - coarser, coalesce(array_agg(x), '{}'), coalesce(array_agg(y), '{}')
        from (
            select distinct x, y
            from etl_tiles, generate_series(west >> coarser, east >> coarser) as x,
                generate_series(north >> coarser, south >> coarser) as y
        ) as tiles
        having count(*) <= most_tiles;
        exit when found or coarser = 14;
        coarser := coarser + 1;
    end loop;
    drop table etl_tiles;
end
$$;
