import {answerOf, client, type Answered} from '../client';
import {part, setParts} from '../site/address';
import {Shown, useAnswer} from '../site/answer';
import {localBytes} from '../site/format';
import {say} from '../site/language';
import type {Message} from '../messages';
import {Moment} from '../site/moment';
import {Stacked} from '../site/scrolled';

export type DeliveryLine = Answered<'/deliveries', 'get'>['deliveries'][number];
type Status = DeliveryLine['status'];

const MOST = 200;
const REFRESH_S = 30;
export const STATUSES: Record<Status, [Message, string]> = {
  diagnosed: ['statusDiagnosed', 'warn'], received: ['statusReceived', ''], accepted: ['statusAccepted', 'good'],
  returned: ['statusReturned', 'bad'], superseded: ['statusSuperseded', ''], unchanged: ['statusUnchanged', ''],
  failed: ['statusFailed', 'bad'],
};

/** The deliveries: those that wait first, then the newest. */
export function Deliveries() {
  const status = part('status') as Status | '';
  const reading = useAnswer(() => answerOf(client.GET('/deliveries', {
    params: {query: {limit: MOST, ...(status && {status})}},
  })), [status], REFRESH_S);
  return <section class="card">
    <label class="row quiet">{say('status')}
      <select value={status} onChange={({currentTarget}) => setParts({status: currentTarget.value})}>
        <option value="">{say('all')}</option>
        {Object.entries(STATUSES).map(([name, [title]]) => <option key={name} value={name}>{say(title)}</option>)}
      </select>
    </label>
    <Shown of={reading}>{({deliveries}) => deliveries.length === 0 ? <p class="note">{say('noDelivery')}</p> : <DeliveryTable lines={deliveries} />}</Shown>
  </section>;
}

const DeliveryTable = ({lines}: {lines: DeliveryLine[]}) => <Stacked label={say('deliveries')}><table>
  <thead><tr><th class="number">{say('number')}</th><th>{say('file')}</th><th>{say('layer')}</th><th>{say('sender')}</th>
    <th>{say('received')}</th><th>{say('status')}</th></tr></thead>
  <tbody>{lines.map((line) => <tr key={line.id}>
    <td class="number">{line.id}</td>
    <td><a href={`?delivery=${line.id}`} onClick={(event) => { event.preventDefault(); setParts({delivery: String(line.id)}, true); }}>{line.file_name}</a>
      <span class="quiet"> {localBytes(line.size_bytes)}</span></td>
    <td>{line.layer_title}</td><td>{line.sender ?? line.agency_title}</td><td><Moment of={line.received_at} /></td>
    <td><StatusTag status={line.status} /> <span class="quiet">{line.waits_for.join('; ')}</span></td>
  </tr>)}</tbody>
</table></Stacked>;

export function StatusTag({status}: {status: Status}) {
  const [title, look] = STATUSES[status];
  return <span class={`tag ${look}`}>{say(title)}</span>;
}
