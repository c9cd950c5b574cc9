-- A run that failed counts no layer as read, and so was shown to everybody: with the names of hidden layers and columns
-- in its inputs and its message. It is for who claims as much as whoever asked.
update job.job set needed_claims = null where status = 'failed' and needed_claims is not null;
