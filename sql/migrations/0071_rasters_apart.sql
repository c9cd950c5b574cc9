-- A raster lies where the access of its coverage wants it: its file is moved when that changes.
grant update (store_path) on table catalog.raster to dothi_loader;
