-- What the file of a raster has to be, byte for byte: one that was changed in the store is not served.
alter table catalog.raster add column file_sha256 text check (file_sha256 ~ '^[0-9a-f]{64}$');
comment on column catalog.raster.file_sha256 is 'Of the file in the store; null for those released before 0051.';
