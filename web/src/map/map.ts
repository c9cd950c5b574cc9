/** The map itself: MapLibre with our worker, our font and the API's style. */
import {Map as MapLibre, ScaleControl, setWorkerUrl, type GeoJSONSource, type LayerSpecification, type MapOptions, type PaddingOptions, type RasterTileSource, type VectorTileSource} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type {Feature, FeatureCollection} from 'geojson';
import {ownAddress, type MapStyle} from './api';
import {byId} from '../site/elements';
import {BASE, drawn} from './drawn';
import {drawIcons} from './icons';
import {SKETCH, SKETCH_PARTS, sketched} from './sketch';
import {view, type View} from './view';
import {inLanguage, say} from '../site/language';
import {hasFault, hideFault, showFault} from './notice';

/** The family in portal.css that labels are drawn with; MapLibre draws the letters itself, no glyph server. */
const LABEL_FONT = 'Be Vietnam Pro Medium';
const SELECTED = 'dothi:selected';
const ACCENT = '#0b6e8f';
const SELECTION: LayerSpecification[] = [
  {id: `${SELECTED}-fill`, type: 'fill', source: SELECTED, paint: {'fill-color': ACCENT, 'fill-opacity': 0.1}},
  {id: `${SELECTED}-halo`, type: 'line', source: SELECTED, paint: {'line-color': '#fff', 'line-width': 6, 'line-opacity': 0.8}},
  {id: `${SELECTED}-line`, type: 'line', source: SELECTED, paint: {'line-color': ACCENT, 'line-width': 2.5}},
  {
    id: `${SELECTED}-point`, type: 'circle', source: SELECTED, filter: ['==', ['geometry-type'], 'Point'],
    paint: {'circle-radius': 11, 'circle-opacity': 0, 'circle-stroke-color': ACCENT, 'circle-stroke-width': 3},
  },
];
let marked: FeatureCollection = {type: 'FeatureCollection', features: []};

/** How long labels take to appear, unless who looks has asked their system for less motion. */
const FADE_MS = 300;

const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

export const hasWebgl = (): boolean => document.createElement('canvas').getContext('webgl2') !== null;

export async function createMap(style: MapStyle): Promise<MapLibre> {
  setWorkerUrl(new URL(workerUrl, document.baseURI).href);
  await loadLabelFont();
  const {bounds} = style.metadata['dothi:view'];
  const map = new MapLibre({
    ...settings(),
    container: 'map',
    style: ours(style),
    bounds,
    fitBoundsOptions: {padding: roomForCards()},
    maxBounds: grown(bounds),
    hash: true,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({unit: 'metric', maxWidth: 110}), 'bottom-left');
  addButtons(map, style);
  let hasTrouble = false;
  map.on('movestart', () => { hasTrouble = false; });
  map.on('error', (event) => {
    const {error} = event;
    console.warn(error);
    // maps of others end somewhere
    if ('sourceId' in event && event.sourceId === BASE && 'status' in error && error.status === 404) return;
    hasTrouble = true;
    showFault('tiles');
  });
  // the map was moved, as the notice says, and all of it has come
  map.on('idle', () => { if (!hasTrouble && hasFault('tiles')) hideFault(); });
  map.on('idle', () => { document.body.dataset['map'] = 'idle'; }); // for tests and screenshots
  drawIcons(map, style.metadata['dothi:markers']);
  await map.once('style.load');
  inLanguage(() => map.getCanvas().setAttribute('aria-label', say('map')));
  return map;
}

/** What all maps of the page have alike. */
export const settings = (): Omit<MapOptions, 'container'> => ({
  attributionControl: false,
  dragRotate: false,
  pitchWithRotate: false,
  touchPitch: false,
  fadeDuration: reducedMotion() ? 0 : FADE_MS,
  transformRequest: (url) => ({url: ownAddress(url)}),
});

/** Draws the map in another style; what both have in common stays as it is, tiles among it. */
export function restyle(map: MapLibre, style: MapStyle): void {
  drawIcons(map, style.metadata['dothi:markers']);
  map.setStyle(ours(style));
}

/** Asks for all tiles again: their addresses stay the same from release to release, and the style cannot tell. */
export function reloadTiles(map: MapLibre): void {
  for (const id of Object.keys(map.getStyle().sources)) {
    const source = map.getSource<VectorTileSource | RasterTileSource>(id);
    if (source && 'tiles' in source && source.tiles) source.setTiles(source.tiles);
  }
}

/** Draws the shape of the chosen feature over everything, or clears it. */
export function mark(map: MapLibre, item: Feature | null): void {
  marked = {type: 'FeatureCollection', features: item ? [item] : []};
  void map.getSource<GeoJSONSource>(SELECTED)?.setData(marked);
}

function addButtons(map: MapLibre, style: MapStyle): void {
  byId('zoom-in').addEventListener('click', () => map.zoomIn());
  byId('zoom-out').addEventListener('click', () => map.zoomOut());
  byId('zoom-home').addEventListener('click', () => {
    map.fitBounds(style.metadata['dothi:view'].bounds, {padding: roomForCards()});
  });
  byId('zoom').hidden = false;
}

/**
 * The API's style with our font in place of a glyph server's, our own drawing of its signs in place of its sprite, and
 * the chosen feature above everything.
 */
export function ours(whole: MapStyle, seen: View = view.value): MapStyle {
  const {glyphs: _, sprite: __, ...style} = drawn(whole, seen);
  const layers = style.layers.map((part) => part.type === 'symbol' && part.layout?.['text-field']
    ? {...part, layout: {...part.layout, 'text-font': [LABEL_FONT]}}
    : part);
  return {
    ...style,
    sources: {...style.sources, [SELECTED]: {type: 'geojson', data: marked}, [SKETCH]: {type: 'geojson', data: sketched}},
    layers: [...layers, ...SKETCH_PARTS, ...SELECTION],
  };
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
