/** What the reader has drawn to measure it, as it lies on the map. */
import type {GeoJSONSource, LayerSpecification, Map as MapLibre} from 'maplibre-gl';

export const SKETCH = 'dothi:sketch';
const COLOR = '#b3261e';
export const SKETCH_PARTS: LayerSpecification[] = [
  {id: `${SKETCH}-fill`, type: 'fill', source: SKETCH, filter: ['==', ['geometry-type'], 'Polygon'], paint: {'fill-color': COLOR, 'fill-opacity': 0.15}},
  {id: `${SKETCH}-line`, type: 'line', source: SKETCH, paint: {'line-color': COLOR, 'line-width': 2.5, 'line-dasharray': [2, 1]}},
  {
    id: `${SKETCH}-point`, type: 'circle', source: SKETCH, filter: ['==', ['geometry-type'], 'Point'],
    paint: {'circle-radius': 4, 'circle-color': '#fff', 'circle-stroke-color': COLOR, 'circle-stroke-width': 2},
  },
];
export let sketched: GeoJSON.FeatureCollection = {type: 'FeatureCollection', features: []};

export function sketch(map: MapLibre, features: GeoJSON.Feature[]): void {
  sketched = {type: 'FeatureCollection', features};
  void map.getSource<GeoJSONSource>(SKETCH)?.setData(sketched);
}
