-- The job whose run answers this one too: the same was asked while that one waited or ran.
alter table job.job add column follows uuid references job.job on delete set null;
create index job_follows on job.job (follows) where follows is not null;
create index job_open_request on job.job (request) where status in ('accepted', 'running');
