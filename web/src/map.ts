/** The map itself: MapLibre with our worker, our font and the API's style. */
import {Map as MapLibre, ScaleControl, setWorkerUrl, type GeoJSONSource, type PaddingOptions} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type {Feature} from 'geojson';
import {ownAddress, type MapStyle} from './api';
import {byId} from './elements';
import {inLanguage, say} from './language';
import {showFault} from './notice';

/** The family in portal.css that labels are drawn with; MapLibre draws the letters itself, no glyph server. */
const LABEL_FONT = 'Be Vietnam Pro Medium';
const SELECTED = 'dothi:selected';
const ACCENT = '#0b6e8f';

export const hasWebgl = (): boolean => document.createElement('canvas').getContext('webgl2') !== null;

export async function createMap(style: MapStyle): Promise<MapLibre> {
  setWorkerUrl(new URL(workerUrl, document.baseURI).href);
  await loadLabelFont();
  const {bounds} = style.metadata['dothi:view'];
  const map = new MapLibre({
    container: 'map',
    style: withOwnFont(style),
    bounds,
    fitBoundsOptions: {padding: roomForCards()},
    maxBounds: grown(bounds),
    hash: true,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    transformRequest: (url) => ({url: ownAddress(url)}),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({unit: 'metric', maxWidth: 110}), 'bottom-left');
  addButtons(map, style);
  map.on('error', ({error}) => {
    console.warn(error);
    showFault('tiles');
  });
  map.on('idle', () => { document.body.dataset['map'] = 'idle'; }); // for tests and screenshots
  await map.once('style.load');
  addSelection(map);
  inLanguage(() => map.getCanvas().setAttribute('aria-label', say('map')));
  return map;
}

/** Draws the shape of the chosen feature over everything, or clears it. */
export function mark(map: MapLibre, item: Feature | null): void {
  const features = item ? [item] : [];
  void map.getSource<GeoJSONSource>(SELECTED)?.setData({type: 'FeatureCollection', features});
}

function addSelection(map: MapLibre): void {
  map.addSource(SELECTED, {type: 'geojson', data: {type: 'FeatureCollection', features: []}});
  const source = SELECTED;
  map.addLayer({id: `${SELECTED}-fill`, type: 'fill', source, paint: {'fill-color': ACCENT, 'fill-opacity': 0.1}});
  map.addLayer({id: `${SELECTED}-halo`, type: 'line', source, paint: {'line-color': '#fff', 'line-width': 6, 'line-opacity': 0.8}});
  map.addLayer({id: `${SELECTED}-line`, type: 'line', source, paint: {'line-color': ACCENT, 'line-width': 2.5}});
  map.addLayer({
    id: `${SELECTED}-point`, type: 'circle', source, filter: ['==', ['geometry-type'], 'Point'],
    paint: {'circle-radius': 11, 'circle-opacity': 0, 'circle-stroke-color': ACCENT, 'circle-stroke-width': 3},
  });
}

function addButtons(map: MapLibre, style: MapStyle): void {
  byId('zoom-in').addEventListener('click', () => map.zoomIn());
  byId('zoom-out').addEventListener('click', () => map.zoomOut());
  byId('zoom-home').addEventListener('click', () => {
    map.fitBounds(style.metadata['dothi:view'].bounds, {padding: roomForCards()});
  });
  byId('zoom').hidden = false;
}

function withOwnFont({glyphs: _, ...style}: MapStyle): MapStyle {
  const layers = style.layers.map((part) => part.type === 'symbol'
    ? {...part, layout: {...part.layout, 'text-font': [LABEL_FONT]}}
    : part);
  return {...style, layers};
}

// MapLibre keeps each letter as it first drew it, so the font has to be there before the first label.
// The sample has a letter of every file that the family is split into.
async function loadLabelFont(): Promise<void> {
  await document.fonts.load(`500 48px "${LABEL_FONT}"`, 'aĐệ').catch(() => []);
}

/** The map's middle is what the cards leave free: at the left on a desk, above the sheet on a phone. */
function roomForCards(): PaddingOptions {
  const phone = innerWidth <= 640;
  return phone ? {top: 84, bottom: 84, left: 12, right: 12} : {top: 24, bottom: 60, left: 344, right: 64};
}

/** The same box with as much room again on every side: enough to look around, too little to get lost. */
function grown([west, south, east, north]: [number, number, number, number]): [number, number, number, number] {
  const [width, height] = [east - west, north - south];
  return [west - width, Math.max(south - height, -85), east + width, Math.min(north + height, 85)];
}
