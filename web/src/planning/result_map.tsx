/** The features of a result on the map, in the colours of its figure, over the layers that it was computed from. */
import {useMemo} from 'preact/hooks';
import type {Figures} from './api';
import {colorOf} from './charts';
import {Legend} from './legend';
import {say} from '../site/language';
import {SmallMap} from '../site/small_map';

export interface ResultMapProps {
  features: GeoJSON.Feature[];
  figures: Figures;
  context: string[];
  proposed: GeoJSON.Feature[];
  selected: number | null;
  select: (place: number | null) => void;
}

export function ResultMap({features, figures, context, proposed, selected, select}: ResultMapProps) {
  const member = figures.map?.member ?? '';
  const colored = useMemo(() => [...withDots(features.map((feature, place): GeoJSON.Feature => ({
    ...feature, id: place, properties: {'dothi:place': place, 'dothi:color': colorOf(feature.properties?.[member], figures.map)},
  }))), ...proposed], [features, figures, proposed]);
  const row = selected === null ? -1 : figures.table?.places.indexOf(selected) ?? -1;
  return <section class="card stack result-map">
    <SmallMap label={say('mapOfResult')} features={colored} layers={context} selected={selected} onFeature={({'dothi:place': hit}) => { if (hit !== undefined) select(Number(hit)); }} />
    {row >= 0 && <dl class="facts" aria-live="polite">{figures.table!.headings.map((heading, i) => <><dt>{heading}</dt><dd>{figures.table!.rows[row]![i]}</dd></>)}</dl>}
    {(figures.map?.title || proposed.length > 0) && <div><h3>{figures.map?.title}</h3><Legend map={figures.map} hasProposed={proposed.length > 0} /></div>}
  </section>;
}

/** Of the width of all of them: what is narrower is not seen when all are on the map. */
const LEAST_SHARE = 0.02;

/** The features, and a dot for each that is too small to be seen beside the others. */
function withDots(features: GeoJSON.Feature[]): GeoJSON.Feature[] {
  const boxes = features.map(({geometry}) => boxOf(geometry));
  const width = Math.max(...boxes.map(([, , east]) => east)) - Math.min(...boxes.map(([west]) => west));
  const dots = features.flatMap(({geometry, properties}, place): GeoJSON.Feature[] => {
    const [west, south, east, north] = boxes[place]!;
    const isSmall = geometry && geometry.type !== 'Point' && east - west < width * LEAST_SHARE;
    return isSmall ? [{type: 'Feature', properties, geometry: {type: 'Point', coordinates: [(west + east) / 2, (south + north) / 2]}}] : [];
  });
  return [...features, ...dots];
}

type Box = [west: number, south: number, east: number, north: number];

function boxOf(geometry: GeoJSON.Geometry | null): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] !== 'number') return part.forEach(visit);
    const [x, y] = part as [number, number];
    [box[0], box[1], box[2], box[3]] = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
  };
  visit((geometry as GeoJSON.Point | null)?.coordinates);
  return box;
}
