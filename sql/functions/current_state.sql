-- What is served now of each layer that whoever asks may see: its release, and what tells of its rows (where they lie,
-- and which cells count them) to who sees all of them. As catalog.seen_release and the policies of layers, releases and
-- counts say it (migrations 0103 and 0111), but for claims that are looked at once: five policies of one statement
-- verified them five times, which was most of what a guarded tile cost.
-- A statement that names none of the cells' columns does not read their table.
create or replace view catalog.current_state with (security_barrier) as
with asker as materialized (
    select
        current_user as reader,
        case current_user when 'dothi_reader_internal' then access.signed_claims() end as claims
),

seen as (
    select
        layer.id,
        layer.current_release,
        asker.reader = 'dothi_reader_public' or not layer.hides_rows
        or coalesce(jsonb_path_exists(asker.claims -> layer.id, '$ ? (@ == 0 || @.rows == null)'), false) as is_whole
    from asker cross join catalog.layer
    where
        case asker.reader
            when 'dothi_reader_public' then layer.access = 'public'
            when 'dothi_reader_internal' then
                case when layer.hides_rows then asker.claims ? layer.id else layer.access <> 'restricted' end
        end
)

select
    seen.id as layer_id,
    release.number,
    release.released_at,
    case when seen.is_whole then release.extent_wgs84 end as extent_wgs84,
    case when seen.is_whole then release.demo_rows > 0 else release.demo end as demo,
    case when seen.is_whole then tile_count.kinds end as kinds,
    case when seen.is_whole then tile_count.coarsest end as coarsest,
    case when seen.is_whole then tile_count.finest end as finest
from seen
inner join catalog.release on seen.current_release = release.number
left join catalog.tile_count on seen.id = tile_count.layer_id and release.number = tile_count.release
where release.left_at is null or release.origin <> 'demo';

grant select on table catalog.current_state to dothi_reader_public, dothi_reader_internal;
