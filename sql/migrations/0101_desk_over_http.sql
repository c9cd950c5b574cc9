-- The internal service shows the desk to who has signed in and may see it: as the gatekeeper, who knows who asks. Roles
-- that answer requests for data, and editors, see nothing of it.
grant select on table catalog.delivery, catalog.decision, catalog.conflict to dothi_gatekeeper;
grant usage on schema catalog, quarantine to dothi_gatekeeper;
grant select on table quarantine.row to dothi_gatekeeper;
