-- Of pairs of staged rows that may be near each other, those that may be one feature: equal in all columns but the
-- key and nowhere farther apart than the tolerance (Hausdorff), or lines or polygons with the very same vertices.
-- Points with other values may well share a place: two offices in one building. Each row is told of once.
create or replace function catalog.check_near_duplicates(
    p_staging text, p_columns text[], p_rows integer[], p_others integer[], p_tolerance float8
) returns table (row_number integer, other integer, same_columns boolean)
language plpgsql
as $$
declare
    ones text := (select string_agg(format('a.%I', name), ', ') from unnest(p_columns) as name);
    others text := (select string_agg(format('b.%I', name), ', ') from unnest(p_columns) as name);
    same text := case when ones is null then 'true' else format('(%s) is not distinct from (%s)', ones, others) end;
begin
    return query execute format($sql$
        select distinct on (near.id) near.id, near.other, near.same
        from (
            select a.id, b.id as other, %2$s as same, a.geom as one, b.geom as two
            from unnest($1, $2) as pair (one, two)
            join staging.%1$I as a on a.id = pair.one
            join staging.%1$I as b on b.id = pair.two
        ) as near
        where near.same and st_hausdorffdistance(near.one, near.two) <= $3
        or near.one = near.two and st_dimension(near.one) > 0
        order by near.id, near.same desc, near.other
        $sql$, p_staging, same) using p_rows, p_others, p_tolerance;
end
$$;
