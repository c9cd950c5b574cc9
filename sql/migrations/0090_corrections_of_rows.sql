-- A place that a person chose is as precise as what was chosen, a house or all of a street; and it was said of one row
-- of a layer: another one with the same words, such as "xóm 5", may lie elsewhere.
alter table catalog.address_correction
    add column radius_m double precision not null default 30 check (radius_m >= 0),
    -- the layer and the key of the row, empty for those from before
    add column feature text not null default '';
