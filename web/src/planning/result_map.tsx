/** The features of a result on the map, in the colours of its figure, over the layers that it was computed from. */
import {useMemo} from 'preact/hooks';
import type {Figures} from './api';
import {colorOf} from './charts';
import {withDots} from './dots';
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
