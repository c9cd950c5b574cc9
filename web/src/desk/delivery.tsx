import {lazy} from '../site/lazy';
import {BadRows} from './bad_rows';
import {Changes} from './changes';
import {Decide, isRefused} from './decide';
import {StatusTag} from './deliveries';
import type {Report} from './report';
import {RollBack} from './roll_back';
import {client, versionOf, type Answered} from '../client';
import {setParts} from '../site/address';
import {Shown, useAnswer} from '../site/answer';
import {localBytes, localDate, localNumber, momentOf} from '../site/format';
import {language, pick, say} from '../site/language';
import {Title} from '../site/page';
import {may} from '../site/service';

export type Delivery = Answered<'/deliveries/{number}', 'get'>;
const CandidatesMap = lazy(() => import('./candidates_map').then(({CandidatesMap: Map}) => Map));
const REFRESH_S = 15;

/** One delivery: what was made of it, and what its steward decides. */
export function DeliveryPage({number}: {number: number}) {
  const reading = useAnswer(() => versionOf(client.GET('/deliveries/{number}', {params: {path: {number}}})), [number], REFRESH_S);
  return <>
    <p><a href="./desk" onClick={(event) => { event.preventDefault(); setParts({delivery: ''}, true); }}>← {say('deliveries')}</a></p>
    <Shown of={reading}>{({data, tag}) => <Whole delivery={data} tag={tag} again={reading.again} />}</Shown>
  </>;
}

function Whole({delivery, tag, again}: {delivery: Delivery; tag: string; again: () => void}) {
  const {report} = delivery;
  const waits = delivery.status === 'diagnosed';
  const files = `./api/deliveries/${delivery.id}`;
  return <>
    <Title title={`${say('delivery')} ${delivery.id}: ${delivery.file_name}`}>
      <a class="button plain" href={`${files}/receipt?lang=${language()}`}>{say('receipt')}</a>
      <a class="button plain" href={`${files}/original`} download>{say('original')}</a>
    </Title>
    <p class="row"><StatusTag status={delivery.status} /> {delivery.waits_for.join('; ')}</p>
    {delivery.failure && <p class="note bad">{delivery.failure}</p>}
    {report?.notes.map((note) => <p key={note.vi} class="note">{pick(note)}</p>)}
    <div class="two">
      <div class="stack">
        {report && waits && report.crs.candidates.length > 0 && <Candidates report={report} />}
        {report && report.rows.bad_rows > 0 && <BadRows number={delivery.id} />}
        {waits && <Changes delivery={delivery} />}
        <Facts delivery={delivery} report={report} />
      </div>
      <div class="stack">
        {waits && may('decide') && <Decide delivery={delivery} tag={tag} report={report} decided={again} />}
        <Decisions delivery={delivery} />
        {delivery.release !== null && may('decide') && <RollBack delivery={delivery} done={again} />}
      </div>
    </div>
  </>;
}

function Facts({delivery, report}: {delivery: Delivery; report: Report | null}) {
  // of a file that waits before its rows are read there is nothing to count
  const counted = report?.rows.read ? report.rows : null;
  const rows: [string, string | number | null | undefined][] = [
    [say('layer'), delivery.layer_title], [say('sender'), [delivery.agency_title, delivery.sender].filter(Boolean).join(', ')],
    [say('received'), momentOf(delivery.received_at)], [say('size'), localBytes(delivery.size_bytes)],
    [say('scope'), delivery.scope === 'all' ? say('scopeAll') : delivery.scope],
    [say('mode'), say(delivery.mode === 'replace' ? 'modeReplace' : 'modeUpsert')],
    [say('asOf'), delivery.as_of && localDate(delivery.as_of)], [say('note'), delivery.note],
    [say('coordinateSystem'), report?.crs.decided ?? report?.crs.declared],
    [say('rowsRead'), counted && localNumber(counted.read)], [say('rowsBad'), counted && localNumber(counted.bad_rows)],
    [say('diff'), report?.diff && `+${localNumber(report.diff.added)} ~${localNumber(report.diff.changed)} −${localNumber(report.diff.closed)}`],
    [say('release'), delivery.release],
  ];
  return <section class="card"><h2>{say('facts')}</h2>
    <dl class="facts">{rows.map(([name, value]) => value !== null && value !== undefined && value !== '' && <><dt>{name}</dt><dd>{value}</dd></>)}</dl>
  </section>;
}

/** Where the coordinate systems that come into question would put the data. */
const Candidates = ({report}: {report: Report}) => <section class="card">
  <h2>{say('candidates')}</h2>
  <CandidatesMap candidates={report.crs.candidates} decided={report.crs.decided} />
</section>;

function Decisions({delivery}: {delivery: Delivery}) {
  const {decisions} = delivery;
  if (decisions.length === 0) return null;
  return <section class="card"><h2>{say('decisions')}</h2><ul class="stack">
    {decisions.map((made) => <li key={made.decided_at}>
      {momentOf(made.decided_at)}, {made.decided_by}: <strong>{say(made.decision === 'accept' ? 'accept' : 'giveBack')}</strong>, “{made.reason}”
      {isRefused(made) && ` → ${say('notPassed')}`}
    </li>)}
  </ul></section>;
}
