-- The internal service shows the desk to who has signed in and may see it: as the role that edits, which strangers to
-- the service never act as.
grant select on table catalog.delivery, catalog.decision, catalog.conflict to dothi_editor;
grant usage on schema quarantine to dothi_editor;
grant select on table quarantine.row to dothi_editor;
