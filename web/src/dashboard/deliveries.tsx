import {REFRESH_S} from './refresh';
import {answerOf, client} from '../client';
import {Shown, useAnswer} from '../site/answer';
import {say} from '../site/language';

const MOST = 200;

/** The deliveries that wait for somebody, and how many came. */
export function Deliveries() {
  const reading = useAnswer(() => answerOf(client.GET('/deliveries', {params: {query: {limit: MOST}}})), [], REFRESH_S);
  return <section class="card">
    <h2>{say('deliveries')}</h2>
    <Shown of={reading}>{({deliveries}) => {
      const waiting = deliveries.filter(({status}) => status === 'diagnosed');
      return <>
        <p class="row"><strong class="figure">{waiting.length}</strong> {say('waitForDecision')}</p>
        <ul class="stack">{waiting.slice(0, 8).map((delivery) => <li key={delivery.id}>
          <a href={`./desk?delivery=${delivery.id}`}>{delivery.id}. {delivery.file_name}</a>
          <span class="quiet"> {delivery.sender ?? delivery.agency_title} · {delivery.waits_for.join('; ')}</span>
        </li>)}</ul>
        <p><a href="./desk">{say('toDesk')}</a></p>
      </>;
    }}</Shown>
  </section>;
}
