-- Values of norms, filled from the locality's file at each migrate, for formulas in SQL. The value for a quantity q is
-- the one whose subject and condition fit and whose class holds q (`class @> q`); without a class it is for any q.

create schema norm;

create table norm.value (
    norm text collate "C" not null,
    subject text collate "C" not null,
    condition text collate "C" not null,
    class numrange not null,
    class_unit text not null,
    value double precision not null,
    unit text not null,
    clause text not null,
    measured_from text not null,
    valid_from date not null,
    -- the first day on which it is not so any more
    valid_to date check (valid_to > valid_from),
    -- whether somebody has compared it with the text of the law
    verified boolean not null,
    -- hash of all values, the same in every row
    version text not null,
    primary key (norm, subject, condition, class, valid_from)
);

grant usage on schema norm to
dothi_loader, dothi_reader_public, dothi_reader_internal, dothi_editor, dothi_worker;
grant select on norm.value to
dothi_loader, dothi_reader_public, dothi_reader_internal, dothi_editor, dothi_worker;
