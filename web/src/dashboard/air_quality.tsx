import {released} from './holdings';
import {REFRESH_S} from './refresh';
import {answerOf, geoClient} from '../client';
import {useAnswer} from '../site/answer';
import {localNumber} from '../site/format';
import {momentOf, say} from '../site/language';
import {Scrolled} from '../site/scrolled';

const MOST = 100;

interface Observation {
  station_code: string;
  observed_at: string;
  pm25_ug_m3: number | null;
  pm10_ug_m3: number | null;
}

interface Station {
  code: string;
  name: string;
}

/** The last observation of each station; nothing where the locality has no such layer. */
export function AirQuality() {
  const {data} = useAnswer(read, [], REFRESH_S);
  if (!data || data.length === 0) return null;
  return <section class="card">
    <h2>{say('airStations')}</h2>
    <Scrolled label={say('airStations')}><table>
      <thead><tr><th>{say('station')}</th><th>{say('observedAt')}</th><th class="number">PM2.5, µg/m³</th><th class="number">PM10, µg/m³</th></tr></thead>
      <tbody>{data.map((last) => <tr key={last.station_code}>
        <td>{last.name}</td><td>{momentOf(last.observed_at)}</td>
        <td class="number">{number(last.pm25_ug_m3)}</td><td class="number">{number(last.pm10_ug_m3)}</td>
      </tr>)}</tbody>
    </table></Scrolled>
  </section>;
}

const number = (value: number | null): string => value === null ? '–' : localNumber(value, 1);

async function read(): Promise<(Observation & {name: string})[]> {
  const there = await released('air_observations', 'air_stations');
  if (there.size < 2) return [];
  const [observations, stations] = await Promise.all([
    readItems<Observation>('air_observations', ['-observed_at']), readItems<Station>('air_stations', ['code']),
  ]);
  const last = new Map<string, Observation>();
  for (const observation of observations) {
    if (!last.has(observation.station_code)) last.set(observation.station_code, observation);
  }
  const nameOf = (code: string): string => stations.find((station) => station.code === code)?.name ?? code;
  return [...last.values()].map((observation) => ({...observation, name: nameOf(observation.station_code)}))
    .sort((a, b) => a.station_code.localeCompare(b.station_code));
}

async function readItems<Properties>(collectionId: string, sortby: string[]): Promise<Properties[]> {
  const query = {sortby, limit: MOST, skipGeometry: true};
  const page = await answerOf(geoClient.GET('/collections/{collectionId}/items', {params: {path: {collectionId}, query}}));
  return page.features.map(({properties}) => properties as unknown as Properties);
}
