-- A result that holds rows of layers as they are, such as an export and the table made of it, is for who may download
-- these layers. Which they are was looked up in the job before it, and nothing was wanted once that one was removed.

-- copies: ids of the layers of which the result holds rows as they are; null until it has a result.
alter table job.job add column copies text[];

-- it says this too
drop function if exists job.state(uuid);

update job.job set copies = case
    when process_id = 'export-features' then array[inputs #>> '{collection,collection}']
    -- what reads other results has more of them than its inputs say
    when process_id = 'report-study' then array(select jsonb_object_keys(coalesce(releases, '{}')))
    else '{}'
end
where status = 'successful' and process_id not in ('present-result', 'compare-results', 'keep-result');

-- A copy of a result has what that has, which may be a copy too; of one that is gone, it may have all that it read.
do $$
begin
    loop
        update job.job as made set copies = array(
            select distinct unnest(earlier.copies) from job.job as earlier
            where earlier.id::text in (
                lower(made.inputs ->> 'job'), lower(made.inputs ->> 'before'), lower(made.inputs ->> 'after')
            )
        )
        where made.status = 'successful' and made.copies is null and not exists (
            select from unnest(
                array[made.inputs ->> 'job', made.inputs ->> 'before', made.inputs ->> 'after']
            ) as reference (job_id)
            where reference.job_id is not null and not exists (
                select from job.job as earlier
                where earlier.id::text = lower(reference.job_id) and earlier.copies is not null
            )
        );
        exit when not found;
    end loop;
    update job.job set copies = array(select jsonb_object_keys(coalesce(releases, '{}')))
    where status = 'successful' and copies is null;
end;
$$;
