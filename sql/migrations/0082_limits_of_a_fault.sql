-- A file that failed under other limits than hold now (more memory, more time) is tried at once: whoever raised one
-- should not wait for up to a day.
alter table catalog.download_fault add column limits text not null default '';
