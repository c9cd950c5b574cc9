import {signal} from '@preact/signals';
import {useMemo, useState} from 'preact/hooks';
import {lazy} from '../site/lazy';
import {answerOf, client, versionOf, type Answered} from '../client';
import {part, setParts} from '../site/address';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {localNumber, momentOf} from '../site/format';
import {say} from '../site/language';
import type {Message} from '../messages';
import {Moment} from '../site/moment';
import {Stacked} from '../site/scrolled';

type List = Answered<'/received-reports', 'get'>;
type ReportLine = List['reports'][number];
type Whole = Answered<'/received-reports/{number}', 'get'>;
type Status = ReportLine['status'];

const SmallMap = lazy(() => import('../site/small_map').then(({SmallMap: Map}) => Map));
const [REFRESH_S, PAGE] = [30, 50];
const STATUSES: Record<Status, [Message, string]> = {
  received: ['reportReceived', 'warn'], accepted: ['reportAccepted', 'good'], refused: ['reportRefused', 'bad'],
};

/** How often this page has decided: what is counted is counted again then. */
const decisions = signal(0);

/** How many reports wait, for the tab; nothing while that is not known. */
export function Waiting() {
  const {data} = useAnswer(() => answerOf(client.GET('/received-reports', {params: {query: {limit: 1}}})), [decisions.value], REFRESH_S);
  return data?.counts.received ? <span class="tag warn">{localNumber(data.counts.received)}</span> : null;
}

/** What people have reported: a list, those that wait first, and the one that is chosen. */
export function CitizenReports() {
  const status = part('status') as Status | '';
  const [most, setMost] = useState(PAGE);
  const reading = useAnswer(() => answerOf(client.GET('/received-reports', {
    params: {query: {limit: most, ...(status && {status})}},
  })), [status, most], REFRESH_S);
  const number = Number(part('report'));
  return <Shown of={reading}>{({reports, counts, kinds}) => <div class="two">
    <section class="card">
      <div class="row" role="group" aria-label={say('status')}>
        <StatusButton name="" title={say('all')} count={counts.received + counts.accepted + counts.refused} current={status} />
        {Object.entries(STATUSES).map(([name, [title]]) => <StatusButton key={name} name={name} title={say(title)} count={counts[name as Status]} current={status} />)}
      </div>
      {reports.length === 0 ? <p class="note">{say('noReport')}</p> : <ReportTable lines={reports} chosen={number} />}
      {reports.length === most && <p><button type="button" class="button plain" onClick={() => setMost(most + PAGE)}>{say('more')}</button></p>}
    </section>
    {number > 0 ? <ReportPage key={number} number={number} kinds={kinds} decided={reading.again} /> : <p class="note">{say('chooseReport')}</p>}
  </div>}</Shown>;
}

const StatusButton = ({name, title, count, current}: {name: string; title: string; count: number; current: string}) =>
  <button type="button" class="button plain" aria-pressed={name === current} onClick={() => setParts({status: name})}>{title} ({localNumber(count)})</button>;

const ReportTable = ({lines, chosen}: {lines: ReportLine[]; chosen: number}) => <Stacked label={say('citizenReports')}><table>
  <thead><tr><th class="number">{say('number')}</th><th>{say('kind')}</th><th>{say('describeIt')}</th><th>{say('received')}</th><th>{say('status')}</th></tr></thead>
  <tbody>{lines.map((line) => <tr key={line.id} aria-selected={line.id === chosen}>
    <td class="number">{line.id}</td>
    <td><a href={`?tab=reports&report=${line.id}`} onClick={(event) => { event.preventDefault(); setParts({report: String(line.id)}, true); }}>{line.kind_title}</a></td>
    <td class="words">{line.text ?? say('expired')}</td><td><Moment of={line.received_at} /></td><td><StatusTag status={line.status} /></td>
  </tr>)}</tbody>
</table></Stacked>;

function StatusTag({status}: {status: Status}) {
  const [title, look] = STATUSES[status];
  return <span class={`tag ${look}`}>{say(title)}</span>;
}

