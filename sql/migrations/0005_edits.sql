-- Edits that wait for their agency's decision, and what an editor may do.

-- The edits of one author to one layer, which become one release or none.
create table catalog.change_set (
    id bigint generated always as identity primary key,
    layer_id text collate "C" not null references catalog.layer,
    author text collate "C" not null,
    status text not null default 'open' check (status in ('open', 'accepted', 'rejected')),
    opened_at timestamptz not null default now(),
    decided_at timestamptz,
    decided_by text,
    reason text,
    release bigint references catalog.release,
    check ((status = 'open') = (decided_at is null)),
    check (status <> 'rejected' or reason is not null)
);
-- One open set for each author and layer: edits of a day come to the agency together.
create unique index change_set_open on catalog.change_set (layer_id, author) where status = 'open';

-- One feature as its author wants it. A feature that is not released yet goes by the negative number of its edit.
create table catalog.edit (
    id bigint generated always as identity primary key,
    change_set bigint not null references catalog.change_set,
    change text not null check (change in ('added', 'changed', 'closed')),
    -- null until a new feature is released
    feature_id bigint,
    -- the release of the version that was edited: another one at the decision means a conflict
    base_release bigint references catalog.release,
    properties jsonb,
    -- in the locality's working CRS, as it was drawn
    geom geometry,
    edited_at timestamptz not null default now(),
    check ((change = 'added') = (base_release is null)),
    check ((change = 'closed') = (properties is null)),
    check ((properties is null) = (geom is null))
);
create unique index edit_feature on catalog.edit (change_set, feature_id);
create index edit_by_feature on catalog.edit (feature_id);

grant select, insert, update on table catalog.change_set to dothi_editor;
grant select, insert, update, delete on table catalog.edit to dothi_editor;

-- An edit is staged, compared and released as a delivery is, on the layers that the editor may see.
grant usage, create on schema staging to dothi_editor;
grant update (current_release) on table catalog.layer to dothi_editor;
grant insert on table catalog.release to dothi_editor;
create policy edited_layers on catalog.layer for update to dothi_editor
using (access in ('public', 'internal'));
create policy edit_releases on catalog.release for insert to dothi_editor
with check (origin = 'edit' and exists (select 1 from catalog.layer where layer.id = release.layer_id));
