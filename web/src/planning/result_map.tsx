/** The features of a result on the map, in the colours of its figure, over the layers that it was computed from. */
import {useMemo} from 'preact/hooks';
import type {Figures} from './api';
import {colorOf} from './charts';
import {say} from '../site/language';
import {SmallMap} from '../site/small_map';

export interface ResultMapProps {
  features: GeoJSON.Feature[];
  figures: Figures;
  context: string[];
  selected: number | null;
  select: (place: number | null) => void;
}

export function ResultMap({features, figures, context, selected, select}: ResultMapProps) {
  const member = figures.map?.member ?? '';
  const colored = useMemo(() => features.map((feature, place): GeoJSON.Feature => ({
    ...feature, id: place, properties: {'dothi:place': place, 'dothi:color': colorOf(feature.properties?.[member], figures.map)},
  })), [features, figures]);
  const row = selected === null ? -1 : figures.table?.places.indexOf(selected) ?? -1;
  return <section class="card stack result-map">
    <SmallMap label={say('mapOfResult')} features={colored} layers={context} selected={selected} onFeature={(properties) => select(Number(properties['dothi:place']))} />
    {row >= 0 && <dl class="facts" aria-live="polite">{figures.table!.headings.map((heading, i) => <><dt>{heading}</dt><dd>{figures.table!.rows[row]![i]}</dd></>)}</dl>}
    {figures.map?.title && <div><h3>{figures.map.title}</h3><ul class="row legend">{[...figures.map.classes].reverse().map(({color, label}) => <li key={label} class="row">
      <svg width="16" height="12" aria-hidden="true"><rect width="16" height="12" fill={color} stroke="#566770" /></svg>{label}</li>)}</ul></div>}
  </section>;
}
