/** A map with features of our own over the platform's map; pages load it when they first show it. */
import 'maplibre-gl/dist/maplibre-gl.css';
import {LngLatBounds, Map as MapLibre, setWorkerUrl, type GeoJSONSource, type LayerSpecification} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import {useEffect, useRef, useState} from 'preact/hooks';
import {fetchStyle, ownAddress, UnknownStyle, type MapStyle} from '../map/api';
import {DEFAULT, usualStyle} from '../map/choice';
import {drawIcons} from '../map/icons';
import {collectionOf} from '../map/layers';
import {say} from './language';

const LABEL_FONT = 'Be Vietnam Pro Medium';
const OWN = 'dothi:own';
const PARTS = [`${OWN}-fill`, `${OWN}-line`, `${OWN}-point`] as const;
const STANDING_OUT = `${OWN}-selected`;
const OUTLINE = '#4a5a62';
const COLOR = ['coalesce', ['get', 'dothi:color'], '#b3261e'] as unknown as string;

export interface SmallMapProps {
  label: string;
  /** Each drawn in the colour of its property `dothi:color`. */
  features: GeoJSON.Feature[];
  /** Ids of the platform's layers that are drawn below, on the land; all that the map shows when it is left out. */
  layers?: string[];
  /** Whether the map shows the features when they change. */
  isFitted?: boolean;
  /** The id of the feature that stands out, and is shown. */
  selected?: number | null;
  onReady?: (map: MapLibre) => void;
  onClick?: (at: [number, number]) => void;
  /** Hears the properties of the feature that was clicked. */
  onFeature?: (properties: Record<string, unknown>) => void;
}

export function SmallMap({label, features, layers, isFitted = true, selected = null, onReady, onClick, onFeature}: SmallMapProps) {
  const place = useRef<HTMLDivElement>(null);
  const map = useRef<MapLibre | null>(null);
  const listeners = useRef<Listeners>({onClick, onFeature});
  listeners.current = {onClick, onFeature};
  // what is there once the map has been made, which takes longer than many an answer
  const latest = useRef(features);
  latest.current = features;
  const [round, setRound] = useState(0);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    let isHere = true;
    setFailed(false);
    createMap(place.current!, label, layers).then((made) => {
      if (!isHere) return made.remove();
      map.current = made;
      listen(made, listeners);
      draw(made, latest.current, isFitted);
      onReady?.(made);
    }).catch((error: unknown) => {
      console.warn(error);
      if (isHere) setFailed(true);
    });
    return () => { isHere = false; map.current?.remove(); map.current = null; };
  }, [round]);
  useEffect(() => { if (map.current) draw(map.current, features, isFitted); }, [features]);
  useEffect(() => { if (map.current) standOut(map.current, features, selected); }, [selected]);
  return <div class="zoomed"><div class="small-map" ref={place} /><div class="crosshair" aria-hidden="true" />
    {hasFailed && <p class="note bad" role="alert">{say('noSmallMap')} <button type="button" class="link" onClick={() => setRound(round + 1)}>{say('retry')}</button></p>}
    <p class="zoom"><button type="button" aria-label={say('zoomIn')} onClick={() => map.current?.zoomIn()}>+</button>
      <button type="button" aria-label={say('zoomOut')} onClick={() => map.current?.zoomOut()}>−</button></p></div>;
}

interface Listeners {
  onClick: SmallMapProps['onClick'] | undefined;
  onFeature: SmallMapProps['onFeature'] | undefined;
}

function listen(map: MapLibre, listeners: {current: Listeners}): void {
  // from a keyboard the middle is what is clicked
  map.getCanvas().addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    map.fire('click', {lngLat: map.getCenter(), point: map.project(map.getCenter())});
  });
  map.on('click', ({lngLat, point}) => {
    listeners.current.onClick?.([Number(lngLat.lng.toFixed(7)), Number(lngLat.lat.toFixed(7))]);
    const [hit] = listeners.current.onFeature ? map.queryRenderedFeatures(point, {layers: [...PARTS]}) : [];
    if (hit) listeners.current.onFeature?.(hit.properties);
  });
}

/** The style of the reader's look; a locality may have no dark one. */
function fetchUsualStyle(): Promise<MapStyle> {
  const layers = new Map<string, string>();
  return fetchStyle({map: usualStyle(), layers}).catch((error: unknown) => {
    if (!(error instanceof UnknownStyle)) throw error;
    return fetchStyle({map: DEFAULT, layers});
  });
}