function ReportPage({number, kinds, decided}: {number: number; kinds: List['kinds']; decided: () => void}) {
  const reading = useAnswer(() => versionOf(client.GET('/received-reports/{number}', {params: {path: {number}}})), [number], REFRESH_S);
  // a decision of somebody else takes the form away, and what it has to say with it
  const [fault, setFault] = useState('');
  const again = (said: string): void => { setFault(said); reading.again(); decided(); decisions.value += 1; };
  return <div class="stack"><Shown of={reading}>{({data, tag}) => <>
    <section class="card" id="report">
      <h2>{data.id}. {data.kind_title} <StatusTag status={data.status} /></h2>
      <p class="report-words">{data.text ?? say('expired')}</p>
      <Facts report={data} />
      {data.has_photo && <a href={`./api/received-reports/${data.id}/photo`}><img class="report-photo" src={`./api/received-reports/${data.id}/photo`} alt={say('photoOfReport')} /></a>}
      {data.place && <Spot place={data.place} />}
    </section>
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {data.status === 'received' && <Decide report={data} tag={tag} kinds={kinds} decided={again} />}
  </>}</Shown></div>;
}

function Facts({report}: {report: Whole}) {
  const rows: [string, string | number | null][] = [
    [say('received'), momentOf(report.received_at)], [say('contact'), report.contact],
    [say('decidedAt'), report.decided_at && `${momentOf(report.decided_at)}, ${report.decided_by}`], [say('reasonPlain'), report.reason], [say('release'), report.release],
  ];
  return <dl class="facts">{rows.map(([name, value]) => value !== null && value !== '' && <><dt>{name}</dt><dd>{value}</dd></>)}</dl>;
}

function Spot({place}: {place: number[]}) {
  const features = useMemo(() => [{type: 'Feature' as const, properties: {}, geometry: {type: 'Point' as const, coordinates: place}}], [String(place)]);
  return <><SmallMap label={say('where')} features={features} />
    <p><a href={`./#17/${place[1]}/${place[0]}`}>{say('onTheMap')}</a></p></>;
}

/** Accept, with the kind put right where that is needed, or refuse with a reason; nobody decides on what has changed meanwhile. */
function Decide({report, tag, kinds, decided}: {report: Whole; tag: string; kinds: List['kinds']; decided: (fault: string) => void}) {
  const [kind, setKind] = useState(report.kind);
  const [reason, setReason] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const send = async (decision: 'accept' | 'refuse'): Promise<void> => {
    setFault('');
    if (decision === 'refuse' && !reason.trim()) return setFault(say('senderReads'));
    setBusy(true);
    let refusal = '';
    try {
      const body = decision === 'accept' ? {decision, kind} : {decision, reason};
      await answerOf(client.POST('/received-reports/{number}/decision', {
        params: {path: {number: report.id}}, body: body as never, headers: {'If-Match': tag},
      }));
    } catch (error) {
      refusal = reasonOf(error);
    }
    setBusy(false);
    decided(refusal);
  };
  return <form class="card stack" id="decide" onSubmit={(event) => event.preventDefault()}>
    <h2>{say('decide')}</h2>
    <label class="field"><span>{say('kind')}</span>
      <select value={kind} onChange={({currentTarget}) => setKind(currentTarget.value)}>
        {kinds.map(({id, title}) => <option key={id} value={id}>{title}</option>)}
      </select></label>
    <p><button type="button" class="button first" disabled={isBusy} onClick={() => void send('accept')}>{say('acceptReport')}</button></p>
    <p class="quiet">{say('acceptMeans')}</p>
    <label class="field"><span>{say('reasonOfRefusal')}</span>
      <textarea rows={2} maxLength={2000} value={reason} onInput={({currentTarget}) => setReason(currentTarget.value)} /></label>
    <p><button type="button" class="button" disabled={isBusy} onClick={() => void send('refuse')}>{say('refuseReport')}</button></p>
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {isBusy && <p class="note" role="status">{say('working')}</p>}
  </form>;
}
