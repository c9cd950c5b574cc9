/** A study: its question, its runs with what has become of them, what was concluded, and one report over all. */
import type {Ref} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {open, stateOf} from './analyses';
import {rerun, start} from './api';
import {addRun, describeRun, describeStudy, readStudy, removeStudy, studyReport, takeRunOut, type StudyRun, type StudyWords, type WholeStudy} from './study_api';
import {analyses, ELSEWHERE, layerTitles} from './titles';
import {setParts} from '../site/address';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {momentOf} from '../site/format';
import {useHeld} from '../site/held';
import {say} from '../site/language';
import {Title} from '../site/page';
import type {Message} from '../messages';

const REFRESH_S = 10;
const SHARINGS = ['private', 'group', 'everybody'] as const;

export function StudyPage({id}: {id: string}) {
  const reading = useAnswer(() => readStudy(id), [id], REFRESH_S);
  return <>
    <p><a href="./planning" onClick={(event) => open(event, {})}>← {say('pageAnalyses')}</a></p>
    <Shown of={reading}>{({study, tag}) => <Whole study={study} tag={tag} again={reading.again} />}</Shown>
  </>;
}

interface WholeProps {
  study: WholeStudy;
  tag: string;
  again: () => void;
}

function Whole({study, tag, again}: WholeProps) {
  const [fault, setFault] = useState('');
  const act = (work: Promise<unknown>): Promise<boolean> => {
    setFault('');
    return work.then(() => { again(); return true; }, (error: unknown) => { setFault(reasonOf(error)); return false; });
  };
  const describe = (words: StudyWords): Promise<boolean> => act(describeStudy(study.id, tag, words));
  const readers = study.sharing === 'private' && study.members.length > 0 ? say('sharingWithMembers', {n: study.members.length}) : say(`sharing_${study.sharing}` as Message);
  const lead = [study.own ? '' : study.author, readers].filter(Boolean).join(' · ');
  return <>
    <Title title={study.name} lead={lead}>
      {study.study_runs.some(({status, gone}) => status === 'successful' && !gone) && <Reports id={study.id} />}
    </Title>
    {fault && <p class="note bad" role="alert">{fault} <button type="button" class="link" onClick={() => { setFault(''); again(); }}>{say('readAgain')}</button></p>}
    <div class="two">
      <section class="card stack">
        <h2>{say('runs')}</h2>
        {study.works_on && <NewRun study={study.id} />}
        {study.study_runs.length === 0 && <p class="quiet">{say('noRunInStudy')}</p>}
        <ol class="stack study-runs">{study.study_runs.map((run) => <RunOfStudy key={run.job_id} study={study} run={run} act={act} />)}</ol>
        {study.hidden > 0 && <p class="note warn">{say('hiddenRuns', {n: study.hidden})}</p>}
        <CompareTwo study={study} act={act} />
      </section>
      <section class="card stack">
        {study.works_on && <Words label="studyName" text={study.name} most={200} isOpen isLine save={(name) => describe({name})} />}
        <Words label="studyQuestion" text={study.question} most={4000} isOpen={study.works_on} save={(question) => describe({question})} />
        <Words label="studyConclusion" text={study.conclusion} most={20000} isOpen={study.works_on} save={(conclusion) => describe({conclusion})} />
        <People study={study} describe={describe} />
        {study.own && <p><button type="button" class="link" onClick={() => { if (confirm(say('removeStudySure'))) void act(removeStudy(study.id, tag).then(() => setParts({study: ''}, true))); }}>{say('removeStudy')}</button></p>}
      </section>
    </div>
  </>;
}

const Reports = ({id}: {id: string}) => <p class="row">
  <a class="button first" href={studyReport(id, 'html')} target="_blank" rel="noopener">{say('openReport')}</a>
  <a class="button" href={studyReport(id, 'pdf')} target="_blank" rel="noopener">{say('reportAsPdf')}</a></p>;

