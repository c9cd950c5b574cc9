import {useState} from 'preact/hooks';
import {answerOf, client, Refused} from '../client';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {localMinute, localNumber} from '../site/format';
import {language, say} from '../site/language';
import {Scrolled} from '../site/scrolled';

interface Release {
  number: number;
  released_at: string;
  released_minute: string;
  origin_title: string;
  demonstration: boolean;
  changes: {added: number; changed: number; closed: number; total: number} | null;
}

/** The releases of a layer, the newest first, and a comparison of its state after two of them. */
export function History({id}: {id: string}) {
  const reading = useAnswer(() => answerOf(client.GET('/releases', {params: {query: {layer: id, limit: 100}}})), [id]);
  return <section class="card" id="releases">
    <h2>{say('releases')}</h2>
    <Shown of={reading}>{({releases}) => <>
      <ReleaseTable releases={releases} />
      {releases.length > 1 && <Compare id={id} releases={releases} />}
    </>}</Shown>
  </section>;
}

const ReleaseTable = ({releases}: {releases: Release[]}) => <Scrolled label={say('releases')}><table>
  <thead><tr>
    <th class="number">{say('release')}</th><th>{say('released')}</th><th>{say('origin')}</th>
    <th class="number">{say('added')}</th><th class="number">{say('changed')}</th><th class="number">{say('closed')}</th>
    <th class="number">{say('total')}</th>
  </tr></thead>
  <tbody>{releases.map((release) => <tr key={release.number}>
    <td class="number">{release.number}</td><td>{localMinute(release.released_minute)}</td><td>{release.origin_title}</td>
    {(['added', 'changed', 'closed', 'total'] as const).map((name) =>
      <td key={name} class="number">{release.changes ? localNumber(release.changes[name]) : ''}</td>)}
  </tr>)}</tbody>
</table></Scrolled>;

/** Starts the analysis that compares two moments, and goes on to the page of its job. */
function Compare({id, releases}: {id: string; releases: Release[]}) {
  const [before, setBefore] = useState(releases.at(1)?.released_at ?? '');
  const [after, setAfter] = useState(releases[0]?.released_at ?? '');
  const [fault, setFault] = useState('');
  const start = async (): Promise<void> => {
    try {
      const inputs = {layer: id, before, after};
      const job = await answerOf(client.POST('/processes/compare-releases/execution', {
        body: {inputs, response: 'document'} as never, headers: {Prefer: 'respond-async'},
      })) as unknown as {jobID: string};
      location.assign(`./api/jobs/${job.jobID}?f=html&lang=${language()}`);
    } catch (error) {
      setFault(error instanceof Refused ? error.message : reasonOf(error));
    }
  };
  const choice = (title: string, value: string, change: (value: string) => void) => <label class="field"><span>{title}</span>
    <select value={value} onChange={({currentTarget}) => change(currentTarget.value)}>
      {releases.map((release) =>
        <option key={release.number} value={release.released_at}>{release.number} · {localMinute(release.released_minute)}</option>)}
    </select></label>;
  return <form class="row no-print" onSubmit={(event) => { event.preventDefault(); void start(); }}>
    {choice(say('before'), before, setBefore)}{choice(say('after'), after, setAfter)}
    <button class="button" disabled={before === after}>{say('compareReleases')}</button>
    {fault && <p class="note bad" role="alert">{fault}</p>}
  </form>;
}
