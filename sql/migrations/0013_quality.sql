-- How good the delivery of a release was: rows read, good, bad, warned of and repaired, and faults by element of
-- ISO 19157. Null where no rows were delivered: of an edit, a rollback, a raster.
alter table catalog.release add column quality jsonb;
