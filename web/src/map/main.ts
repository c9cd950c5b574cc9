import 'maplibre-gl/dist/maplibre-gl.css';
import {effect} from '@preact/signals';
import type {Map as MapLibre} from 'maplibre-gl';
import {fetchStyle, UnknownStyle, Unreachable, type MapStyle} from './api';
import {chosen, DEFAULT, keep} from './choice';
import {areClicksPaused} from './clicks';
import {Details} from './details';
import {shownBy} from './drawn';
import {byId} from '../site/elements';
import {featuresAt} from './find';
import {inLanguage, pick, say, startLanguage} from '../site/language';
import {createMap, hasWebgl, mark} from './map';
import {hideFault, showFault} from './notice';
import {Search} from './search';
import {picturedAt} from './pictured';
import {watchReleases} from './releases';
import {startLinks} from './site_links';
import {Styles} from './styles';
import {startTools} from './tools/index';
import {change, view, wanted} from './view';
import {localDate} from '../site/format';

const RETRY_MS = 15_000;
/** The style whose locality the page names. */
let named: MapStyle | null = null;

async function start(): Promise<void> {
  hideFault();
  if (!hasWebgl()) return showFault('noWebgl');
  const style = await styleOrFault();
  if (!style) return;
  if (wanted.length > 0) change({shown: new Set([...shownBy(style), ...wanted])});
  const map = await createMap(style);
  const styles = new Styles(map, style);
  const details = new Details((item) => mark(map, item));
  answerClicks(map, style, details);
  new Search(map, (item) => mark(map, item), ({properties: {collection, feature, name}}) => {
    const layer = style.metadata['dothi:layers'].find(({id}) => id === collection);
    if (layer) void details.open([{layer, id: feature, name}]);
  });
  startTools({map, style});
  watchReleases(() => styles.refresh());
  Object.assign(window, {dothiMap: map}); // to look at the map from the browser's console, and from the tests
}

/** The style, or null after saying why there is none and setting the next try. */
async function styleOrFault(): Promise<MapStyle | null> {
  try {
    const style = await styleOfAddress();
    nameThings(style);
    if (style.metadata['dothi:layers'].length > 0) return style;
    tryLater('noData');
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof UnknownStyle)) throw error;
    tryLater('unreachable');
  }
  return null;
}

/** The style that the address asks for; where it is gone, the usual one. */
async function styleOfAddress(): Promise<MapStyle> {
  try {
    return await fetchStyle(chosen());
  } catch (error) {
    if (!(error instanceof UnknownStyle)) throw error;
    keep({map: DEFAULT, layers: new Map()});
    return await fetchStyle(chosen());
  }
}

function tryLater(fault: 'noData' | 'unreachable'): void {
  const timer = setTimeout(run, RETRY_MS);
  showFault(fault, () => {
    clearTimeout(timer);
    run();
  });
}

/** Names the locality, also where it has no layer yet; again with every try, as more may be known by then. */
function nameThings(style: MapStyle): void {
  const isFirst = named === null;
  named = style;
  if (isFirst) {
    inLanguage(writeNames);
    effect(() => {
      view.value; // the map that lies below is named as well
      writeNames();
    });
  } else writeNames();
}

function writeNames(): void {
  if (!named) return;
  const {'dothi:title': title, 'dothi:attribution': attribution, 'dothi:day': day} = named.metadata;
  const name = title ? pick(title) : named.name ?? '';
  byId('title').textContent = name;
  document.title = `${name} · ${say('pageTitle')} · Đô Thị`;
  byId('day').hidden = !day;
  byId('day').textContent = day ? `${say('unitsOf')} ${localDate(day)}` : '';
  const base = named.metadata['dothi:basemaps'].find(({id}) => id === view.value.base);
  const credits = [attribution, base?.attribution].flatMap((text) => text ? [`© ${pick(text)}`] : []);
  byId('attribution').textContent = credits.join(' · ');
}

function answerClicks(map: MapLibre, style: MapStyle, details: Details): void {
  const open = async (place: {x: number; y: number}): Promise<void> => {
    const pictured = await picturedAt(map, style, place).catch(() => []);
    await details.open([...featuresAt(map, style, place), ...pictured]);
  };
  map.on('click', (event) => { if (!areClicksPaused()) void open(event.point); });
  map.getCanvas().addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    // a tool that takes clicks takes the middle of the map from a keyboard
    if (areClicksPaused()) {
      map.fire('click', {lngLat: map.getCenter(), point: map.project(map.getCenter())});
      return;
    }
    void open(map.project(map.getCenter())).then(() => {
      // whoever has gone on by keyboard meanwhile stays there
      if (document.activeElement === map.getCanvas()) byId('details-head').focus();
    });
  });
}

function run(): void {
  start().catch((error: unknown) => {
    console.error(error);
    showFault('broken', () => location.reload());
  });
}

startLanguage();
byId('to-map').addEventListener('click', () => document.querySelector<HTMLElement>('.maplibregl-canvas')?.focus());
startLinks();
run();
