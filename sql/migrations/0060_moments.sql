-- Times say when something happened: now() is when the transaction began, which for a delivery of ten minutes, or a
-- person's decision that runs it again, is long before its end.
alter table catalog.delivery alter column received_at set default clock_timestamp();
alter table catalog.release alter column released_at set default clock_timestamp();
alter table catalog.decision alter column decided_at set default clock_timestamp();
alter table catalog.column_mapping alter column accepted_at set default clock_timestamp();
