-- What is served of each layer now is asked as part of the statement that draws a tile: a function of its own in plpgsql
-- took as long as a small tile.
drop function if exists catalog.tile_state(text[]);