async function createMap(container: HTMLElement, label: string, shown: string[] | undefined): Promise<MapLibre> {
  setWorkerUrl(new URL(workerUrl, document.baseURI).href);
  const [style] = await Promise.all([fetchUsualStyle(), document.fonts.load(`500 48px "${LABEL_FONT}"`, 'aĐệ').catch(() => [])]);
  const {glyphs: _, sprite: __, ...rest} = style;
  const collections = new Set(style.metadata['dothi:layers'].map(({id}) => id));
  // what the legend begins with, the units, is the land that everything else lies on
  const [ground] = style.metadata['dothi:themes'];
  const land = new Set(style.metadata['dothi:layers'].filter(({theme}) => theme === ground?.id).map(({id}) => id));
  const isShown = (part: LayerSpecification): boolean => {
    const collection = collectionOf(part, collections);
    return !shown || collection === null || shown.includes(collection) || land.has(collection);
  };
  const layers = style.layers.filter(isShown).map((part) => part.type === 'symbol' && part.layout?.['text-field']
    ? {...part, layout: {...part.layout, 'text-font': [LABEL_FONT]}} : part);
  const map = new MapLibre({
    container, style: {...rest, layers}, bounds: style.metadata['dothi:view'].bounds, attributionControl: false,
    dragRotate: false, pitchWithRotate: false, touchPitch: false, transformRequest: (url) => ({url: ownAddress(url)}),
  });
  drawIcons(map, style.metadata['dothi:markers']);
  await map.once('style.load');
  map.getCanvas().setAttribute('aria-label', label);
  addOwn(map);
  map.on('idle', () => { container.dataset['map'] = 'idle'; }); // for tests and screenshots
  return map;
}

function addOwn(map: MapLibre): void {
  map.addSource(OWN, {type: 'geojson', data: {type: 'FeatureCollection', features: []}});
  map.addLayer({id: PARTS[0], type: 'fill', source: OWN, filter: ['==', ['geometry-type'], 'Polygon'], paint: {'fill-color': COLOR, 'fill-opacity': 0.55}});
  map.addLayer({
    id: PARTS[1], type: 'line', source: OWN, filter: ['!=', ['geometry-type'], 'Point'],
    paint: {'line-color': ['case', ['==', ['geometry-type'], 'Polygon'], OUTLINE, COLOR], 'line-width': ['case', ['==', ['geometry-type'], 'Polygon'], 0.8, 2.5]},
  });
  map.addLayer({
    id: PARTS[2], type: 'circle', source: OWN, filter: ['==', ['geometry-type'], 'Point'],
    paint: {'circle-color': COLOR, 'circle-radius': 6, 'circle-stroke-color': '#fff', 'circle-stroke-width': 1.5},
  });
  map.addLayer({id: STANDING_OUT, type: 'line', source: OWN, filter: ['==', ['id'], -1], paint: {'line-color': '#b3261e', 'line-width': 4}});
}

function draw(map: MapLibre, features: GeoJSON.Feature[], isFitted: boolean): void {
  void map.getSource<GeoJSONSource>(OWN)?.setData({type: 'FeatureCollection', features});
  if (isFitted) fit(map, features, 15);
}

/** Marks the feature and shows it; null marks none. */
function standOut(map: MapLibre, features: GeoJSON.Feature[], selected: number | null): void {
  map.setFilter(STANDING_OUT, ['==', ['id'], selected ?? -1]);
  if (selected !== null) fit(map, features.filter(({id}) => id === selected), 14);
}

function fit(map: MapLibre, features: GeoJSON.Feature[], maxZoom: number): void {
  const bounds = new LngLatBounds();
  for (const feature of features) extend(bounds, (feature.geometry as GeoJSON.Point | null)?.coordinates);
  if (!bounds.isEmpty()) map.fitBounds(bounds, {padding: 40, maxZoom, animate: false});
}

function extend(bounds: LngLatBounds, coordinates: unknown): void {
  if (!Array.isArray(coordinates)) return;
  if (typeof coordinates[0] === 'number') bounds.extend([coordinates[0], Number(coordinates[1])]);
  else for (const each of coordinates) extend(bounds, each);
}