/** One more run: which analysis answers a part of the question. */
function NewRun({study}: {study: string}) {
  const offered = (analyses.value ?? []).filter(({id}) => !ELSEWHERE.has(id));
  return <p><label class="row">{say('newRun')} <select value="" onChange={({currentTarget}) => setParts({analysis: currentTarget.value, study}, true)}>
    <option value="">{say('chooseAnalysis')}</option>
    {offered.map(({id, title}) => <option key={id} value={id}>{title}</option>)}</select></label></p>;
}

interface RunProps {
  study: WholeStudy;
  run: StudyRun;
  act: (work: Promise<unknown>) => Promise<boolean>;
}

function RunOfStudy({study, run, act}: RunProps) {
  const isReplaced = study.study_runs.some(({replaces}) => replaces === run.job_id);
  const runAgain = (): void => void act(rerun(run.job_id).then(({jobID}) => addRun(study.id, jobID, run.job_id)));
  return <li>
    <p><a href={`?study=${study.id}&run=${run.job_id}`} onClick={(event) => open(event, {study: study.id, run: run.job_id})}>{run.called}</a></p>
    <p class="quiet">{[run.gone ? say('resultGone') : stateOf(run), momentOf(run.finished_at ?? run.added_at), run.author, isReplaced ? say('replacedRun') : ''].filter(Boolean).join(' · ')}</p>
    {run.status === 'failed' && <p class="note bad">{run.message}</p>}
    {run.layers_changed.length > 0 && !isReplaced && <p class="note warn">{say('layersChanged', {layers: run.layers_changed.map((id) => layerTitles.value.get(id) ?? id).join(', ')})}
      {study.works_on && <> <button type="button" class="link" onClick={runAgain}>{say('runAgain')}</button></>}</p>}
    <Words label="noteOfRun" text={run.note} most={4000} isOpen={study.works_on} isSmall name={run.job_id} save={(note) => act(describeRun(study.id, run.job_id, {note}))} />
    {study.works_on && <p class="row">
      <a href={`?study=${study.id}&analysis=${run.process_id}&from=${run.job_id}`} onClick={(event) => open(event, {study: study.id, analysis: run.process_id, from: run.job_id})}>{say('changeInputs')}</a>
      <button type="button" class="link" onClick={() => void act(takeRunOut(study.id, run.job_id))} aria-label={`${say('takeOut')}: ${run.called}`}>{say('takeOut')}</button></p>}
  </li>;
}

interface WordsProps {
  label: Message;
  /** What tells them apart from others of the page with that label. */
  name?: string;
  text: string;
  most: number;
  isOpen: boolean;
  isSmall?: boolean;
  /** Whether it is one line, which is read elsewhere on the page. */
  isLine?: boolean;
  /** Whether it was kept. */
  save: (text: string) => Promise<boolean>;
}

/** What somebody writes, and what there was when they began. */
interface Draft {
  text: string;
  begunOn: string;
}

/** A text that those who work on the study write: what it says, and a field in its place while somebody writes. */
function Words({label, name = label, text, most, isOpen, isSmall = false, isLine = false, save}: WordsProps) {
  const [draft, setDraft] = useHeld<Draft | null>(name, null);
  const place = useRef<HTMLElement>(null);
  const isWriting = draft !== null;
  const wasWriting = useRef(isWriting);
  useEffect(() => {
    // what had the focus has just gone away
    if (wasWriting.current !== isWriting && document.activeElement === document.body) place.current?.querySelector<HTMLElement>('input, textarea, .link')?.focus();
    wasWriting.current = isWriting;
  }, [isWriting]);
  const lines = isLine ? [] : text.split('\n').filter((line) => line.trim());
  const heading = isSmall || isLine ? null : <h2>{say(label)}</h2>;
  if (draft === null) {
    return <div class="words" ref={place as Ref<HTMLDivElement>}>{heading}{lines.map((line, i) => <p key={i} class={isSmall ? 'written' : ''}>{line}</p>)}
      {isOpen && <button type="button" class="link" onClick={() => setDraft({text, begunOn: text})}>{say(text ? 'changeWords' : 'writeWords')} {say(label).toLowerCase()}</button>}</div>;
  }
  const keep = (): void => void save(draft.text).then((isKept) => { if (isKept) setDraft(null); });
  const field = {'aria-label': say(label), maxLength: most, value: draft.text, onInput: ({currentTarget}: {currentTarget: {value: string}}) => setDraft({...draft, text: currentTarget.value})};
  return <form class="words stack" ref={place as Ref<HTMLFormElement>} onSubmit={(event) => { event.preventDefault(); keep(); }}>{heading}
    {isLine ? <input {...field} required /> : <textarea {...field} rows={isSmall ? 3 : 6} />}
    {text !== draft.begunOn && <p class="note warn" role="alert">{say('writtenMeanwhile')} <q>{text}</q></p>}
    <p class="row"><button class="button">{say('keepWords')}</button><button type="button" class="button plain" onClick={() => setDraft(null)}>{say('cancelChange')}</button></p>
  </form>;
}

