-- Lasting ids without a key, and edits merged with deliveries.

-- Replaced by a function of the same name with other arguments.
drop function if exists catalog.diff(text, text, text[], text[], geometry, boolean, boolean);

-- Features that an edit made differ from what their agency last delivered: that is the base of the next merge.
create table catalog.edited (
    layer_id text collate "C" not null references catalog.layer,
    feature_id bigint not null,
    -- both null where the agency does not have the feature: an edit added it
    delivered jsonb,
    geom geometry,
    primary key (layer_id, feature_id),
    check ((delivered is null) = (geom is null))
);

-- Features that an edit and a delivery both changed, and differently: what is served waits for a person.
create table catalog.conflict (
    id bigint generated always as identity primary key,
    layer_id text collate "C" not null references catalog.layer,
    feature_id bigint not null,
    delivery_id bigint references catalog.delivery,
    -- columns in which both differ; `geom` is the geometry, and none where one of the two deleted the feature
    columns text[] not null,
    -- each with its geometry, null where the feature is not there: as delivered before, as served, as delivered now
    base jsonb,
    base_geom geometry,
    ours jsonb,
    ours_geom geometry,
    theirs jsonb,
    theirs_geom geometry,
    opened_at timestamptz not null default now(),
    status text not null default 'open' check (status in ('open', 'decided')),
    -- merged: a later delivery left nothing to decide
    decision text check (decision in ('ours', 'theirs', 'merged')),
    decided_at timestamptz,
    decided_by text,
    reason text,
    release bigint references catalog.release,
    check ((status = 'open') = (decision is null) and (decision is null) = (decided_at is null))
);
create unique index conflict_open on catalog.conflict (layer_id, feature_id) where status = 'open';

grant select, insert, update, delete on table catalog.edited to dothi_loader;
grant select, insert, update on table catalog.conflict to dothi_loader;
-- an editor notes what was edited, and cannot read what agencies delivered
grant insert, select (layer_id, feature_id) on table catalog.edited to dothi_editor;
