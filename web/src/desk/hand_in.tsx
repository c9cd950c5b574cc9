import {useState} from 'preact/hooks';
import {Columns} from './columns';
import {answerOf, client} from '../client';
import {setParts} from '../site/address';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {localBytes} from '../site/format';
import {followJob, type JobState} from '../site/job';
import {language, say} from '../site/language';
import {account} from '../site/service';
import {refusalOf, sendFile} from '../site/upload';

interface Layer {
  id: string;
  title: string;
}

/** A file from the reader's computer, dropped or chosen, for one of the layers that their agency supplies. */
export function HandIn() {
  const reading = useAnswer(readLayers, [account.value?.agency]);
  return <Shown of={reading}>{(layers) => <HandInForm layers={layers} />}</Shown>;
}

/** The layers of one's agency; who belongs to none may choose among all. */
async function readLayers(): Promise<Layer[]> {
  const {agencies} = await answerOf(client.GET('/agencies'));
  const agency = account.value?.agency;
  const own = agencies.filter(({id}) => !agency || id === agency).flatMap(({layers}) => layers);
  const byId = new Map(own.map(({id, title}) => [id, {id, title}]));
  return [...byId.values()].sort((a, b) => a.title.localeCompare(b.title, 'vi'));
}

function HandInForm({layers}: {layers: Layer[]}) {
  const [file, setFile] = useState<File | null>(null);
  const [layer, setLayer] = useState(layers.length === 1 ? layers[0]!.id : '');
  const [details, setDetails] = useState<Record<string, string>>({});
  const [columns, setColumns] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState<{words: string; share: number} | null>(null);
  const [fault, setFault] = useState('');
  const send = async (): Promise<void> => {
    if (!file || !layer) return setFault(say(file ? 'layerNeeded' : 'fileNeeded'));
    setFault('');
    try {
      setBusy({words: say('sending'), share: 0});
      const endpoint = new URL(`./api/uploads?lang=${language()}`, document.baseURI).href;
      const upload = await sendFile(file, {endpoint, show: (share) => setBusy({words: say('sending'), share})});
      const named = Object.fromEntries(Object.entries(details).filter(([, value]) => value.trim()));
      const job = await startDelivery({layer, upload, ...named, ...(Object.keys(columns).length > 0 && {columns})});
      await followJob(job, ({message, progress}) => setBusy({words: message ?? '', share: (progress ?? 0) / 100}));
      await openDelivery(job);
    } catch (error) {
      setFault(refusalOf(error) ?? reasonOf(error));
    } finally {
      setBusy(null);
    }
  };
  return <form class="card stack" id="hand-in" onSubmit={(event) => { event.preventDefault(); void send(); }}>
    <h2>{say('handIn')}</h2>
    <p class="lead">{say('handInLead')}</p>
    <Drop file={file} take={setFile} />
    <label class="field"><span>{say('layer')}</span>
      <select value={layer} onChange={({currentTarget}) => { setLayer(currentTarget.value); setColumns({}); }}>
        <option value="">{say('choose')}</option>
        {layers.map(({id, title}) => <option key={id} value={id}>{title}</option>)}
      </select></label>
    <More details={details} change={setDetails} />
    {layer && <Columns key={layer} layer={layer} matched={{}} isOpen={fault !== ''} change={setColumns} />}
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {busy && <p role="status"><progress value={busy.share} aria-label={busy.words} /> {busy.words}</p>}
    <p><button class="button first" disabled={!!busy}>{say('send')}</button></p>
  </form>;
}

/** The id of the job that checks the file. */
async function startDelivery(inputs: Record<string, unknown>): Promise<string> {
  const job = await answerOf(client.POST('/processes/deliver-layer/execution', {
    body: {inputs, response: 'document'} as never, headers: {Prefer: 'respond-async'},
  })) as unknown as JobState;
  return job.jobID;
}

/** The page of the delivery that the job made. */
async function openDelivery(jobId: string): Promise<void> {
  const results = await answerOf(client.GET('/jobs/{jobId}/results', {params: {path: {jobId}}})) as unknown as {report?: {delivery?: number; value?: {delivery?: number}}};
  const number = results.report?.delivery ?? results.report?.value?.delivery;
  if (number) setParts({delivery: String(number), tab: ''}, true);
  else location.assign(`./api/jobs/${jobId}?f=html&lang=${language()}`);
}

function Drop({file, take}: {file: File | null; take: (file: File) => void}) {
  const [over, setOver] = useState(false);
  return <label class={over ? 'drop over' : 'drop'}
    onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
    onDrop={(event) => { event.preventDefault(); setOver(false); const dropped = event.dataTransfer?.files[0]; if (dropped) take(dropped); }}>
    <input type="file" class="heard" onChange={({currentTarget}) => { const chosen = currentTarget.files?.[0]; if (chosen) take(chosen); }} />
    {file ? <strong>{file.name}, {localBytes(file.size)}</strong> : <span>{say('dropHere')}</span>}
  </label>;
}

/** What the file itself may not say. */
function More({details, change}: {details: Record<string, string>; change: (details: Record<string, string>) => void}) {
  const set = (name: string) => ({currentTarget}: {currentTarget: HTMLInputElement | HTMLSelectElement}): void =>
    change({...details, [name]: currentTarget.value});
  return <details><summary>{say('moreDetails')}</summary><div class="stack">
    <label class="field"><span>{say('mode')}</span><select value={details['mode'] ?? ''} onChange={set('mode')}>
      <option value="">{say('modeReplace')}</option><option value="upsert">{say('modeUpsert')}</option></select></label>
    <label class="field"><span>{say('coordinateSystem')}</span><input value={details['crs'] ?? ''} placeholder="EPSG:9209" onInput={set('crs')} /></label>
    <label class="field"><span>{say('asOf')}</span><input type="date" value={details['as_of'] ?? ''} onInput={set('as_of')} /></label>
    <label class="field"><span>{say('letter')}</span><input value={details['letter'] ?? ''} maxLength={60} onInput={set('letter')} /></label>
    <label class="field"><span>{say('note')}</span><input value={details['note'] ?? ''} maxLength={2000} onInput={set('note')} /></label>
  </div></details>;
}
