-- Where a person said that an address is, they said of a row: of a layer that somebody does not see, they are not to
-- hear of its addresses either. Those from before releases were noted are of no layer.
alter table catalog.address_correction enable row level security;
create policy all_corrections on catalog.address_correction to dothi_loader, dothi_worker using (true);
create policy seen_corrections on catalog.address_correction for select to dothi_reader_internal
using (
    release is null or exists (
        select from catalog.release_figures as f where f.number = address_correction.release
    )
);
