-- Takes back what etl_diff would close of another time than the delivery's: the file of one state of the units says
-- nothing of those before and after, so that no day is left without units. That goes for demonstration rows as well:
-- they are marked as such, and give way to what is delivered for their own day.
-- p_begins, p_ends: the layer's columns for the first day of validity and the first day after it.
create or replace function catalog.spare_other_times(
    p_layer text, p_begins text, p_ends text, p_on date
) returns void
language plpgsql
as $$
begin
    execute format($sql$
        delete from etl_diff as d using layer.%1$I as l
        where d.change = 'closed' and l.id = d.id
        and (l.%2$I > $1 or l.%3$I <= $1)
        $sql$, p_layer, p_begins, p_ends) using p_on;
end
$$;

-- How many real rows a delivery of that day speaks for: what it loses is judged by these, not by those of all times.
-- p_scope: the unit's polygon, or null for the whole layer.
create or replace function catalog.real_rows_then(
    p_layer text, p_begins text, p_ends text, p_on date, p_scope geometry
) returns bigint
language plpgsql
as $$
declare
    found bigint;
begin
    execute format($sql$
        select count(*) from layer.%1$I as l
        where (l.%2$I is null or l.%2$I <= $1) and (l.%3$I is null or l.%3$I > $1)
        and l.release_from not in (select number from etl_demo_release)
        and ($2 is null or l.geom && $2 and st_intersects($2, st_pointonsurface(l.geom)))
        $sql$, p_layer, p_begins, p_ends) into found using p_on, p_scope;
    return found;
end
$$;
