import {LngLatBounds, type Map as MapLibre} from 'maplibre-gl';
import {useEffect, useState} from 'preact/hooks';
import type {ToolProps} from './index';
import {datetimeOf, layersOn} from './layers_on';
import type {LayerInfo} from '../api';
import {mark} from '../map';
import {written} from '../values';
import {view} from '../view';
import {answerOf, API, geoClient} from '../../client';
import {Shown, useAnswer} from '../../site/answer';
import {localNumber} from '../../site/format';
import {language, pick, say} from '../../site/language';
import {Scrolled} from '../../site/scrolled';

const PAGE = 100;
const MOST_IN_A_FILE = 10_000;
const FORMATS: [string, string][] = [['xlsx', 'Excel'], ['csv', 'CSV'], ['json', 'GeoJSON'], ['gpkg', 'GeoPackage']];

/** The features of a layer that are on the screen, as a table: sorted, chosen, taken along. */
export function Table({layer, map, style}: ToolProps & {layer?: string}) {
  const on = layersOn(style);
  const [chosen, setChosen] = useState(layer ?? on.find(({name_column}) => name_column)?.id ?? on[0]?.id ?? '');
  const info = style.metadata['dothi:layers'].find(({id}) => id === chosen);
  const box = useBox(map);
  useEffect(() => () => mark(map, null), [map]);
  if (!info) return <p>{say('noLayerOn')}</p>;
  return <>
    <label class="row">{say('layer')} <select value={chosen} onChange={({currentTarget}) => setChosen(currentTarget.value)}>
      {[...new Set([...on, info])].map(({id, title}) => <option key={id} value={id}>{pick(title)}</option>)}</select></label>
    <Features key={chosen} info={info} map={map} box={box} />
  </>;
}

/** The box of the screen: west, south, east, north; it follows the map. */
function useBox(map: MapLibre): string {
  const boxNow = (): string => map.getBounds().toArray().flat().map((degrees) => degrees.toFixed(6)).join(',');
  const [box, setBox] = useState(boxNow);
  useEffect(() => {
    const follow = (): void => setBox(boxNow());
    map.on('moveend', follow);
    return () => { map.off('moveend', follow); };
  }, [map]);
  return box;
}

function Features({info, map, box}: {info: LayerInfo; map: MapLibre; box: string}) {
  const [sort, setSort] = useState('');
  const {day, filters} = view.value;
  const filter = filters.get(info.id);
  const query = {bbox: box.split(',').map(Number), ...datetimeOf(day), ...(filter && {filter}), ...(sort && {sortby: [sort]})};
  const reading = useAnswer(() => answerOf(geoClient.GET('/collections/{collectionId}/items', {
    params: {path: {collectionId: info.id}, query: {...query, limit: PAGE}},
  })), [info.id, box, sort, day, filter]);
  const file = (form: string): string =>
    `${API}/collections/${info.id}/items?${asCommas({...query, limit: MOST_IN_A_FILE, f: form, lang: language()})}`;
  return <Shown of={reading}>{({features, numberMatched}) => <>
    <p class="row quiet" role="status">{say('rowsOnScreen', {n: localNumber(numberMatched ?? features.length)})}
      {(numberMatched ?? 0) > PAGE && ` ${say('firstShown', {n: PAGE})}`}
      {FORMATS.map(([form, title]) => <a key={form} href={file(form)} download>{title}</a>)}</p>
    <Rows info={info} features={features as GeoJSON.Feature[]} sort={sort} setSort={setSort} map={map} />
  </>}</Shown>;
}

/** Lists of values stand in the address with commas between them. */
function asCommas(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  return new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
}

interface RowsProps {
  info: LayerInfo;
  features: GeoJSON.Feature[];
  sort: string;
  setSort: (sort: string) => void;
  map: MapLibre;
}

function Rows({info, features, sort, setSort, map}: RowsProps) {
  const [selected, setSelected] = useState<string | number | undefined>();
  const columns = Object.keys(info.columns).filter((name) => features.some(({properties}) => name in (properties ?? {})));
  const show = (feature: GeoJSON.Feature): void => {
    setSelected(feature.id);
    mark(map, feature);
    map.fitBounds(boundsOf(feature), {padding: 120, maxZoom: Math.max(map.getZoom(), 16)});
  };
  return <Scrolled label={say('toolTable')}><table>
    <thead><tr>{columns.map((name) => <th key={name} aria-sort={sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : 'none'}>
      <button type="button" onClick={() => setSort(sort === name ? `-${name}` : name)}>
        {pick(info.columns[name]!.title)} {sort === name ? '▲' : sort === `-${name}` ? '▼' : ''}</button></th>)}</tr></thead>
    <tbody>{features.map((feature) => <tr key={feature.id} aria-selected={feature.id === selected}>
      {columns.map((name, index) => <td key={name}>{index === 0
        ? <button type="button" class="link" onClick={() => show(feature)}>{written(feature.properties?.[name], info.columns[name])}</button>
        : written(feature.properties?.[name], info.columns[name])}</td>)}</tr>)}</tbody>
  </table></Scrolled>;
}

function boundsOf({geometry}: GeoJSON.Feature): LngLatBounds {
  const bounds = new LngLatBounds();
  const extend = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    if (typeof coordinates[0] === 'number') bounds.extend([coordinates[0], Number(coordinates[1])]);
    else coordinates.forEach(extend);
  };
  extend((geometry as GeoJSON.Point).coordinates);
  return bounds;
}
