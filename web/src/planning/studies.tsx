/** The studies that somebody works on or may read, and beginning one. */
import {useState} from 'preact/hooks';
import {open} from './analyses';
import {makeStudy, readStudies} from './study_api';
import {setParts} from '../site/address';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {momentOf} from '../site/format';
import {say} from '../site/language';
import {account} from '../site/service';
import type {Message} from '../messages';

/** Not only spaces. */
const SOME_WORD = '.*\\S.*';

export function Studies() {
  return account.value ? <StudyList /> : null;
}

function StudyList() {
  const reading = useAnswer(readStudies, []);
  return <section class="runs stack">
    <h2>{say('studies')}</h2>
    <p class="quiet">{say('studiesLead')}</p>
    <Shown of={reading}>{(studies) => studies.length > 0 && <ul class="cards">{studies.map((each) => <li key={each.id} class="card">
      <h3><a href={`?study=${each.id}`} onClick={(event) => open(event, {study: each.id})}>{each.name}</a></h3>
      {each.question && <p>{each.question}</p>}
      <p class="quiet">{[each.own ? '' : each.author, say('runsOfStudy', {n: each.runs}), momentOf(each.updated_at), say(`sharing_${each.sharing}` as Message)].filter(Boolean).join(' · ')}</p></li>)}</ul>}</Shown>
    <NewStudy />
  </section>;
}

function NewStudy() {
  const [name, setName] = useState('');
  const [question, setQuestion] = useState('');
  const [fault, setFault] = useState('');
  const make = (): void => {
    makeStudy(name.trim(), question.trim()).then(({id}) => setParts({study: id}, true), (error: unknown) => setFault(reasonOf(error)));
  };
  return <form class="row" onSubmit={(event) => { event.preventDefault(); make(); }}>
    <input aria-label={say('studyName')} placeholder={say('studyName')} maxLength={200} required pattern={SOME_WORD} value={name} onInput={({currentTarget}) => setName(currentTarget.value)} />
    <input class="long" aria-label={say('studyQuestion')} placeholder={say('studyQuestion')} maxLength={4000} value={question} onInput={({currentTarget}) => setQuestion(currentTarget.value)} />
    <button class="button">{say('newStudy')}</button>
    {fault && <span class="note bad" role="alert">{fault}</span>}
  </form>;
}
