-- The digest of a version was the plain SHA-256 of all its changes: whoever sees some of them could try what the others
-- may be. New ones are keyed (processes/scenario/store.py); those that there are become random.
alter table scenario.version disable trigger version_stays;
update scenario.version
set digest = encode(sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea), 'hex');
alter table scenario.version enable trigger version_stays;
comment on column scenario.version.digest is
'Keyed hash (HMAC-SHA-256) of the scenario and the changes as canonical JSON, in hex.';

update job.job set inputs = jsonb_set(inputs, '{scenario,digest}', to_jsonb(version.digest))
from scenario.version
where
    version.scenario_id::text = inputs #>> '{scenario,id}' and version.number::text = inputs #>> '{scenario,version}'
    and inputs #> '{scenario}' ? 'digest';
