/** Which other run of the same analysis a run is compared with. */
import {useState} from 'preact/hooks';
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
      {data.map((each) => <option key={each.jobID} value={each.jobID}>{momentOf(each.created)}, {scenarioOf(each)}</option>)}</select></label>
    <button type="button" class="button" onClick={compare}>{say('compareRuns')}</button>
    {fault && <span class="note bad" role="alert">{fault}</span>}
  </p>;
}

/** The latest other runs of the same analysis, with their inputs. */
async function otherRuns(job: Job): Promise<Job[]> {
  const jobs = await readJobs(MOST_RUNS, {status: 'successful', processID: job.processID});
  return await Promise.all(jobs.filter(({jobID}) => jobID !== job.jobID).map(({jobID}) => readJob(jobID)));
}

/** On which scenario it was run, by name. */
function scenarioOf({inputs}: Job): string {
  const scenario = inputs?.['scenario'] as {name?: string} | undefined;
  return scenario?.name ?? say('noScenario');
}
