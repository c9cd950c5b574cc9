-- Three-way merge of a delivery with the edits made since the agency's last one. Decision 0023.
-- base: what the agency delivered last; ours: what is served, with the edits; theirs: what it delivers now.
-- Values are compared as JSON, column by column: only edited features come here, and they are few.

-- One column or geometry of the three: theirs where it is news, else ours. p_ours: whose word counts where both are.
-- p_known: whether the agency had the feature at all; without a base everything is news.
create or replace function catalog.merge_one(
    base anycompatible, ours anycompatible, theirs anycompatible, p_known boolean, p_ours boolean
) returns anycompatible
language sql immutable
as $$
    select case
        when p_known and theirs is not distinct from base then ours
        when p_known and ours is not distinct from base then theirs
        when p_ours then ours
        else theirs
    end
$$;

-- All columns of a row.
create or replace function catalog.merge_values(base jsonb, ours jsonb, theirs jsonb, p_ours boolean) returns jsonb
language sql immutable
as $$
    select jsonb_object_agg(name, catalog.merge_one(
        coalesce(base -> name, 'null'), ours -> name, theirs -> name, base is not null, p_ours
    ))
    from jsonb_object_keys(theirs) as name
$$;

-- The columns that both changed, and differently; `geom` is the geometry, as no layer has a column of that name.
create or replace function catalog.conflicting(
    base jsonb, base_geom geometry, ours jsonb, ours_geom geometry, theirs jsonb, theirs_geom geometry
) returns text[]
language sql immutable
as $$
    select array_agg(name order by name)
    from (
        select name from jsonb_object_keys(theirs) as name
        where catalog.merge_one(coalesce(base -> name, 'null'), ours -> name, theirs -> name, base is not null, true)
            is distinct from
            catalog.merge_one(coalesce(base -> name, 'null'), ours -> name, theirs -> name, base is not null, false)
        union all
        select 'geom'
        where catalog.merge_one(base_geom, ours_geom, theirs_geom, base is not null, true)
            is distinct from catalog.merge_one(base_geom, ours_geom, theirs_geom, base is not null, false)
    ) as both_ways
$$;

-- The expression that gives the own columns of a row as JSON: to_jsonb of all would write the geometries too.
create or replace function catalog.as_json(p_alias text, p_columns text[]) returns text
language sql immutable
as $$
    select format('(select to_jsonb(own) from (select %s) as own)',
        string_agg(format('%1$I.%2$I', p_alias, name), ', '))
    from unnest(p_columns) as name
$$;

-- Notes what the features that an edit release changed were before, where nothing is noted yet. etl_diff is applied.
create or replace function catalog.note_edits(p_layer text, p_columns text[], p_release bigint) returns void
language plpgsql
as $$
begin
    execute format($sql$
        insert into catalog.edited (layer_id, feature_id, delivered, geom)
        select %1$L, d.id, case when h.id is not null then %2$s end, h.geom
        from etl_diff as d left join history.%1$I as h on h.id = d.id and h.release_to = $1
        where d.id is not null
        on conflict (layer_id, feature_id) do nothing
        $sql$, p_layer, catalog.as_json('h', p_columns)) using p_release;
end
$$;

-- Fills the temporary table etl_merge, one line per edited feature with its fate, and makes etl_diff and the staged
-- rows follow it; false, and no table, where nothing was edited. Fates:
--   merged: the staged row has both sides' changes now; kept: what the edit did stays; agreed: there is nothing to
--   merge any more; held: both changed the same, nothing happens before a person decides; untouched: not in this
--   delivery.
create or replace function catalog.merge_edits(
    p_layer text, p_staging text, p_key text[], p_columns text[], p_scope geometry, p_closes boolean, p_demo boolean
) returns boolean
language plpgsql
as $$
declare
    own text := (select string_agg(format('%I', name), ', ') from unnest(p_columns) as name);
    new text := (select string_agg(format('r.%I', name), ', ') from unnest(p_columns) as name);
    row_of text := case when p_key = '{}'
        then 'etl_match as m on m.id = e.feature_id left join staging.%2$I as s on s.id = m.row_number'
        else format('staging.%%2$I as s on %s', (
            select string_agg(format('s.%1$I = coalesce(l.%1$I, b.%1$I)', name), ' and ') from unnest(p_key) as name
        )) end;
