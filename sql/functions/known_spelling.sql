-- Staged text that is a known value but for capitals takes the known spelling: TCVN3 has no accented capitals beyond
-- Ă Â Đ Ê Ô Ơ Ư, so that "Ý Yên" can only come as "ý Yên". pg_c_utf8 folds each letter, whatever the locale.

-- Known from the open versions of the layer, by its key, which is never null; says how many values.
create or replace function catalog.spell_as_served(p_layer text, p_staging text, p_key text[], p_column text)
returns bigint
language plpgsql
as $$
declare
    same_key text := (
        select string_agg(format('l.%1$I = s.%1$I', name), ' and ') from unnest(p_key) as name
    );
    spelt bigint;
begin
    execute format($sql$
        update staging.%1$I as s set %2$I = l.%2$I from layer.%3$I as l
        where %4$s and s.%2$I <> l.%2$I
            and lower(s.%2$I collate pg_c_utf8) = lower(l.%2$I collate pg_c_utf8)
        $sql$, p_staging, p_column, p_layer, same_key);
    get diagnostics spelt = row_count;
    return spelt;
end
$$;

-- Known from a register, of rows whose key is not served (p_key is null where the layer has none): p_values[i] belongs
-- to the code p_codes[i] in p_code_column; says how many values.
create or replace function catalog.spell_as_registered(
    p_layer text, p_staging text, p_key text[], p_column text, p_code_column text, p_codes text[], p_values text[]
) returns bigint
language plpgsql
as $$
declare
    same_key text := (
        select string_agg(format('l.%1$I = s.%1$I', name), ' and ') from unnest(p_key) as name
    );
    spelt bigint;
begin
    execute format($sql$
        update staging.%1$I as s set %2$I = r.value from unnest($1, $2) as r (code, value)
        where s.%3$I = r.code and s.%2$I <> r.value
            and lower(s.%2$I collate pg_c_utf8) = lower(r.value collate pg_c_utf8)
            and not exists (select from layer.%4$I as l where %5$s)
        $sql$, p_staging, p_column, p_code_column, p_layer, coalesce(same_key, 'false')) using p_codes, p_values;
    get diagnostics spelt = row_count;
    return spelt;
end
$$;
