-- Tables that people fill in round coordinates. Here a staged row takes the place that is served back, where it is that
-- place but for the rounding; else a file that nobody has changed would change every feature.

-- p_key: where there is one, of the same feature only. p_rounding: by how much a place may be rounded, in units of the
-- layer's system. A geometry is the same where it has as many vertices and none of them is farther away.
create or replace function catalog.keep_rounded_places(
    p_layer text, p_staging text, p_key text[], p_rounding double precision
) returns void
language plpgsql
as $$
begin
    execute format($sql$
        update staging.%2$I as s set geom = served.geom
        from (
            select distinct on (n.id) n.id, l.geom
            from staging.%2$I as n
            inner join layer.%1$I as l on l.geom && st_expand(n.geom, $1) and (%3$s)
            where catalog.displacement(l.geom, n.geom) <= $1
                and st_npoints(l.geom) = st_npoints(n.geom)
                and st_hausdorffdistance(l.geom, n.geom) <= $1
            order by n.id, st_hausdorffdistance(l.geom, n.geom), l.id
        ) as served
        where served.id = s.id
        $sql$,
        p_layer, p_staging,
        coalesce((select string_agg(format('l.%1$I = n.%1$I', name), ' and ') from unnest(p_key) as name), 'true')
    ) using p_rounding;
end
$$;
