import {useState} from 'preact/hooks';
import type {Delivery} from './delivery';
import {answerOf, client} from '../client';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {localMinute, localNumber} from '../site/format';
import {followJob} from '../site/job';
import {say} from '../site/language';

const MOST = 100;

interface Outcome {
  release: number;
  unchanged: boolean;
  dry_run: boolean;
  diff: {added: number; changed: number; closed: number};
}

interface RollBackProps {
  delivery: Delivery;
  done: () => void;
}

/** The way back from a delivery that was released: the layer as after an earlier release, looked at first. */
export function RollBack({delivery, done}: RollBackProps) {
  const reading = useAnswer(() => answerOf(client.GET('/releases', {params: {query: {layer: delivery.layer_id, limit: MOST}}})), [delivery.layer_id]);
  return <section class="card" id="roll-back"><details><summary>{say('rollBack')}</summary>
    <Shown of={reading}>{({releases}) => releases.length < 2 ? <p class="note">{say('noEarlierRelease')}</p>
      : <Form delivery={delivery} releases={releases.slice(1)} done={() => { reading.again(); done(); }} />}</Shown>
  </details></section>;
}

interface FormProps extends RollBackProps {
  /** Those that the layer may go back to, the newest first. */
  releases: {number: number; released_minute: string; origin_title: string}[];
}

function Form({delivery, releases, done}: FormProps) {
  const before = releases.find(({number}) => number < (delivery.release ?? 0)) ?? releases[0]!;
  const [release, setRelease] = useState(before.number);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState('');
  const [fault, setFault] = useState('');
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const run = async (dry_run: boolean): Promise<void> => {
    setFault('');
    setOutcome(null);
    if (!reason.trim()) return setFault(say('reasonKept'));
    setBusy(say('working'));
    try {
      const job = await start({layer: delivery.layer_id, release, reason, dry_run});
      await followJob(job, ({message, progress}) => setBusy(`${message ?? ''} ${progress ?? 0} %`));
      setOutcome(await outcomeOf(job));
      if (!dry_run) done();
    } catch (error) {
      setFault(reasonOf(error));
    }
    setBusy('');
  };
  return <form class="stack" onSubmit={(event) => event.preventDefault()}>
    <p class="quiet">{say('rollBackMeans')}</p>
    <label class="field"><span>{say('backTo')}</span>
      <select value={release} onChange={({currentTarget}) => { setRelease(Number(currentTarget.value)); setOutcome(null); }}>
        {releases.map(({number, released_minute, origin_title}) =>
          <option key={number} value={number}>{number}, {localMinute(released_minute)}, {origin_title}</option>)}</select></label>
    <label class="field"><span>{say('reasonKeptLabel')}</span>
      <textarea rows={2} maxLength={2000} value={reason} onInput={({currentTarget}) => setReason(currentTarget.value)} /></label>
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {busy && <p class="note" role="status">{busy}</p>}
    {outcome && <OutcomeNote outcome={outcome} />}
    <p class="row">
      <button type="button" class="button" disabled={!!busy} onClick={() => void run(true)}>{say('previewChanges')}</button>
      <button type="button" class="button first" disabled={!!busy} onClick={() => void run(false)}>{say('rollBack')}</button>
    </p>
  </form>;
}

function OutcomeNote({outcome: {release, unchanged, dry_run, diff}}: {outcome: Outcome}) {
  const counts = (['added', 'changed', 'closed'] as const).map((kind) => `${say(kind)}: ${localNumber(diff[kind])}`).join(', ');
  const words = unchanged ? say('rollBackUnchanged') : say(dry_run ? 'rollBackWould' : 'rolledBack', {release});
  return <p class={`note ${dry_run || unchanged ? '' : 'good'}`} role="status">{words}{!unchanged && ` ${counts}`}</p>;
}

/** The id of the job that puts the layer back, or works out what that would change. */
async function start(inputs: {layer: string; release: number; reason: string; dry_run: boolean}): Promise<string> {
  const job = await answerOf(client.POST('/processes/roll-back/execution', {
    body: {inputs, response: 'document'} as never, headers: {Prefer: 'respond-async'},
  })) as unknown as {jobID: string};
  return job.jobID;
}

const outcomeOf = async (jobId: string): Promise<Outcome> => await answerOf(client.GET('/jobs/{jobId}/results/{outputId}', {
  params: {path: {jobId, outputId: 'result'}},
})) as unknown as Outcome;
