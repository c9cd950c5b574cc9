-- Which column of an agency's files is which of the layer's, as a person once accepted it: used again, and said so.
create table catalog.column_mapping (
    agency text collate "C" not null,
    layer_id text collate "C" not null references catalog.layer,
    -- the file's name for it without case and accents, by which it is found again
    source_key text collate "C" not null,
    source text not null,
    column_name text not null,
    accepted_at timestamptz not null default now(),
    delivery_id bigint references catalog.delivery,
    primary key (agency, layer_id, source_key)
);
grant select, insert, update on table catalog.column_mapping to dothi_loader;
