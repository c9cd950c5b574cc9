import {useState} from 'preact/hooks';
import type {Delivery} from './delivery';
import {lazy} from '../site/lazy';
import {answerOf, client} from '../client';
import {reasonOf} from '../site/answer';
import {followJob} from '../site/job';
import {language, say} from '../site/language';
import type {Message} from '../messages';

const SmallMap = lazy(() => import('../site/small_map').then(({SmallMap: Map}) => Map));
const KINDS: Record<string, [Message, string]> = {
  added: ['added', '#1a7f37'], changed: ['changed', '#b56a00'], closed: ['closed', '#b3261e'],
};
const MOST = 5_000;

/** What would change if the delivery were accepted: worked out on request, and drawn. */
export function Changes({delivery}: {delivery: Delivery}) {
  const [features, setFeatures] = useState<GeoJSON.Feature[] | null>(null);
  const [busy, setBusy] = useState('');
  const [fault, setFault] = useState('');
  const preview = async (): Promise<void> => {
    setFault('');
    setBusy(say('working'));
    try {
      const path = {number: delivery.id};
      const job = await answerOf(client.POST('/deliveries/{number}/changes', {params: {path}, body: {} as never})) as unknown as {jobID: string};
      await followJob(job.jobID, ({message, progress}) => setBusy(`${message ?? ''} ${progress ?? 0} %`));
      const answer = await answerOf(client.GET('/deliveries/{number}/changes', {params: {path, query: {limit: MOST}}})) as unknown as GeoJSON.FeatureCollection;
      setFeatures(answer.features.map(colored));
    } catch (error) {
      setFault(reasonOf(error));
    }
    setBusy('');
  };
  return <section class="card">
    <h2>{say('wouldChange')}</h2>
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {busy && <p class="note" role="status">{busy}</p>}
    {features === null ? <button type="button" class="button" disabled={!!busy} onClick={() => void preview()}>{say('previewChanges')}</button> : <>
      <p class="row">{Object.entries(KINDS).map(([kind, [title, color]]) => <span key={kind} class="row">
        <svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" rx="3" fill={color} /></svg>
        {say(title)}: {features.filter(({properties}) => properties?.['change'] === kind).length}</span>)}
        <a href={`./api/deliveries/${delivery.id}/changes?f=html&lang=${language()}`}>{say('allOfThem')}</a></p>
      <SmallMap label={say('wouldChange')} features={features} />
    </>}
  </section>;
}

const colored = (feature: GeoJSON.Feature): GeoJSON.Feature => ({
  ...feature, properties: {...feature.properties, 'dothi:color': KINDS[String(feature.properties?.['change'])]?.[1] ?? '#555'},
});
