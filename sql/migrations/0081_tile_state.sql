-- What is served of each layer now is asked as part of the statement that draws a tile: a function of its own in
-- plpgsql took as long as a small tile.
drop function if exists catalog.tile_state(text[]);

-- A foreign key looks for the layer once for each of hundreds of thousands of cells, a quarter of the time that
-- counting takes; only functions that know the layer write them.
alter table catalog.tile_cell drop constraint tile_cell_layer_id_fkey;

create function catalog.forget_tile_cells() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from catalog.tile_cell where layer_id = old.id;
    return old;
end
$$;

create trigger forget_tile_cells after delete on catalog.layer
for each row execute function catalog.forget_tile_cells();
