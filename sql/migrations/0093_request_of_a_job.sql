-- Which request of a client started the job, as the logs of services and worker name it; null where none did.
alter table job.job add column request_id text default nullif(current_setting('dothi.request_id', true), '-');
