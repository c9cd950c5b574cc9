import {answerOf, client} from '../client';
import {Shown, useAnswer} from '../site/answer';
import {cycle} from '../site/format';
import {say} from '../site/language';
import {Stacked} from '../site/scrolled';

/** Who supplies what, with the templates to fill in. */
export function Agencies() {
  const reading = useAnswer(() => answerOf(client.GET('/agencies')), []);
  return <Shown of={reading}>{({agencies}) => <div class="stack">
    {agencies.filter(({layers}) => layers.length > 0).map((agency) => <section class="card" key={agency.id}>
      <h2>{agency.title}</h2>
      <p class="quiet">{say('focalPoint')}: {agency.focal_point}</p>
      <Stacked label={agency.title}><table>
        <thead><tr><th>{say('layer')}</th><th>{say('updateCycle')}</th><th>{say('templates')}</th></tr></thead>
        <tbody>{agency.layers.map((layer) => <tr key={layer.id}>
          <td><a href={`./catalogue?id=${layer.id}`}>{layer.title}</a></td><td>{cycle(layer.update_cycle)}</td>
          <td><div class="row">{layer.links.filter(({rel}) => rel === 'create-form').map(({href, title}) => <a key={href} href={href} download>{title?.split(', ')[1] ?? title}</a>)}</div></td>
        </tr>)}</tbody>
      </table></Stacked>
    </section>)}
  </div>}</Shown>;
}
