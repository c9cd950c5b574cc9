import area from '@turf/area';
import length from '@turf/length';
import type {MapMouseEvent} from 'maplibre-gl';
import {useEffect, useLayoutEffect, useState} from 'preact/hooks';
import type {ToolProps} from './index';
import {pauseClicks} from '../clicks';
import {kept, sketch} from '../sketch';
import {localNumber} from '../../site/format';
import {say} from '../../site/language';

type Point = [number, number];

const [KM_M, HECTARE_M2, KM2_M2] = [1_000, 10_000, 1_000_000];

/** Distances and areas on the sphere, of what is clicked on the map; where the last click lies; and one's own position. */
export function Measure({map}: ToolProps) {
  const [points, setPoints] = useState<Point[]>([]);
  const [isArea, setArea] = useState(false);
  const [fault, setFault] = useState('');
  const [note, setNote] = useState('');
  // before the words are there to be read: the first click counts
  useLayoutEffect(() => pauseClicks(), []);
  useLayoutEffect(() => {
    const add = ({lngLat}: MapMouseEvent): void => setPoints((before) => [...before, [lngLat.lng, lngLat.lat]]);
    map.on('click', add);
    return () => { map.off('click', add); sketch(map, []); };
  }, [map]);
  const shape = shapeOf(points, isArea);
  useEffect(() => sketch(map, [...points.map(pointFeature), ...(shape ? [shape] : [])]), [points, isArea, kept.value]);
  const here = (): void => navigator.geolocation.getCurrentPosition(({coords}) => {
    setPoints([[coords.longitude, coords.latitude]]);
    map.flyTo({center: [coords.longitude, coords.latitude], zoom: Math.max(map.getZoom(), 15)});
  }, () => setFault(say('noPosition')), {enableHighAccuracy: true, timeout: 20_000});
  const last = points.at(-1);
  const keep = (): void => {
    const drawn = shape ?? (last && pointFeature(last));
    if (!drawn) return;
    kept.value = [...kept.value, {...drawn, properties: note.trim() ? {note: note.trim()} : {}}];
    setPoints([]);
    setNote('');
  };
  return <>
    <p>{say('measureHow')}</p>
    <p class="row">
      <label class="row"><input type="checkbox" checked={isArea} onChange={({currentTarget}) => setArea(currentTarget.checked)} /> {say('measureArea')}</label>
      <button type="button" class="button plain" onClick={() => setPoints(points.slice(0, -1))} disabled={!last}>{say('undo')}</button>
      <button type="button" class="button plain" onClick={() => setPoints([])} disabled={!last}>{say('clear')}</button>
      <button type="button" class="button plain" onClick={here}>{say('myPosition')}</button>
    </p>
    {fault && <p class="note bad" role="alert">{fault}</p>}
    <dl aria-live="polite">
      {last && <><dt>{say('lastPoint')}</dt><dd>{last[1].toFixed(6)}, {last[0].toFixed(6)}</dd></>}
      {points.length > 1 && <><dt>{say(isArea ? 'perimeter' : 'length')}</dt><dd>{lengthText(points, isArea)}</dd></>}
      {shape && isArea && <><dt>{say('area')}</dt><dd>{areaText(area(shape))}</dd></>}
    </dl>
    {last && <form class="row" onSubmit={(event) => { event.preventDefault(); keep(); }}>
      <input maxLength={80} aria-label={say('noteOnMap')} placeholder={say('noteOnMap')} value={note} onInput={({currentTarget}) => setNote(currentTarget.value)} />
      <button class="button">{say('keepShape')}</button></form>}
    {kept.value.length > 0 && <ul>{kept.value.map((drawn, place) => <li key={place} class="row">{drawn.properties?.['note'] ?? say('shapeNumber', {n: place + 1})}
      <button type="button" class="link" onClick={() => { kept.value = kept.value.filter((_, i) => i !== place); }}>{say('remove')}</button></li>)}</ul>}
    {(shape || kept.value.length > 0) && <p><a href={geojsonOf(shape ? [...kept.value, shape] : kept.value)} download="hinh.geojson">{say('saveGeojson')}</a></p>}
  </>;
}

const geojsonOf = (features: GeoJSON.Feature[]): string =>
  `data:application/geo+json,${encodeURIComponent(JSON.stringify({type: 'FeatureCollection', features}))}`;

const pointFeature = (coordinates: Point): GeoJSON.Feature => ({type: 'Feature', properties: {}, geometry: {type: 'Point', coordinates}});

function shapeOf(points: Point[], isArea: boolean): GeoJSON.Feature | null {
  if (isArea && points.length > 2) return {type: 'Feature', properties: {}, geometry: {type: 'Polygon', coordinates: [[...points, points[0]!]]}};
  return points.length > 1 ? {type: 'Feature', properties: {}, geometry: {type: 'LineString', coordinates: points}} : null;
}

function lengthText(points: Point[], isClosed: boolean): string {
  const coordinates = isClosed && points.length > 2 ? [...points, points[0]!] : points;
  const length_m = length({type: 'Feature', properties: {}, geometry: {type: 'LineString', coordinates}}, {units: 'meters'});
  return length_m < KM_M ? `${localNumber(length_m, 1)} m` : `${localNumber(length_m / KM_M, 3)} km`;
}

function areaText(area_m2: number): string {
  if (area_m2 < HECTARE_M2) return `${localNumber(area_m2, 1)} m²`;
  return area_m2 < KM2_M2 ? `${localNumber(area_m2 / HECTARE_M2, 2)} ha` : `${localNumber(area_m2 / KM2_M2, 3)} km²`;
}
