import {useState} from 'preact/hooks';
import type {ToolProps} from './index';
import {chosen, DEFAULT, usualStyle} from '../choice';
import {layersOn} from './layers_on';
import {view} from '../view';
import {answerOf, API, client} from '../../client';
import {reasonOf} from '../../site/answer';
import {endOfDay} from '../../site/format';
import {followJob, type JobState} from '../../site/job';
import {language, say} from '../../site/language';

const PAPERS = ['A4', 'A3', 'A2', 'A1', 'A0'] as const;
const SCALES = [1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000];

interface Sheet {
  title: string;
  paper: (typeof PAPERS)[number];
  orientation: '' | 'landscape' | 'portrait';
  scale: string;
}

/** The view as a sheet of paper: looked at first, then as PDF; and the browser's own printing. */
export function Print({map, style}: ToolProps) {
  const [sheet, setSheet] = useState<Sheet>({title: '', paper: 'A4', orientation: '', scale: ''});
  const [result, setResult] = useState<{form: 'png' | 'pdf'; href: string} | null>(null);
  const [busy, setBusy] = useState('');
  const [fault, setFault] = useState('');
  const set = (parts: Partial<Sheet>): void => { setSheet({...sheet, ...parts}); setResult(null); };
  const make = async (form: 'png' | 'pdf'): Promise<void> => {
    setFault('');
    setBusy(say('working'));
    try {
      const job = await start(inputsOf({map, style}, sheet, form));
      await followJob(job, ({message}) => setBusy(message || say('working')));
      setResult({form, href: `${API}/jobs/${job}/results/result`});
    } catch (error) {
      setFault(reasonOf(error));
    }
    setBusy('');
  };
  return <form class="stack" onSubmit={(event) => { event.preventDefault(); void make('png'); }}>
    <label class="field"><span>{say('sheetTitle')}</span>
      <input value={sheet.title} maxLength={160} onInput={({currentTarget}) => set({title: currentTarget.value})} /></label>
    <p class="row">
      <select aria-label={say('paper')} value={sheet.paper} onChange={({currentTarget}) => set({paper: currentTarget.value as Sheet['paper']})}>
        {PAPERS.map((paper) => <option key={paper}>{paper}</option>)}</select>
      <select aria-label={say('orientation')} value={sheet.orientation} onChange={({currentTarget}) => set({orientation: currentTarget.value as Sheet['orientation']})}>
        <option value="">{say('bestOrientation')}</option><option value="landscape">{say('landscape')}</option><option value="portrait">{say('portrait')}</option></select>
      <select aria-label={say('scale')} value={sheet.scale} onChange={({currentTarget}) => set({scale: currentTarget.value})}>
        <option value="">{say('bestScale')}</option>
        {SCALES.map((scale) => <option key={scale} value={scale}>1:{new Intl.NumberFormat(language()).format(scale)}</option>)}</select>
    </p>
    {(view.value.filters.size > 0 || view.value.base) && <p class="note">{say('notOnSheet')}</p>}
    <p class="row"><button class="button first" disabled={!!busy}>{say('previewSheet')}</button>
      <button type="button" class="button" disabled={!!busy} onClick={() => void make('pdf')}>PDF</button>
      <button type="button" class="button plain" onClick={() => print()}>{say('browserPrint')}</button></p>
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {busy && <p role="status">{busy}</p>}
    {result?.form === 'png' && <a href={result.href}><img class="sheet-preview" src={result.href} alt={say('previewSheet')} /></a>}
    {result?.form === 'pdf' && <p class="note good"><a href={result.href} download="ban-do.pdf">{say('pdfReady')}</a></p>}
  </form>;
}

function inputsOf({map, style}: ToolProps, {title, paper, orientation, scale}: Sheet, format: 'png' | 'pdf'): Record<string, unknown> {
  const bbox = map.getBounds().toArray().flat();
  const {day} = view.value;
  return {
    extent: {bbox}, layers: layersOn(style).map(({id, style: own}) => isForPaper(own) ? `${id}:${own}` : id), paper, format, lang: language(),
    ...(title.trim() && {title: title.trim()}), ...(orientation && {orientation}), ...(scale && {scale: Number(scale)}),
    ...(day && {datetime: endOfDay(day)}),
  };
}

/** Whether somebody chose the style: paper is not dark because the screen is. */
const isForPaper = (style: string): boolean => style !== DEFAULT && !(style === usualStyle() && chosen().map === usualStyle());

async function start(inputs: Record<string, unknown>): Promise<string> {
  const job = await answerOf(client.POST('/processes/print-map/execution', {
    body: {inputs, response: 'document'} as never, headers: {Prefer: 'respond-async'},
  })) as unknown as JobState;
  return job.jobID;
}
