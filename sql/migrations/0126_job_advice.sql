-- What only a steward can do about a job that failed, beside what everybody is told: commands and settings stood in the
-- message, which focal points and planners read too.
alter table job.job add column advice_vi text, add column advice_en text;
