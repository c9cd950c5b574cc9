-- Ends of staged lines that come nearer to another line than the snapping distance and do not touch it.
-- Most ends of a network lie on another end exactly: those are taken out first, by their coordinates. Only where
-- others remain are the lines indexed. What is nearer than a millimetre touches: an end on the inside of a segment
-- is off it by rounding.
create or replace function catalog.check_dangles(p_staging text, p_snap float8)
returns table (row_number integer, other integer, size float8, place geometry)
language plpgsql
as $$
declare
    touching constant float8 := 0.001;
begin
    execute format($sql$
        create temporary table check_ends on commit drop as
        select min(tip.id) as id, tip.geom
        from (
            select s.id, tips.geom
            from staging.%1$I as s, st_dump(s.geom) as part,
                lateral (values (st_startpoint(part.geom)), (st_endpoint(part.geom))) as tips (geom)
        ) as tip
        group by tip.geom having count(*) = 1
        $sql$, p_staging);
    if exists (select from check_ends) then
        execute format('create index on staging.%I using gist (geom)', p_staging);
    end if;

    return query execute format($sql$
        select tip.id, nearest.id, nearest.distance, tip.geom
        from check_ends as tip, lateral (
            select s.id, st_distance(s.geom, tip.geom) as distance
            from staging.%1$I as s
            where s.id <> tip.id and st_dwithin(s.geom, tip.geom, $1)
            order by distance, s.id limit 1
        ) as nearest
        where nearest.distance > $2
        order by tip.id
        $sql$, p_staging) using p_snap, touching;
    drop table check_ends;
end
$$;
