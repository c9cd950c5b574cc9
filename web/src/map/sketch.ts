/** What the reader has drawn, as it lies on the map: shapes that are kept, with a note, and the one that is measured. */
import {effect, signal} from '@preact/signals';
import type {GeoJSONSource, LayerSpecification, Map as MapLibre} from 'maplibre-gl';
import {heldInStep, holdInStep} from '../site/address';

export const SKETCH = 'dothi:sketch';
const COLOR = '#b3261e';
export const SKETCH_PARTS: LayerSpecification[] = [
  {id: `${SKETCH}-fill`, type: 'fill', source: SKETCH, filter: ['==', ['geometry-type'], 'Polygon'], paint: {'fill-color': COLOR, 'fill-opacity': 0.15}},
  {id: `${SKETCH}-line`, type: 'line', source: SKETCH, paint: {'line-color': COLOR, 'line-width': 2.5, 'line-dasharray': [2, 1]}},
  {
    id: `${SKETCH}-point`, type: 'circle', source: SKETCH, filter: ['==', ['geometry-type'], 'Point'],
    paint: {'circle-radius': 4, 'circle-color': '#fff', 'circle-stroke-color': COLOR, 'circle-stroke-width': 2},
  },
  {
    id: `${SKETCH}-note`, type: 'symbol', source: SKETCH, filter: ['has', 'note'],
    layout: {'text-field': ['get', 'note'], 'text-font': ['Be Vietnam Pro Medium'], 'text-size': 14, 'text-anchor': 'bottom', 'text-offset': [0, -0.6]},
    paint: {'text-color': COLOR, 'text-halo-color': '#fff', 'text-halo-width': 2},
  },
];
/** Drawn shapes that stay until the reader takes them away, each with its note; also when the page is read anew. */
export const kept = signal<GeoJSON.Feature[]>(heldInStep<GeoJSON.Feature[]>() ?? []);
export let sketched: GeoJSON.FeatureCollection = {type: 'FeatureCollection', features: kept.value};
effect(() => { if (kept.value.length > 0 || heldInStep()) holdInStep(kept.value); });

export function sketch(map: MapLibre, features: GeoJSON.Feature[]): void {
  sketched = {type: 'FeatureCollection', features: [...kept.value, ...features]};
  void map.getSource<GeoJSONSource>(SKETCH)?.setData(sketched);
}
