-- A row that is kept with a reason may be one that was released all the same: a warning.

alter table quarantine.row
add column severity text not null default 'error' check (severity in ('error', 'warning'));
