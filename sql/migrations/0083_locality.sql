-- Whose database this is: another locality's layers and units must never be released into it.
create table catalog.locality (
    id text collate "C" not null,
    only_row boolean primary key default true check (only_row)
);
grant select on table catalog.locality to dothi_loader;
