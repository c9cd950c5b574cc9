-- How much is kept of each asker: a stranger may not fill the disk with results.
alter table job.output add column stored_bytes bigint;
comment on column job.output.stored_bytes is 'Size of the body or the file in bytes; null for those before 0050.';
create index job_of_asker on job.job (asker, audience) where gone_at is null;

-- Takes the limit of stored bytes from now on (sql/functions/job.sql).
drop function if exists job.submit(
    text, jsonb, text, text, text, double precision, text, jsonb, text, bytea, bigint, bigint
);
