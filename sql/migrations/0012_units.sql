-- Administrative units through time, filled from the locality's files at each migrate. Outlines are not here: they are
-- delivered and released like any layer, and belong to the versions by code and first day.

create schema unit;

create table unit.version (
    level text collate "C" not null,
    code text collate "C" not null,
    valid_from date not null,
    -- the first day on which it is not so any more
    valid_to date check (valid_to > valid_from),
    name text not null,
    parent_code text collate "C" not null,
    -- counted by the census of the year `census`, restated for this unit
    population bigint check (population >= 0),
    census integer,
    decree text not null,
    primary key (level, code, valid_from)
);

-- One row for each step from a version that ends to one that begins on the same day; nothing follows an `end`.
create table unit.lineage (
    level text collate "C" not null,
    on_date date not null,
    kind text not null check (kind in ('merge', 'split', 'rename', 'transfer', 'continue', 'end')),
    from_code text collate "C" not null,
    from_version date not null,
    to_code text collate "C",
    to_version date check (to_version = on_date),
    decree text not null,
    unique nulls not distinct (level, on_date, from_code, to_code),
    foreign key (level, from_code, from_version) references unit.version on delete cascade,
    foreign key (level, to_code, to_version) references unit.version on delete cascade,
    check ((kind = 'end') = (to_code is null)),
    check ((to_code is null) = (to_version is null))
);

-- Share of each unit of one state that goes to each unit of the next one, by census population.
-- estimated: the unit was divided, and the people of its parts are what the division is told by.
create table unit.crosswalk (
    level text collate "C" not null,
    from_date date not null,
    to_date date not null check (to_date > from_date),
    from_code text collate "C" not null,
    to_code text collate "C" not null,
    share double precision not null check (share > 0 and share <= 1),
    estimated boolean not null,
    primary key (level, from_date, to_date, from_code, to_code)
);

grant usage on schema unit to
dothi_loader, dothi_reader_public, dothi_reader_internal, dothi_editor, dothi_worker;
grant select on unit.version, unit.lineage, unit.crosswalk to
dothi_loader, dothi_reader_public, dothi_reader_internal, dothi_editor, dothi_worker;
