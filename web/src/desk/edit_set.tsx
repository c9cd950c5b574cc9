import {useState} from 'preact/hooks';
import {differing, titleOf, valueOf, type DescribedColumns} from './described';
import {COLORS, SidesMap} from './sides_map';
import {answerOf, client, versionOf, type Answered} from '../client';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {momentOf} from '../site/format';
import {say} from '../site/language';
import type {Message} from '../messages';

type Whole = Answered<'/edits/{number}', 'get'>;
type Pending = Whole['pending'][number];

const REFRESH_S = 30;
const CHANGES: Record<Pending['change'], [Message, string]> = {added: ['added', 'good'], changed: ['changed', 'warn'], closed: ['closed', 'bad']};
const STATUSES: Record<Whole['status'], [Message, string]> = {
  open: ['reportReceived', 'warn'], accepted: ['statusAccepted', 'good'], rejected: ['editsRejected', 'bad'],
};

/** The edits of one author to one layer: what each changes, on a map too, and the decision on all of them. */
export function EditSet({number, decided}: {number: number; decided: () => void}) {
  const reading = useAnswer(() => versionOf(client.GET('/edits/{number}', {params: {path: {number}}})), [number], REFRESH_S);
  const [fault, setFault] = useState('');
  const again = (words: string): void => { setFault(words); reading.again(); decided(); };
  return <div class="stack"><Shown of={reading}>{({data, tag}) => <>
    <section class="card" id="edit-set">
      <h2>{data.id}. {data.layer_title} <span class={`tag ${STATUSES[data.status][1]}`}>{say(STATUSES[data.status][0])}</span></h2>
      <p class="quiet">{data.author}, {momentOf(data.opened_at)}{data.reason && ` · “${data.reason}”`}</p>
      <ul class="stack changes">{data.pending.map((edit) => <li key={edit.id}><Change edit={edit} columns={data.described_columns} /></li>)}</ul>
    </section>
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {data.status === 'open' && <Decide number={number} tag={tag} decided={again} />}
  </>}</Shown></div>;
}

function Change({edit, columns}: {edit: Pending; columns: DescribedColumns}) {
  const [title, look] = CHANGES[edit.change];
  const isNew = edit.change === 'added';
  const names = edit.change === 'closed' ? Object.keys(columns) : differing(isNew ? null : edit.released, edit.properties, columns);
  return <>
    <h3>{say('featureNumber', {n: edit.feature_id ?? -edit.id})} <span class={`tag ${look}`}>{say(title)}</span>
      {edit.moved && edit.change === 'changed' && <span class="tag warn">{say('shapeMoved')}</span>}</h3>
    <dl class="facts">{names.map((name) => <Difference key={name} edit={edit} name={name} columns={columns} />)}</dl>
    <SidesMap label={say('where')} sides={[
      {title: say('versionBefore'), color: COLORS.before, shape: edit.released_geometry_wgs84},
      ...(edit.change !== 'closed' && (edit.moved || isNew) ? [{title: say('theEdit'), color: COLORS.edit, shape: edit.geometry_wgs84}] : []),
    ]} />
  </>;
}

function Difference({edit, name, columns}: {edit: Pending; name: string; columns: DescribedColumns}) {
  const before = valueOf(edit.released, name, columns);
  return <><dt>{titleOf(name, columns)}</dt><dd>
    {edit.change === 'added' ? valueOf(edit.properties, name, columns)
      : edit.change === 'closed' ? <del>{before}</del>
      : <><del>{before}</del> → <strong>{valueOf(edit.properties, name, columns)}</strong></>}
  </dd></>;
}

/** Accept as one release, or reject with a reason that the author reads; nobody decides on what has changed meanwhile. */
function Decide({number, tag, decided}: {number: number; tag: string; decided: (fault: string) => void}) {
  const [reason, setReason] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const send = async (decision: 'accept' | 'reject'): Promise<void> => {
    setFault('');
    if (decision === 'reject' && !reason.trim()) return setFault(say('authorReads'));
    setBusy(true);
    let refusal = '';
    try {
      await answerOf(client.POST('/edits/{number}/decision', {
        params: {path: {number}}, body: {decision, reason} as never, headers: {'If-Match': tag},
      }));
    } catch (error) {
      refusal = reasonOf(error);
    }
    setBusy(false);
    decided(refusal);
  };
  return <form class="card stack" id="decide" onSubmit={(event) => event.preventDefault()}>
    <h2>{say('decide')}</h2>
    <label class="field"><span>{say('reasonOfRejection')}</span>
      <textarea rows={2} maxLength={2000} value={reason} onInput={({currentTarget}) => setReason(currentTarget.value)} /></label>
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {isBusy && <p class="note" role="status">{say('working')}</p>}
    <p class="row">
      <button type="button" class="button first" disabled={isBusy} onClick={() => void send('accept')}>{say('accept')}</button>
      <button type="button" class="button" disabled={isBusy} onClick={() => void send('reject')}>{say('reject')}</button>
    </p>
  </form>;
}
