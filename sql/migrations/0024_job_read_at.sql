-- The moments, by layer, of what a job read as of a time: that can change only by a release before that moment.
alter table job.job add column read_at jsonb not null default '{}';

-- sql/functions/job.sql makes them anew, with other arguments or columns
drop function if exists job.state(uuid);
drop function if exists job.inputs_changed(jsonb);
