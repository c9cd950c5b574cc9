-- The file of a result is compared with what was kept before it is handed out.
alter table job.output add column sha256 text;
comment on column job.output.sha256 is 'SHA-256 of the file in hex; null for a body, and for files before 0135.';

-- it says this too
drop function if exists job.results(uuid);
