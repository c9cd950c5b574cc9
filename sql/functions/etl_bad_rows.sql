-- Features of which the delivery has a row that is bad: a typing error is no word of a feature's end.

-- Fills the temporary table etl_bad with the keys of the delivery's bad rows: few, so nothing here reads a whole layer.
-- p_rows: objects with the columns p_key.
create or replace function catalog.note_bad_rows(p_layer text, p_key text[], p_rows jsonb) returns void
language plpgsql
as $$
begin
    execute format($sql$
        create temporary table etl_bad on commit drop as
        select distinct %2$s from jsonb_populate_recordset(null::layer.%1$I, %3$L)
        $sql$, p_layer, (select string_agg(format('%I', name), ', ') from unnest(p_key) as name), p_rows);
    analyze etl_bad;
end
$$;

-- Takes back what etl_diff would close of the features in etl_bad, and says how many they are. Demonstration rows give
-- way to real ones all the same.
create or replace function catalog.spare_bad_rows(p_layer text, p_key text[], p_demo boolean) returns bigint
language plpgsql
as $$
declare
    same_key text := (select string_agg(format('l.%1$I = b.%1$I', name), ' and ') from unnest(p_key) as name);
    spared bigint;
begin
    if to_regclass('pg_temp.etl_bad') is null then
        return 0;
    end if;
    execute format($sql$
        delete from etl_diff as d using layer.%1$I as l, etl_bad as b
        where d.change = 'closed' and l.id = d.id and %2$s
        and ($1 or l.release_from not in (select number from etl_demo_release))
        $sql$, p_layer, same_key) using p_demo;
    get diagnostics spared = row_count;
    return spared;
end
$$;
