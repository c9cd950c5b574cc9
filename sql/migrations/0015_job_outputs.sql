-- What jobs came to, one row for each output: a process may have several. `body` is the value of an output, or its
-- file lies in the store; neither is there any more when it was kept for long enough.
create table job.output (
    job_id uuid not null references job.job on delete cascade,
    name text not null,
    -- as the process names them; the first is the one that a request without wishes gets
    position smallint not null,
    media_type text not null,
    body bytea,
    file text,
    file_name text,
    rows bigint,
    primary key (job_id, name)
);
grant select, insert, update, delete on table job.output to dothi_worker;

insert into job.output (job_id, name, position, media_type, body, file, file_name)
select
    id as job_id,
    'result' as name,
    0 as position,
    media_type,
    result as body,
    result_file as file,
    file_name
from job.job
where status = 'successful' and media_type is not null and process_id <> 'deliver-layer';

-- the one process with two outputs had both in one document
insert into job.output (job_id, name, position, media_type, body)
select
    j.id as job_id,
    o.name,
    case o.name when 'report' then 0 else 1 end as position,
    o.value ->> 'mediaType' as media_type,
    convert_to(
        case jsonb_typeof(o.value -> 'value')
            when 'string' then o.value ->> 'value'
            else (o.value -> 'value')::text
        end, 'UTF8'
    ) as body
from job.job as j, lateral jsonb_each(convert_from(j.result, 'UTF8')::jsonb) as o (name, value)
where j.process_id = 'deliver-layer' and j.status = 'successful' and j.result is not null;

alter table job.job drop column result, drop column result_file, drop column file_name;
-- sql/functions/job.sql has job.results in its place
drop function if exists job.result(uuid);
