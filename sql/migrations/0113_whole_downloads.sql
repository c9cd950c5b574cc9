-- A prepared file has all rows of a layer. Of one with rules about rows none is made; one that was made before there
-- were such rules is not for who sees some of them.
drop policy internal_downloads on catalog.download;
create policy internal_downloads on catalog.download for select to dothi_reader_internal
using (
    audience = 'internal' and layer_id in (
        select layer.id from catalog.layer
        where not layer.hides_rows or layer.id = any((select access.whole_layers())::text[])
    )
);
