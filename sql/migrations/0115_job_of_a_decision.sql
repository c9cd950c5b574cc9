-- Which job carried a decision out: one that a worker takes up again, since the first was killed after the decision was
-- made and before it was answered, answers what came of it.
alter table catalog.decision add column job uuid;
