/** The analyses that there are, and the runs that were made. */
import {useState} from 'preact/hooks';
import {analyses, ELSEWHERE, processTitle} from './titles';
import {readJobs, type Job} from './api';
import {Scenarios} from './scenarios';
import {Studies} from './studies';
import {setParts} from '../site/address';
import {Shown, useAnswer} from '../site/answer';
import {momentOf} from '../site/format';
import {say} from '../site/language';
import {Title} from '../site/page';
import {account} from '../site/service';
import type {Message} from '../messages';

const MOST_RUNS = 30;
const REFRESH_S = 15;
export function Analyses() {
  const questions = (analyses.value ?? []).filter(({id}) => !ELSEWHERE.has(id));
  return <>
    <Title title={say('pagePlanning')} lead={say('planningLead')} />
    {!analyses.value && <p class="wait" role="status">{say('loading')}</p>}
    <ul class="cards">{questions.map(({id, title, description}) => <li key={id} class="card">
      <h2><a href={`?analysis=${id}`} onClick={(event) => open(event, {analysis: id})}>{title}</a></h2><p>{description}</p></li>)}</ul>
    <Studies />
    <Scenarios />
    <Runs />
  </>;
}

const STARTERS: [string, Message][] = [['me', 'runsMine'], ['group', 'runsOfGroup'], ['', 'runsOfEverybody']];

function Runs() {
  const [startedBy, setStartedBy] = useState('');
  // what an analysis is, and comparisons: not the steps of other pages
  const listed = (analyses.value ?? []).map(({id}) => id).filter((id) => !ELSEWHERE.has(id) || id === 'compare-results').join(',');
  const reading = useAnswer(async () => listed ? await readJobs(MOST_RUNS, {processID: listed, startedBy}) : [], [startedBy, listed], REFRESH_S);
  return <section class="runs stack">
    <h2>{say('runs')}</h2>
    {account.value && <label class="row">{say('startedBy')} <select value={startedBy} onChange={({currentTarget}) => setStartedBy(currentTarget.value)}>
      {STARTERS.map(([who, title]) => <option key={who} value={who}>{say(title)}</option>)}</select></label>}
    <Shown of={reading}>{(jobs) => jobs.length === 0 ? <p class="quiet">{say('noRun')}</p> : <div class="table"><table>
      <thead><tr><th>{say('analysis')}</th><th>{say('startedBy')}</th><th>{say('startedOn')}</th><th>{say('state')}</th></tr></thead>
      <tbody>{jobs.map((job) => <RunRow key={job.jobID} job={job} />)}</tbody></table></div>}</Shown>
  </section>;
}

const RunRow = ({job}: {job: Job}) => <tr>
  <td><a href={`?run=${job.jobID}`} onClick={(event) => open(event, {run: job.jobID})}>{runTitle(job)}</a></td>
  <td>{job['dothi:startedBy']}</td><td>{momentOf(job.created)}</td><td>{stateOf(job)}</td></tr>;

/** What a run is called: its analysis, and what was chosen. */
export const runTitle = (job: Job): string => job['dothi:title'] ?? processTitle(job.processID);

export const stateOf = ({status}: {status: string}): string => say(`state_${status}` as Message);

export function open(event: MouseEvent, parts: Record<string, string>): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // to be opened elsewhere
  event.preventDefault();
  setParts({analysis: '', run: '', from: '', scenario: '', study: '', on: '', ...parts}, true);
  scrollTo(0, 0);
}
