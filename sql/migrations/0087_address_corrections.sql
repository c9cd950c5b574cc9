-- Where a person has said that an address is: the next one who asks, and the next delivery, are answered with it. The
-- key is the address without accents, case and punctuation. History is kept: the newest row of a key counts.
create table catalog.address_correction (
    id bigint generated always as identity primary key,
    address_key text not null check (address_key <> ''),
    address text not null,
    place geometry (point, 4326) not null,
    -- a role, never a person's name
    corrected_by text not null check (corrected_by <> ''),
    corrected_at timestamptz not null default now()
);

create index on catalog.address_correction (address_key, id desc);

grant select, insert on table catalog.address_correction to dothi_loader;

grant select on table catalog.address_correction to dothi_reader_internal, dothi_worker;
