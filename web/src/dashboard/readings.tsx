import {released} from './holdings';
import {readPanels, type Readings} from './panels';
import {REFRESH_S} from './refresh';
import {answerOf, geoClient} from '../client';
import {useAnswer} from '../site/answer';
import {localNumber, unitName} from '../site/format';
import {language, say} from '../site/language';
import {Moment} from '../site/moment';
import {Scrolled} from '../site/scrolled';

const MOST = 100;

type Properties = Record<string, unknown>;

/** Each layer of readings, such as air quality, with the last ones of each station; nothing where there is none. */
export function ReadingsPanels() {
  const {data} = useAnswer(() => readPanels(language()), []);
  return <>{data?.readings.map((panel) => <ReadingsPanel key={panel.layer} panel={panel} />)}</>;
}

function ReadingsPanel({panel}: {panel: Readings}) {
  const {data} = useAnswer(() => read(panel), [panel.layer], REFRESH_S);
  if (!data || data.length === 0) return null;
  return <section class="card">
    <h2>{panel.title}</h2>
    <Scrolled label={panel.title}><table>
      <thead><tr><th>{say('station')}</th><th>{say('observedAt')}</th>{panel.values.map(({column, title, unit}) =>
        <th key={column} class="number">{title}{unit && `, ${unitName(unit)}`}</th>)}</tr></thead>
      <tbody>{data.map(({name, reading}) => <tr key={String(reading[panel.station])}>
        <td>{name}</td><td><Moment of={String(reading[panel.at])} /></td>
        {panel.values.map(({column}) => <td key={column} class="number">{written(reading[column])}</td>)}
      </tr>)}</tbody>
    </table></Scrolled>
  </section>;
}

const written = (value: unknown): string => typeof value === 'number' ? localNumber(value, 1) : '–';

/** The last reading of each station, with its name where a layer has them. */
async function read({layer, station, at, names}: Readings): Promise<{name: string; reading: Properties}[]> {
  const present = await released(layer, ...(names ? [names.layer] : []));
  if (!present.has(layer)) return [];
  const [readings, stations] = await Promise.all([
    readItems(layer, `-${at}`), names && present.has(names.layer) ? readItems(names.layer, names.key) : [],
  ]);
  const last = new Map<string, Properties>();
  for (const reading of readings) {
    const code = String(reading[station]);
    if (!last.has(code)) last.set(code, reading);
  }
  const nameOf = new Map(stations.map((properties) => [String(properties[names?.key ?? '']), String(properties[names?.name ?? ''])]));
  return [...last].sort(([a], [b]) => a.localeCompare(b)).map(([code, reading]) => ({name: nameOf.get(code) ?? code, reading}));
}

async function readItems(collectionId: string, sortby: string): Promise<Properties[]> {
  const query = {sortby: [sortby], limit: MOST, skipGeometry: true};
  const page = await answerOf(geoClient.GET('/collections/{collectionId}/items', {params: {path: {collectionId}, query}}));
  return page.features.map(({properties}) => properties as Properties);
}
