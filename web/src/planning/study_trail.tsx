/** The study in which somebody works: the way back to it, and putting a run into one. */
import {useState} from 'preact/hooks';
import {open} from './analyses';
import type {Job} from './api';
import {addRun, readStudies, readStudy} from './study_api';
import {part, setParts} from '../site/address';
import {reasonOf, useAnswer} from '../site/answer';
import {say} from '../site/language';
import {account} from '../site/service';

/** Back to the study from which somebody came, else to the analyses. */
export function StudyTrail() {
  const id = part('study');
  const {data} = useAnswer(async () => id ? (await readStudy(id)).study.name : '', [id]);
  return <p class="row"><a href="./planning" onClick={(event) => open(event, {})}>← {say('pageAnalyses')}</a>
    {id && data && <a href={`?study=${id}`} onClick={(event) => open(event, {study: id})}>← {data}</a>}</p>;
}

export function IntoStudy({job}: {job: Job}) {
  return account.value && !part('study') ? <ChooseStudy job={job} /> : null;
}

function ChooseStudy({job}: {job: Job}) {
  const [study, setStudy] = useState('');
  const [fault, setFault] = useState('');
  const {data} = useAnswer(readStudies, []);
  const offered = (data ?? []).filter(({works_on: isMine}) => isMine);
  if (offered.length === 0) return null;
  const add = (): void => {
    addRun(study, job.jobID).then(() => setParts({study}, true), (error: unknown) => setFault(reasonOf(error)));
  };
  return <form class="row" onSubmit={(event) => { event.preventDefault(); add(); }}>
    <label class="row">{say('intoStudy')} <select required value={study} onChange={({currentTarget}) => setStudy(currentTarget.value)}>
      <option value="">{say('chooseStudy')}</option>{offered.map(({id, name}) => <option key={id} value={id}>{name}</option>)}</select></label>
    <button class="button">{say('runIntoStudy')}</button>
    {fault && <span class="note bad" role="alert">{fault}</span>}
  </form>;
}