begin
    if not exists (select from catalog.edited where layer_id = p_layer) then
        return false;
    end if;
    execute format($sql$
        create temporary table etl_merge on commit drop as
        select e.feature_id as id, s.id as row_number, case when e.delivered is not null then %5$s end as base,
            e.geom as base_geom,
            case when l.id is not null then %3$s end as ours, l.geom as ours_geom,
            case when s.id is not null then %4$s end as theirs, s.geom as theirs_geom,
            exists (select from etl_diff as d where d.id = l.id and d.change = 'closed') as is_closed,
            null::text as fate, null::text[] as columns, null::jsonb as merged, null::geometry as merged_geom
        from catalog.edited as e
        left join layer.%1$I as l on l.id = e.feature_id
        left join lateral jsonb_populate_record(null::layer.%1$I, e.delivered) as b on true
        left join $sql$ || row_of || $sql$
        where e.layer_id = %1$L
        $sql$, p_layer, p_staging, catalog.as_json('l', p_columns), catalog.as_json('s', p_columns),
        catalog.as_json('b', p_columns));

    update etl_merge set
        columns = coalesce(catalog.conflicting(base, base_geom, ours, ours_geom, theirs, theirs_geom), '{}'),
        merged = catalog.merge_values(base, ours, theirs, false),
        merged_geom = catalog.merge_one(base_geom, ours_geom, theirs_geom, base is not null, false)
    where ours is not null and theirs is not null;
    update etl_merge set fate = case
        when ours is not null and theirs is not null then case when columns = '{}' then 'merged' else 'held' end
        when ours is not null and not is_closed then 'untouched'
        when ours is not null and base is null then 'kept'
        when ours is not null then
            case when (ours, ours_geom) is not distinct from (base, base_geom) then 'agreed' else 'held' end
        when theirs is not null and base is null then 'agreed'
        when theirs is not null then
            case when (theirs, theirs_geom) is not distinct from (base, base_geom) then 'kept' else 'held' end
        when base is null then 'agreed'
        when p_closes and (p_scope is null or st_intersects(p_scope, st_pointonsurface(base_geom))) then 'agreed'
        else 'untouched'
    end;
    if p_demo then  -- demonstration data takes part in nothing that people did
        update etl_merge set fate = 'kept' where theirs is not null or is_closed;
    end if;

    delete from etl_diff as d using etl_merge as m
    where (d.id = m.id or d.row_number = m.row_number) and (
        m.fate in ('held', 'kept')
        or m.fate = 'merged' and (m.merged, m.merged_geom) is not distinct from (m.ours, m.ours_geom)
    );
    execute format($sql$
        update staging.%1$I as s set (%2$s, geom) = (select %3$s, m.merged_geom)
        from etl_merge as m, jsonb_populate_record(null::staging.%1$I, m.merged) as r
        where s.id = m.row_number and m.fate = 'merged'
        $sql$, p_staging, own, new);
    return true;
end
$$;

-- Writes down what the merge came to: the agency's word as base of the next one, and what waits for a person. A feature
-- has one open conflict at most, that with the latest delivery; one that a delivery did away with is closed.
create or replace function catalog.record_merge(p_layer text, p_delivery bigint) returns void
language plpgsql
as $$
begin
    delete from catalog.edited as e using etl_merge as m
    where e.layer_id = p_layer and e.feature_id = m.id and (
        m.fate = 'agreed'
        or m.fate = 'merged' and (m.merged, m.merged_geom) is not distinct from (m.theirs, m.theirs_geom)
    );
    update catalog.edited as e set delivered = m.theirs, geom = m.theirs_geom
    from etl_merge as m
    where e.layer_id = p_layer and e.feature_id = m.id and m.fate = 'merged';

    insert into catalog.conflict as c (layer_id, feature_id, delivery_id, columns, base, base_geom, ours, ours_geom,
        theirs, theirs_geom)
    select p_layer, m.id, p_delivery, coalesce(m.columns, '{}'), m.base, m.base_geom, m.ours, m.ours_geom,
        m.theirs, m.theirs_geom
    from etl_merge as m where m.fate = 'held' order by m.id
    on conflict (layer_id, feature_id) where status = 'open' do update set
        delivery_id = excluded.delivery_id, columns = excluded.columns, ours = excluded.ours,
        ours_geom = excluded.ours_geom, theirs = excluded.theirs, theirs_geom = excluded.theirs_geom;
    update catalog.conflict as c set status = 'decided', decision = 'merged', decided_at = clock_timestamp(),
        decided_by = session_user
    from etl_merge as m
    where c.layer_id = p_layer and c.feature_id = m.id and c.status = 'open' and m.fate in ('merged', 'agreed', 'kept');
end
$$;

-- Stages, as row 1, what a decision makes of a feature that both have: what only one of them changed is taken from
-- whoever did, and the rest from the edit (p_ours) or the delivery. Where an edit deleted it, the delivery's row.
create or replace function catalog.stage_decision(
    p_conflict bigint, p_layer text, p_staging text, p_columns text[], p_ours boolean
) returns void
language plpgsql
as $$
declare
    own text := (select string_agg(format('%I', name), ', ') from unnest(p_columns) as name);
    new text := (select string_agg(format('r.%I', name), ', ') from unnest(p_columns) as name);
begin
    execute format($sql$
        insert into staging.%2$I (id, %3$s, geom)
        select 1, %4$s, case when l.id is null then c.theirs_geom else catalog.merge_one(
            c.base_geom, l.geom, c.theirs_geom, c.base is not null, $2) end
        from catalog.conflict as c
        left join layer.%1$I as l on l.id = c.feature_id,
        lateral jsonb_populate_record(null::staging.%2$I, case when l.id is null then c.theirs
            else catalog.merge_values(c.base, %5$s, c.theirs, $2) end) as r
        where c.id = $1
        $sql$, p_layer, p_staging, own, new, catalog.as_json('l', p_columns)) using p_conflict, p_ours;
end
$$;

-- Closes a conflict. The agency's word is the base of the next merge, unless it is served as it is now.
create or replace function catalog.close_conflict(
    p_conflict bigint, p_columns text[], p_decision text, p_by text, p_reason text, p_release bigint
) returns void
language plpgsql
as $$
declare
    c catalog.conflict;
    is_served boolean;
begin
    update catalog.conflict set status = 'decided', decision = p_decision, decided_at = clock_timestamp(), decided_by = p_by,
        reason = p_reason, release = p_release
    where id = p_conflict returning * into c;
    execute format($sql$
        select case when $1 is null then not exists (select from layer.%1$I where id = $3) else exists (
            select from layer.%1$I as l where id = $3 and %2$s = $1 and l.geom = $2
        ) end
        $sql$, c.layer_id, catalog.as_json('l', p_columns)) into is_served using c.theirs, c.theirs_geom, c.feature_id;
    if is_served then
        delete from catalog.edited where layer_id = c.layer_id and feature_id = c.feature_id;
    else
        update catalog.edited set delivered = c.theirs, geom = c.theirs_geom
        where layer_id = c.layer_id and feature_id = c.feature_id;
    end if;
end
$$;
