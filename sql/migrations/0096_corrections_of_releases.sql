-- Places that a person chose belong to the release that they came with. One that is taken back takes them along: they
-- may be the reason. Those from before have no release, and stay.
alter table catalog.address_correction
    add column release bigint references catalog.release,
    add column withdrawn_at timestamptz;

create index on catalog.address_correction (release) where release is not null;

grant update (withdrawn_at) on table catalog.address_correction to dothi_loader;
