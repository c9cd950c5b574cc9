-- Which outputs of a job are wanted and how (by value or reference, raw or in a document): who comes back for them
-- says so in the execute request only.
alter table job.job add column wishes jsonb;
