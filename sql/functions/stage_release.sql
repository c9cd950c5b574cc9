-- Stages what has to come back so that a layer is again what it was after p_release, and fills etl_diff as
-- catalog.diff does. Says whether any of it is demonstration data. Versions go by ids: nothing has to be recognised.
-- Only what a later release touched is read: open versions from after p_release, and closed ones that were open then.
create or replace function catalog.stage_release(
    p_layer text, p_staging text, p_columns text[], p_release bigint
) returns boolean
language plpgsql
as $$
declare
    own text := (select string_agg(format('%I', name), ', ') from unnest(p_columns || 'geom'::text) as name);
    now text := (select string_agg(format('l.%I', name), ', ') from unnest(p_columns || 'geom'::text) as name);
    before text := (select string_agg(format('h.%I', name), ', ') from unnest(p_columns || 'geom'::text) as name);
    is_demo boolean;
begin
    create temporary table etl_diff (change text, id bigint, row_number integer) on commit drop;
    create temporary table etl_demo_release on commit drop as
        select number from catalog.release where layer_id = p_layer and demo;
    create temporary table etl_then (row_number integer, id bigint, release_from bigint) on commit drop;
    execute format($sql$
        insert into etl_then
        select row_number() over (order by h.id), h.id, h.release_from
        from history.%I as h where h.release_from <= $1 and h.release_to > $1
        $sql$, p_layer) using p_release;
    -- without statistics of it the joins below are planned for a handful of rows
    create unique index on etl_then (row_number);
    create index on etl_then (id);
    analyze etl_then;

    execute format($sql$
        insert into etl_diff
        select case when l.id is null then 'added' else 'changed' end, t.id, t.row_number
        from etl_then as t
        join history.%1$I as h on h.id = t.id and h.release_from = t.release_from
        left join layer.%1$I as l on l.id = t.id
        where l.id is null or (%2$s) is distinct from (%3$s)
            or (l.release_from in (select number from etl_demo_release))
                is distinct from (h.release_from in (select number from etl_demo_release))
        $sql$, p_layer, now, before);
    execute format($sql$
        insert into etl_diff
        select 'closed', l.id, null
        from layer.%I as l where l.release_from > $1 and not exists (select from etl_then as t where t.id = l.id)
        $sql$, p_layer) using p_release;
    create index on etl_diff (row_number);
    analyze etl_diff;
    execute format($sql$
        insert into staging.%2$I (id, %3$s)
        select t.row_number, %4$s
        from etl_then as t
        join etl_diff as d on d.row_number = t.row_number
        join history.%1$I as h on h.id = t.id and h.release_from = t.release_from
        $sql$, p_layer, p_staging, own, before);
    create index on etl_diff (id);

    select exists (
        select from etl_then as t join etl_diff as d on d.row_number = t.row_number
        join etl_demo_release as r on r.number = t.release_from
    ) into is_demo;
    return is_demo;
end
$$;
