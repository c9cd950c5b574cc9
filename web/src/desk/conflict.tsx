import {useState} from 'preact/hooks';
import {differing, titleOf, valueOf, type Properties} from './described';
import {COLORS, SidesMap} from './sides_map';
import {answerOf, client, type Answered} from '../client';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {momentOf} from '../site/format';
import {followJob} from '../site/job';
import {say} from '../site/language';
import {Scrolled} from '../site/scrolled';
import type {Message} from '../messages';

type Whole = Answered<'/edits/conflicts/{number}', 'get'>;
type Side = 'edit' | 'delivery';

const REFRESH_S = 30;
const SIDES: Record<Side, Message> = {edit: 'theEdit', delivery: 'theDelivery'};
const DECIDED: Record<NonNullable<Whole['decision']>, Message> = {ours: 'theEdit', theirs: 'theDelivery', merged: 'wentAway'};

/** A feature that an edit and a delivery changed differently: both versions beside each other, and whose values count. */
export function Conflict({number, settled}: {number: number; settled: () => void}) {
  const reading = useAnswer(() => answerOf(client.GET('/edits/conflicts/{number}', {params: {path: {number}}})), [number], REFRESH_S);
  // settled by somebody else, the form is gone, and what it has to say with it
  const [fault, setFault] = useState('');
  const again = (words: string): void => { setFault(words); reading.again(); settled(); };
  return <div class="stack"><Shown of={reading}>{(conflict) => <>
    <section class="card" id="conflict">
      <h2>{say('conflict')} {conflict.id}: {conflict.layer_title}</h2>
      <p class="quiet">{say('featureNumber', {n: conflict.feature_id})}, {momentOf(conflict.opened_at)}
        {conflict.delivery_id !== null && <>, <a href={`?delivery=${conflict.delivery_id}`}>{say('delivery')} {conflict.delivery_id}</a></>}</p>
      <Versions conflict={conflict} />
      <Place conflict={conflict} />
    </section>
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {conflict.status === 'open' ? <Settle number={number} settled={again} /> : <Settled conflict={conflict} />}
  </>}</Shown></div>;
}

/** What differs, column by column; what both have alike is left out. */
function Versions({conflict}: {conflict: Whole}) {
  const {base, edit, delivery, described_columns: columns} = conflict;
  const names = [...new Set([...differing(base, edit, columns), ...differing(base, delivery, columns)])];
  const cell = (properties: Properties, name: string) => properties === null ? say('isDeleted') : valueOf(properties, name, columns);
  return <Scrolled label={say('whatDiffers')}><table>
    <thead><tr><th>{say('column')}</th><th>{say('versionBefore')}</th><th>{say('theEdit')}</th><th>{say('theDelivery')}</th></tr></thead>
    <tbody>
      {names.map((name) => <tr key={name} class={conflict.columns.includes(name) ? 'differs' : undefined}>
        <th scope="row">{titleOf(name, columns)}</th><td>{cell(base, name)}</td><td>{cell(edit, name)}</td><td>{cell(delivery, name)}</td>
      </tr>)}
      {conflict.geometry_differs && <tr class={conflict.columns.includes('geom') ? 'differs' : undefined}><th scope="row">{say('geometry')}</th><td colSpan={3}>{say('seeTheMap')}</td></tr>}
    </tbody>
  </table></Scrolled>;
}

const Place = ({conflict: {shapes}}: {conflict: Whole}) => <SidesMap label={say('where')} sides={[
  {title: say('versionBefore'), color: COLORS.before, shape: shapes.base},
  {title: say('theEdit'), color: COLORS.edit, shape: shapes.edit},
  {title: say('theDelivery'), color: COLORS.delivery, shape: shapes.delivery},
]} />;

function Settle({number, settled}: {number: number; settled: (fault: string) => void}) {
  const [take, setTake] = useState<Side | ''>('');
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState('');
  const [fault, setFault] = useState('');
  const send = async (): Promise<void> => {
    setFault('');
    if (!take) return setFault(say('sideNeeded'));
    if (!reason.trim()) return setFault(say('reasonKept'));
    setBusy(say('working'));
    try {
      const job = await startSettling({conflict: number, take, reason});
      await followJob(job, ({message}) => setBusy(message ?? say('working')));
      settled('');
    } catch (error) {
      setBusy('');
      settled(reasonOf(error));
    }
  };
  return <form class="card stack" id="settle" onSubmit={(event) => { event.preventDefault(); void send(); }}>
    <h2>{say('settle')}</h2>
    <fieldset><legend>{say('whoseValues')}</legend>
      {Object.entries(SIDES).map(([side, title]) => <label key={side} class="row">
        <input type="radio" name="take" checked={take === side} onChange={() => setTake(side as Side)} /> {say(title)}</label>)}
    </fieldset>
    <p class="quiet">{say('settleMeans')}</p>
    <label class="field"><span>{say('reasonKeptLabel')}</span>
      <textarea rows={2} maxLength={2000} value={reason} onInput={({currentTarget}) => setReason(currentTarget.value)} /></label>
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {busy && <p class="note" role="status">{busy}</p>}
    <p><button class="button first" disabled={!!busy}>{say('settle')}</button></p>
  </form>;
}

/** The id of the job that settles it. */
async function startSettling(inputs: {conflict: number; take: Side; reason: string}): Promise<string> {
  const job = await answerOf(client.POST('/processes/settle-conflict/execution', {
    body: {inputs, response: 'document'} as never, headers: {Prefer: 'respond-async'},
  })) as unknown as {jobID: string};
  return job.jobID;
}

const Settled = ({conflict: {decision, decided_at, decided_by, reason, release}}: {conflict: Whole}) => <p class="note good" role="status">
  {say('isSettled')}: <strong>{decision && say(DECIDED[decision])}</strong>{reason && ` · “${reason}”`}
  <br /><span class="quiet">{[decided_at && momentOf(decided_at), decided_by, release !== null && `${say('release')} ${release}`].filter(Boolean).join(', ')}</span>
</p>;