/** With whom it is shared, and who works on it. */
function People({study, describe}: {study: WholeStudy; describe: (words: StudyWords) => Promise<boolean>}) {
  const [name, setName] = useState('');
  const add = (): void => void describe({members: [...study.members, name.trim()]}).then((isAdded) => { if (isAdded) setName(''); });
  return <div class="stack">
    <h2>{say('membersOfStudy')}</h2>
    <ul class="plain">{[study.author, ...study.members].map((member, i) => <li key={member} class="row">{member}
      {study.own && i > 0 && <button type="button" class="link" aria-label={`${say('remove')}: ${member}`} onClick={() => void describe({members: study.members.filter((each) => each !== member)})}>{say('remove')}</button>}</li>)}</ul>
    {study.own && <>
      <form class="row" onSubmit={(event) => { event.preventDefault(); add(); }}>
        <input aria-label={say('memberName')} placeholder={say('memberName')} required maxLength={64} value={name} onInput={({currentTarget}) => setName(currentTarget.value)} />
        <button class="button plain">{say('addMember')}</button></form>
      <label class="row">{say('sharedWith')} <select value={study.sharing} onChange={({currentTarget}) => void describe({sharing: currentTarget.value as WholeStudy['sharing']})}>
        {SHARINGS.map((each) => <option key={each} value={each}>{say(`sharing_${each}` as Message)}</option>)}</select></label></>}
  </div>;
}

/** Two runs of one analysis, the difference of which becomes a run of the study. */
function CompareTwo({study, act}: {study: WholeStudy; act: RunProps['act']}) {
  const [before, setBefore] = useState('');
  const [after, setAfter] = useState('');
  const ended = study.study_runs.filter(({status, gone, process_id: process}) => status === 'successful' && !gone && process !== 'compare-results');
  const first = ended.find(({job_id: id}) => id === before) ?? ended.find((run) => ended.some((other) => isLike(run, other)));
  const others = first ? ended.filter((run) => isLike(first, run)) : [];
  if (!study.works_on || !first || others.length === 0) return null;
  const second = others.find(({job_id: id}) => id === after) ?? others[others.length - 1]!;
  const compare = (): void => void act(start('compare-results', {before: first.job_id, after: second.job_id}).then(({jobID}) => addRun(study.id, jobID)));
  const choice = (run: StudyRun) => <option key={run.job_id} value={run.job_id}>{`${momentOf(run.finished_at ?? run.added_at)}: ${run.called}`}</option>;
  return <div class="stack compare-two"><h3>{say('compareTwoRuns')}</h3>
    <label>{say('mapBefore')} <select value={first.job_id} onChange={({currentTarget}) => setBefore(currentTarget.value)}>{ended.map(choice)}</select></label>
    <label>{say('mapAfter')} <select value={second.job_id} onChange={({currentTarget}) => setAfter(currentTarget.value)}>{others.map(choice)}</select></label>
    <p><button type="button" class="button" onClick={compare}>{say('compareRuns')}</button></p></div>;
}

const isLike = (run: StudyRun, other: StudyRun): boolean => run.process_id === other.process_id && run.job_id !== other.job_id;
