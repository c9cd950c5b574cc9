import {lazy} from '../site/lazy';
import {answerOf, client} from '../client';
import {Shown, useAnswer} from '../site/answer';
import {localNumber} from '../site/format';
import {language, say} from '../site/language';
import {Scrolled} from '../site/scrolled';

interface BadRow extends GeoJSON.Feature {
  properties: {row: number; severity: 'error' | 'warning'; column: string | null; value: string | null; reason: string};
}

const LISTED = 200;
const SmallMap = lazy(() => import('../site/small_map').then(({SmallMap: Map}) => Map));

/** The rows that have faults: listed, placed on a map, and as files. */
export function BadRows({number}: {number: number}) {
  const reading = useAnswer(() => answerOf(client.GET('/deliveries/{number}/bad-rows', {params: {path: {number}}})) as Promise<unknown>, [number]);
  return <section class="card">
    <h2>{say('badRows')}</h2>
    <p class="row">
      <a class="button plain" href={`./api/deliveries/${number}/bad-rows?f=gpkg`} download>GeoPackage</a>
      <a class="button plain" href={`./api/deliveries/${number}/bad-rows?f=json&lang=${language()}`} download>GeoJSON</a>
    </p>
    <Shown of={reading}>{(collection) => <Rows rows={(collection as {features: BadRow[]}).features} />}</Shown>
  </section>;
}

function Rows({rows}: {rows: BadRow[]}) {
  const placed = rows.filter(({geometry}) => geometry !== null);
  return <>
    {placed.length > 0 && <SmallMap label={say('badRows')} features={placed} />}
    <Scrolled label={say('badRows')}><table>
      <thead><tr><th class="number">{say('rowNumber')}</th><th>{say('column')}</th><th>{say('value')}</th><th>{say('whatIsWrong')}</th></tr></thead>
      <tbody>{rows.slice(0, LISTED).map(({properties: {row, column, value, reason, severity}}, index) => <tr key={index}>
        <td class="number">{localNumber(row)}</td><td>{column}</td><td>{value}</td>
        <td><span class={`tag ${severity === 'error' ? 'bad' : 'warn'}`}>{say(severity === 'error' ? 'isError' : 'isWarning')}</span> {reason}</td>
      </tr>)}</tbody>
    </table></Scrolled>
    {rows.length > LISTED && <p class="quiet">{say('moreRows', {n: localNumber(rows.length - LISTED)})}</p>}
  </>;
}
