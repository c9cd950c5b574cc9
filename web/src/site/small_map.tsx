/** A map with features of our own over the platform's map; pages load it when they first show it. */
import 'maplibre-gl/dist/maplibre-gl.css';
import {LngLatBounds, Map as MapLibre, setWorkerUrl, type GeoJSONSource} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import {useEffect, useRef} from 'preact/hooks';
import {fetchStyle, ownAddress} from '../map/api';
import {DEFAULT} from '../map/choice';
import {drawIcons} from '../map/icons';

const LABEL_FONT = 'Be Vietnam Pro Medium';
const OWN = 'dothi:own';
const COLOR = ['coalesce', ['get', 'dothi:color'], '#b3261e'] as unknown as string;

export interface SmallMapProps {
  label: string;
  /** Each drawn in the colour of its property `dothi:color`. */
  features: GeoJSON.Feature[];
}

export function SmallMap({label, features}: SmallMapProps) {
  const place = useRef<HTMLDivElement>(null);
  const map = useRef<MapLibre | null>(null);
  useEffect(() => {
    let isHere = true;
    void createMap(place.current!, label).then((made) => {
      if (!isHere) return made.remove();
      map.current = made;
      draw(made, features);
    });
    return () => { isHere = false; map.current?.remove(); map.current = null; };
  }, []);
  useEffect(() => { if (map.current) draw(map.current, features); }, [features]);
  return <div class="small-map" ref={place} />;
}

async function createMap(container: HTMLElement, label: string): Promise<MapLibre> {
  setWorkerUrl(new URL(workerUrl, document.baseURI).href);
  const [style] = await Promise.all([fetchStyle({map: DEFAULT, layers: new Map()}), document.fonts.load(`500 48px "${LABEL_FONT}"`, 'aĐệ').catch(() => [])]);
  const {glyphs: _, sprite: __, ...rest} = style;
  const layers = style.layers.map((part) => part.type === 'symbol' && part.layout?.['text-field']
    ? {...part, layout: {...part.layout, 'text-font': [LABEL_FONT]}} : part);
  const map = new MapLibre({
    container, style: {...rest, layers}, bounds: style.metadata['dothi:view'].bounds, attributionControl: false,
    dragRotate: false, pitchWithRotate: false, touchPitch: false, transformRequest: (url) => ({url: ownAddress(url)}),
  });
  drawIcons(map, style.metadata['dothi:markers']);
  await map.once('style.load');
  map.getCanvas().setAttribute('aria-label', label);
  addOwn(map);
  return map;
}

function addOwn(map: MapLibre): void {
  map.addSource(OWN, {type: 'geojson', data: {type: 'FeatureCollection', features: []}});
  map.addLayer({id: `${OWN}-fill`, type: 'fill', source: OWN, filter: ['==', ['geometry-type'], 'Polygon'], paint: {'fill-color': COLOR, 'fill-opacity': 0.35}});
  map.addLayer({id: `${OWN}-line`, type: 'line', source: OWN, filter: ['!=', ['geometry-type'], 'Point'], paint: {'line-color': COLOR, 'line-width': 2.5}});
  map.addLayer({
    id: `${OWN}-point`, type: 'circle', source: OWN, filter: ['==', ['geometry-type'], 'Point'],
    paint: {'circle-color': COLOR, 'circle-radius': 6, 'circle-stroke-color': '#fff', 'circle-stroke-width': 1.5},
  });
}

function draw(map: MapLibre, features: GeoJSON.Feature[]): void {
  void map.getSource<GeoJSONSource>(OWN)?.setData({type: 'FeatureCollection', features});
  const bounds = new LngLatBounds();
  for (const feature of features) extend(bounds, (feature.geometry as GeoJSON.Point | null)?.coordinates);
  if (!bounds.isEmpty()) map.fitBounds(bounds, {padding: 40, maxZoom: 15, animate: false});
}

function extend(bounds: LngLatBounds, coordinates: unknown): void {
  if (!Array.isArray(coordinates)) return;
  if (typeof coordinates[0] === 'number') bounds.extend([coordinates[0], Number(coordinates[1])]);
  else for (const each of coordinates) extend(bounds, each);
}
