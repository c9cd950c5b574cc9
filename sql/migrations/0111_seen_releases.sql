-- How many rows a release has and where they lie tells of rows that somebody does not see
-- (docs/decisions/0111-what-a-release-tells.md).

-- What releases tell of the rows of a layer, for who sees all of them.
create view catalog.release_figures with (security_barrier) as
select
    r.number,
    r.rows_added,
    r.rows_changed,
    r.rows_closed,
    r.rows_total,
    r.rows_bad,
    r.demo_rows,
    r.extent,
    r.extent_wgs84,
    r.quality
from catalog.release as r
inner join catalog.layer as l on r.layer_id = l.id
where
    case current_user
        when 'dothi_reader_public' then l.access = 'public'
        when 'dothi_reader_internal' then case
            when l.hides_rows then l.id = any((select access.whole_layers())::text[])
            else l.access <> 'restricted'
        end
        else true
    end;

-- Releases as whoever asks may know them: with no rows and no extent where they do not see all rows of the layer.
create view catalog.seen_release with (security_invoker) as
select
    r.number,
    r.layer_id,
    r.delivery_id,
    r.origin,
    r.scope,
    r.mode,
    r.as_of,
    r.released_at,
    r.released_by,
    r.note,
    r.demo,
    r.left_at,
    f.extent,
    f.extent_wgs84,
    f.quality,
    coalesce(f.rows_added, 0) as rows_added,
    coalesce(f.rows_changed, 0) as rows_changed,
    coalesce(f.rows_closed, 0) as rows_closed,
    coalesce(f.rows_total, 0) as rows_total,
    coalesce(f.rows_bad, 0) as rows_bad,
    coalesce(f.demo_rows, r.demo::integer) as demo_rows
from catalog.release as r
left join catalog.release_figures as f on r.number = f.number;

grant select on table catalog.release_figures to
dothi_reader_public, dothi_reader_internal, dothi_editor, dothi_loader, dothi_worker;
grant select on table catalog.seen_release to
dothi_reader_public, dothi_reader_internal, dothi_editor, dothi_loader, dothi_worker;
revoke select on table catalog.release from dothi_reader_internal;
grant select (
    number, layer_id, delivery_id, origin, scope, mode, as_of, released_at, released_by, note, demo, left_at
) on table catalog.release to dothi_reader_internal;
