/** A run: how far it is, what it answers, and what can be done next. */
import {useEffect, useState} from 'preact/hooks';
import {open, runTitle, stateOf} from './analyses';
import {IntoStudy, StudyTrail} from './study_trail';
import {addRun} from './study_api';
import {Compare} from './compare';
import {dismiss, readJob, rerun, start, type Job} from './api';
import {part, setParts} from '../site/address';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {followJob} from '../site/job';
import {lazy} from '../site/lazy';
import {momentOf} from '../site/format';
import {say} from '../site/language';
import {Title} from '../site/page';

const Result = lazy(async () => (await import('./result')).Result);
const OPEN = new Set(['accepted', 'running']);

export function Run({id}: {id: string}) {
  const reading = useAnswer(() => readJob(id), [id]);
  return <>
    <StudyTrail />
    <Shown of={reading}>{(job) => <RunPage key={job.status} job={job} again={reading.again} />}</Shown>
  </>;
}

function RunPage({job, again}: {job: Job; again: () => void}) {
  return <>
    <Title title={runTitle(job)} lead={[OPEN.has(job.status) ? '' : stateOf(job), momentOf(job.finished ?? job.created), onScenario(job)].filter(Boolean).join(' · ')}>
      {!OPEN.has(job.status) && <NextSteps job={job} />}
    </Title>
    {OPEN.has(job.status) && <Progress job={job} ended={again} />}
    {job.status === 'failed' && <p class="note bad" role="alert">{job.message}</p>}
    {job.status === 'successful' && (job['dothi:outputs']?.length
      ? <><IntoStudy job={job} />{onScenario(job) && <WithoutScenario job={job} />}<Compare job={job} /><Result job={job} /></>
      : <p class="note">{say('resultGone')}</p>)}
  </>;
}

/** On which scenario it was run; nothing for the data as they are. */
function onScenario({inputs}: Job): string {
  const scenario = inputs?.['scenario'] as {name?: string; version?: number} | undefined;
  return scenario?.name ? `${say('scenario')}: ${scenario.name}, ${say('versionNumber', {n: scenario.version ?? ''})}` : '';
}

/** The same question without the scenario, and the difference: one step for before and after. */
function WithoutScenario({job}: {job: Job}) {
  const [isRunning, setRunning] = useState(false);
  const [fault, setFault] = useState('');
  const compare = async (): Promise<void> => {
    setRunning(true);
    const {scenario: _, ...inputs} = job.inputs ?? {};
    const before = await start(job.processID, inputs);
    await followJob(before.jobID, () => null);
    const compared = await start('compare-results', {before: before.jobID, after: job.jobID});
    if (part('study')) for (const each of [before, compared]) await addRun(part('study'), each.jobID);
    setParts({run: compared.jobID}, true);
  };
  return <p class="row"><button type="button" class="button first" disabled={isRunning}
    onClick={() => void compare().catch((error: unknown) => { setRunning(false); setFault(reasonOf(error)); })}>{say('compareWithout')}</button>
    {isRunning && <span role="status">{say('sending')}</span>}{fault && <span class="note bad" role="alert">{fault}</span>}</p>;
}

function Progress({job, ended}: {job: Job; ended: () => void}) {
  const [state, setState] = useState({status: job.status, progress: job.progress, message: job.message});
  useEffect(() => {
    // a failure has its own place on the page
    void followJob(job.jobID, ({status, progress = 0, message = ''}) => setState({status, progress, message})).then(ended, ended);
  }, [job.jobID]);
  return <section class="card stack" aria-live="polite">
    <p>{[OPEN.has(state.status) && stateOf(state), state.message].filter(Boolean).join(' · ')}</p>
    <progress max={100} value={state.progress} aria-label={say('progress')} />
    <p><button type="button" class="button" onClick={() => void dismiss(job.jobID).then(ended, ended)}>{say('cancelRun')}</button></p>
  </section>;
}

function NextSteps({job}: {job: Job}) {
  const [fault, setFault] = useState('');
  const runAgain = (): void => {
    rerun(job.jobID).then(async ({jobID}) => {
      if (part('study')) await addRun(part('study'), jobID, job.jobID);
      setParts({run: jobID}, true);
    }).catch((error: unknown) => setFault(reasonOf(error)));
  };
  return <p class="row">
    <a class="button" href={`?analysis=${job.processID}&from=${job.jobID}${part('study') && `&study=${part('study')}`}`} onClick={(event) => open(event, {analysis: job.processID, from: job.jobID, study: part('study')})}>{say('changeInputs')}</a>
    <button type="button" class="button plain" onClick={runAgain}>{say('runAgain')}</button>
    {fault && <span class="note bad" role="alert">{fault}</span>}
  </p>;
}
