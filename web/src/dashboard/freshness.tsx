import {REFRESH_S} from './refresh';
import {answerOf, client, type Answered} from '../client';
import {Shown, useAnswer} from '../site/answer';
import {cycle, localDate} from '../site/format';
import {language, say} from '../site/language';
import type {Message} from '../messages';
import {Scrolled} from '../site/scrolled';

type Line = Answered<'/freshness', 'get'>['freshness'][number];
const STATES: [Line['state'], Message, string][] = [
  ['late', 'stateLate', 'bad'], ['due', 'stateDue', 'warn'], ['never', 'stateNever', ''], ['current', 'stateCurrent', 'good'],
];
export const LOOKS = Object.fromEntries(STATES.map(([state, , look]) => [state, look]));

/** What each agency owes: how many of its layers are late, due, current; and the late ones by name. */
export function Freshness() {
  const reading = useAnswer(() => answerOf(client.GET('/freshness')), [], REFRESH_S);
  return <section class="card">
    <h2>{say('freshness')}</h2>
    <Shown of={reading}>{({freshness}) => <>
      <p class="row">{STATES.map(([state, title, look]) =>
        <span key={state} class={`tag ${look}`}>{say(title)}: {freshness.filter((line) => line.state === state).length}</span>)}</p>
      <ByAgency lines={freshness} />
      <Late lines={freshness.filter(({state}) => state === 'late' || state === 'due')} />
      <p><a href={`./api/freshness?f=html&lang=${language()}`}>{say('allDue')}</a></p>
    </>}</Shown>
  </section>;
}

function ByAgency({lines}: {lines: Line[]}) {
  const agencies = [...new Set(lines.map(({agency_title}) => agency_title))].sort((a, b) => a.localeCompare(b, 'vi'));
  return <ul class="bars">{agencies.map((agency) => {
    const own = lines.filter(({agency_title}) => agency_title === agency);
    return <li key={agency}><span>{agency}</span>
      <span class="bar" aria-hidden="true">{STATES.map(([state, , look]) => own.filter((line) => line.state === state)
        .map((line) => <i key={`${line.layer}-${line.agency}`} class={look} title={`${line.layer_title}: ${line.state_title}`} />))}</span>
      <span class="heard">{STATES.map(([state, title]) => `${say(title)}: ${own.filter((line) => line.state === state).length}`).join(', ')}</span>
    </li>;
  })}</ul>;
}

const Late = ({lines}: {lines: Line[]}) => lines.length === 0 ? <p class="quiet">{say('nothingLate')}</p> : <Scrolled label={say('freshness')}><table>
  <thead><tr><th>{say('layer')}</th><th>{say('agency')}</th><th>{say('dueOn')}</th></tr></thead>
  <tbody>{lines.map((line) => <tr key={`${line.layer}-${line.agency}`}>
    <td>{line.layer_title}</td><td>{line.agency_title}</td>
    <td><span class={`tag ${LOOKS[line.state]}`}>{line.due ? localDate(line.due) : cycle(line.update_cycle)}</span></td>
  </tr>)}</tbody>
</table></Scrolled>;
