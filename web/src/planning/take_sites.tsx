/** The sites that an analysis found, taken into a scenario by one click. */
import {useState} from 'preact/hooks';
import {runTitle} from './analyses';
import type {Job} from './api';
import {makeScenario, readScenario, readScenarios, takeResult} from './scenario_api';
import {setParts} from '../site/address';
import {reasonOf, useAnswer} from '../site/answer';
import {conditionsOf} from '../site/cql2';
import {say} from '../site/language';

const MOST_NAME = 200;

/** The facilities that were asked for: the layer, and what its filter says of each of them. */
function facilitiesOf(job: Job): {layer: string; properties: Record<string, unknown>} | null {
  const facilities = job.inputs?.['facilities'] as string | {collection?: string; filter?: string} | undefined;
  const layer = typeof facilities === 'string' ? facilities : facilities?.collection;
  if (!layer) return null;
  const filter = (typeof facilities === 'object' ? facilities.filter : undefined) ?? job.inputs?.['filter'] as string | undefined;
  const held = filter ? conditionsOf(filter) : null;
  const equal = held?.joined === 'AND' || held?.conditions.length === 1 ? held.conditions.filter(({operator}) => operator === '=') : [];
  return {layer, properties: {name: say('proposed'), ...Object.fromEntries(equal.map(({column, value}) => [column, value]))}};
}

export function TakeSites({job, output}: {job: Job; output: string}) {
  const [scenarioId, setScenarioId] = useState('');
  const [fault, setFault] = useState('');
  const {data: scenarios} = useAnswer(readScenarios, []);
  const facilities = facilitiesOf(job);
  if (!facilities) return null;
  const take = async (): Promise<void> => {
    const id = scenarioId || (await makeScenario(runTitle(job).slice(0, MOST_NAME))).id;
    const {scenario, tag} = await readScenario(id);
    await takeResult(scenario, tag, {from_job: job.jobID, output, ...facilities});
    setParts({run: '', scenario: id}, true);
  };
  return <p class="row">
    <button type="button" class="button" onClick={() => void take().catch((error: unknown) => setFault(reasonOf(error)))}>{say('takeSites')}</button>
    <select aria-label={say('scenario')} value={scenarioId} onChange={({currentTarget}) => setScenarioId(currentTarget.value)}>
      <option value="">{say('intoNewScenario')}</option>{(scenarios ?? []).filter(({own}) => own).map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</select>
    {fault && <span class="note bad" role="alert">{fault}</span>}
  </p>;
}
