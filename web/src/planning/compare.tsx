/** Which other run of the same analysis a run is compared with. */
import {useState} from 'preact/hooks';
import {runTitle} from './analyses';
import {readJob, readJobs, start, type Job} from './api';
import {setParts} from '../site/address';
import {reasonOf, useAnswer} from '../site/answer';
import {momentOf} from '../site/format';
import {say} from '../site/language';

const MOST_RUNS = 12;

export function Compare({job}: {job: Job}) {
  const [other, setOther] = useState('');
  const [fault, setFault] = useState('');
  const {data} = useAnswer(() => otherRuns(job), [job.jobID]);
  if (!data?.length) return null;
  const compare = (): void => {
    start('compare-results', {before: other || data[0]!.jobID, after: job.jobID})
      .then(({jobID}) => setParts({run: jobID}, true), (error: unknown) => setFault(reasonOf(error)));
  };
  return <p class="row">
    <label class="row">{say('compareWith')} <select value={other || data[0]!.jobID} onChange={({currentTarget}) => setOther(currentTarget.value)}>
      {data.map((each) => <option key={each.jobID} value={each.jobID}>{runTitle(each)} · {momentOf(each.created)}</option>)}</select></label>
    <button type="button" class="button" onClick={compare}>{say('compareRuns')}</button>
    {fault && <span class="note bad" role="alert">{fault}</span>}
  </p>;
}

/** The latest other runs of the same analysis, those first that ask the most alike: before and after, not two questions. */
async function otherRuns(job: Job): Promise<Job[]> {
  const jobs = await readJobs(MOST_RUNS, {status: 'successful', processID: job.processID});
  const others = await Promise.all(jobs.filter(({jobID}) => jobID !== job.jobID).map(({jobID}) => readJob(jobID)));
  const distance = new Map(others.map((other) => [other.jobID, differencesOf(job, other)]));
  return others.sort((one, other) => distance.get(one.jobID)! - distance.get(other.jobID)!);
}

/** How many inputs differ, the scenario aside. */
function differencesOf({inputs = {}}: Job, {inputs: others = {}}: Job): number {
  const names = new Set([...Object.keys(inputs), ...Object.keys(others)].filter((name) => name !== 'scenario'));
  return [...names].filter((name) => JSON.stringify(inputs[name]) !== JSON.stringify(others[name])).length;
}
