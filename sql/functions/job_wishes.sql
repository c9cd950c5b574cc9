-- Notes how the results of a job are wanted, once, and for whoever may have the job.
create or replace function job.keep_wishes(job_id uuid, wishes jsonb)
returns void language sql security definer set search_path = job, pg_temp as $$
    update job.job set wishes = keep_wishes.wishes
    where
        job.id = keep_wishes.job_id and job.answerable(job.audience, job.editor, job.shown_to, job.scenarios)
        and job.wishes is null;
$$;

-- What was noted of a job, or null.
create or replace function job.wishes(job_id uuid)
returns jsonb language sql stable security definer set search_path = job, pg_temp as $$
    select job.wishes from job.job
    where job.id = wishes.job_id and job.answerable(job.audience, job.editor, job.shown_to, job.scenarios);
$$;

revoke execute on function job.keep_wishes(uuid, jsonb), job.wishes(uuid) from public;
grant execute on function job.keep_wishes(uuid, jsonb), job.wishes(uuid)
to dothi_reader_public, dothi_reader_internal;
