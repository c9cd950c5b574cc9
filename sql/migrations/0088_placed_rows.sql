-- Rows of a delivery that were placed by their address, with all places that each may have: the first is the one that
-- was taken, or proposed. A person chooses among them where it is not sure.
create table catalog.placed_row (
    delivery_id bigint not null references catalog.delivery on delete cascade,
    row_number bigint not null,
    address text not null,
    sure boolean not null,
    -- label, precision, radius_m, lon, lat of each
    places jsonb not null,
    primary key (delivery_id, row_number)
);

grant select, insert, delete on table catalog.placed_row to dothi_loader;
