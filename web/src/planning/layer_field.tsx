/** Which features an analysis reads: a layer, the result of an earlier run, or what is drawn on the map; some of them, or all. */
import {useState} from 'preact/hooks';
import {readJobs} from './api';
import type {FieldProps} from './fields';
import {useAnswer} from '../site/answer';
import {Conditions, readProperties} from '../site/conditions';
import {lazy} from '../site/lazy';
import {momentOf} from '../site/format';
import {say} from '../site/language';
import {ELSEWHERE, processTitle} from './titles';

const DrawnFeatures = lazy(async () => (await import('./drawn_features')).DrawnFeatures);
const [RESULT, DRAWN] = ['result:', 'drawn:'];
const MOST_RESULTS = 50;

export interface LayerInput {
  collection?: string;
  filter?: string;
  datetime?: string;
  job?: string;
  type?: 'FeatureCollection';
  features?: GeoJSON.Feature[];
}

/** An input as it is written: a layer by its id stands for all of it, and a job keeps features below `features`. */
function partsOf(value: unknown): LayerInput {
  if (typeof value === 'string') return {collection: value};
  const input = (value ?? {}) as LayerInput & {features?: LayerInput};
  return Array.isArray(input.features) || !input.features ? input : input.features;
}

export function LayerField({field, value, change, id, describedBy}: FieldProps) {
  const input = partsOf(value);
  const chosen = input.type ? DRAWN : input.job !== undefined ? RESULT : input.collection ?? '';
  const choose = (name: string): void => {
    if (name === DRAWN) change({type: 'FeatureCollection', features: []});
    else if (name === RESULT) change({job: ''});
    else change(name || undefined);
  };
  return <div class="stack">
    <select id={id} aria-describedby={describedBy} required={field.required ?? false} value={chosen} onChange={({currentTarget}) => choose(currentTarget.value)}>
      {(!field.required || !chosen) && <option value="">{say('choose')}</option>}
      {(field.choices ?? []).map((each) => <option key={each.value} value={each.value}>{each.title}</option>)}
      <option value={RESULT}>{say('ofAnEarlierRun')}</option>
      <option value={DRAWN}>{say('drawnOnTheMap')}</option>
    </select>
    {input.collection && <Part key={input.collection} input={input} change={change} />}
    {input.job !== undefined && <EarlierRun input={input} change={change} />}
    {input.type && <DrawnFeatures geometry={field.geometry ?? []} features={input.features ?? []} change={(features) => change({type: 'FeatureCollection', features})} />}
  </div>;
}

/** Which part of a layer is read: the features that fulfil conditions, as they were on a day. */
function Part({input, change}: {input: LayerInput; change: (value: unknown) => void}) {
  const [isOpen, setOpen] = useState(Boolean(input.filter ?? input.datetime));
  const {data: properties} = useAnswer(() => readProperties(input.collection!), [input.collection]);
  const set = (parts: LayerInput): void => {
    const {collection, filter, datetime} = {...input, ...parts};
    change(filter || datetime ? {collection, ...(filter && {filter}), ...(datetime && {datetime})} : collection);
  };
  if (!isOpen) return <p><button type="button" class="link" onClick={() => setOpen(true)}>{say('onlyAPart')}</button></p>;
  return <fieldset class="part">
    <legend>{say('onlyAPart')}</legend>
    {properties && <Conditions properties={properties} filter={input.filter ?? ''} change={(filter) => set({filter})} />}
    <label class="row">{say('asOnDay')} <input type={'date' as 'text'} value={input.datetime ?? ''} onInput={({currentTarget}) => set({datetime: currentTarget.value})} /></label>
  </fieldset>;
}

function EarlierRun({input, change}: {input: LayerInput; change: (value: unknown) => void}) {
  const {data: jobs} = useAnswer(() => readJobs(MOST_RESULTS, {status: 'successful'}), []);
  return <select aria-label={say('earlierRun')} value={input.job ?? ''} required onChange={({currentTarget}) => change({job: currentTarget.value})}>
    <option value="">{say('choose')}</option>
    {(jobs ?? []).filter(({processID}) => !ELSEWHERE.has(processID)).map((job) => <option key={job.jobID} value={job.jobID}>{job['dothi:title'] ?? processTitle(job.processID)}, {momentOf(job.created)}</option>)}
  </select>;
}
