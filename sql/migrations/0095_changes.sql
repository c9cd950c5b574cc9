-- Who waits for something listens on the channel dothi_change, and does not ask again and again: workers for releases,
-- downloads and subscribers, the inbox for decisions, services for another catalogue. What changed is the payload.
create function catalog.tell_of_change() returns trigger language plpgsql as $$
begin
    perform pg_notify('dothi_change', tg_argv[0]);
    return null;
end
$$;

create trigger tell_of_release after insert on catalog.release
for each statement execute function catalog.tell_of_change('release');
create trigger tell_of_generation after update on catalog.generation
for each statement execute function catalog.tell_of_change('generation');
create trigger tell_of_delivery after insert or update on catalog.delivery
for each statement execute function catalog.tell_of_change('delivery');
create trigger tell_of_job after insert on job.job
for each statement execute function catalog.tell_of_change('job');
create trigger tell_of_callback after insert on job.callback
for each statement execute function catalog.tell_of_change('callback');
