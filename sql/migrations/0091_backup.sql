-- How far the backups of this instance are: one row for each kind of step, from the moment it was set up.
-- A copy that was restored into another folder has no row: nobody makes backups of it.
create table catalog.backup (
    kind text collate "C" primary key check (kind in ('setup', 'database', 'store', 'proof')),
    -- when the step last succeeded, and when it last failed; null where it never did
    succeeded_at timestamptz,
    failed_at timestamptz,
    -- why it failed, in both languages; null once it succeeded again
    fault jsonb
);

-- what a fault says names folders and hosts: that is for the steward
grant select (kind, succeeded_at, failed_at) on table catalog.backup to dothi_reader_public, dothi_reader_internal;
grant select on table catalog.backup to dothi_loader;
