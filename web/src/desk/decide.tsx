import {useState} from 'preact/hooks';
import {Columns} from './columns';
import type {Delivery} from './delivery';
import type {Report} from './report';
import {answerOf, client} from '../client';
import {reasonOf} from '../site/answer';
import {followJob} from '../site/job';
import {say} from '../site/language';

export type ReadingOf = Partial<Record<'crs' | 'encoding' | 'scope' | 'as_of', string>> & {
  mode?: 'replace' | 'upsert';
  columns?: Record<string, string>;
};

interface DecideProps {
  delivery: Delivery;
  /** Of the version that is on the screen. */
  tag: string;
  report: Report | null;
  decided: () => void;
}

/** Accept, with how the file is to be read, or return with a reason; nobody decides on what has changed meanwhile. */
export function Decide({delivery, tag, report, decided}: DecideProps) {
  const [reading, setReading] = useState<ReadingOf>({});
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState('');
  const [fault, setFault] = useState('');
  const send = async (decision: 'accept' | 'return'): Promise<void> => {
    setFault('');
    if (!reason.trim()) return setFault(say('reasonNeeded'));
    setBusy(say('working'));
    try {
      const job = await answerOf(client.POST('/deliveries/{number}/decision', {
        params: {path: {number: delivery.id}}, body: {decision, reason, ...reading} as never, headers: {'If-Match': tag},
      })) as unknown as {jobID: string};
      await followJob(job.jobID, ({message, progress}) => setBusy(`${message ?? ''} ${progress ?? 0} %`));
      decided();
    } catch (error) {
      setFault(reasonOf(error));
      decided();
    } finally {
      setBusy('');
    }
  };
  return <form class="card stack" id="decide" onSubmit={(event) => event.preventDefault()}>
    <h2>{say('decide')}</h2>
    <HowToRead delivery={delivery} report={report} reading={reading} change={setReading} />
    <label class="field"><span>{say('reason')}</span>
      <textarea rows={2} maxLength={2000} value={reason} required onInput={({currentTarget}) => setReason(currentTarget.value)} /></label>
    <Refused delivery={delivery} />
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {busy && <p class="note" role="status">{busy}</p>}
    <p class="row">
      <button type="button" class="button first" disabled={!!busy} onClick={() => void send('accept')}>{say('accept')}</button>
      <button type="button" class="button" disabled={!!busy} onClick={() => void send('return')}>{say('giveBack')}</button>
    </p>
  </form>;
}

/** Whether somebody accepted the file, and it did not pass: the delivery waits on. */
export const isRefused = (made: Delivery['decisions'][number]): boolean => made.decision === 'accept' && made.outcome === 'returned';

/** Why the file did not pass when it was accepted last. */
function Refused({delivery}: {delivery: Delivery}) {
  const last = delivery.decisions.at(-1);
  if (!last || !isRefused(last)) return null;
  return <div class="note bad stack" role="alert" id="refused">{last.notes.map((note) => <p key={note}>{note}</p>)}</div>;
}

interface HowToReadProps {
  delivery: Delivery;
  report: Report | null;
  reading: ReadingOf;
  change: (reading: ReadingOf) => void;
}

/** How the file is to be read, where the diagnosis did not know or was wrong. */
function HowToRead({delivery, report, reading, change}: HowToReadProps) {
  const set = (name: keyof ReadingOf, value: string): void => {
    const {[name]: _, ...others} = reading;
    change(value ? {...others, [name]: value} : others);
  };
  const encodings = [...new Set(Object.values(report?.text ?? {}).flatMap(({candidates}) => candidates.map(({encoding}) => encoding)))];
  return <>
    <Choice title={say('coordinateSystem')} value={reading.crs ?? ''} values={report?.crs.candidates.map(({crs}) => crs) ?? []} set={(value) => set('crs', value)} />
    {encodings.length > 0 && <Choice title={say('encoding')} value={reading.encoding ?? ''} values={encodings} set={(value) => set('encoding', value)} />}
    <label class="field"><span>{say('mode')}</span>
      <select value={reading.mode ?? ''} onChange={({currentTarget}) => set('mode', currentTarget.value)}>
        <option value="">{say('unchangedAs', {value: say(delivery.mode === 'replace' ? 'modeReplace' : 'modeUpsert')})}</option>
        <option value="replace">{say('modeReplace')}</option><option value="upsert">{say('modeUpsert')}</option>
      </select></label>
    <label class="field"><span>{say('asOf')}</span>
      <input type="date" value={reading.as_of ?? ''} onInput={({currentTarget}) => set('as_of', currentTarget.value)} /></label>
    {report && <Columns layer={delivery.layer_id} matched={report.columns} change={(columns) => change({...reading, columns})} />}
  </>;
}

/** One of the values that come into question, or another one that is typed. */
function Choice({title, value, values, set}: {title: string; value: string; values: string[]; set: (value: string) => void}) {
  const id = `values-${title}`;
  return <label class="field"><span>{title}</span>
    <input list={id} value={value} maxLength={60} placeholder={say('unchanged')} onInput={({currentTarget}) => set(currentTarget.value)} />
    <datalist id={id}>{values.map((each) => <option key={each} value={each} />)}</datalist>
  </label>;
}
