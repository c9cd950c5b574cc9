import 'maplibre-gl/dist/maplibre-gl.css';
import type {Map as MapLibre} from 'maplibre-gl';
import {fetchStyle, Unreachable, type MapStyle} from './api';
import {Details} from './details';
import {byId} from './elements';
import {featuresAt} from './find';
import {inLanguage, pick, say, startLanguage} from './language';
import {Legend} from './legend';
import {createMap, hasWebgl, mark} from './map';
import {hideFault, showFault} from './notice';

const RETRY_MS = 15_000;

async function start(): Promise<void> {
  hideFault();
  if (!hasWebgl()) return showFault('noWebgl');
  const style = await styleOrFault();
  if (!style) return;
  nameThings(style);
  const map = await createMap(style);
  new Legend(map, style);
  answerClicks(map, style);
  Object.assign(window, {dothiMap: map}); // to look at the map from the browser's console, and from the tests
}

/** The style, or null after saying why there is none and setting the next try. */
async function styleOrFault(): Promise<MapStyle | null> {
  try {
    const style = await fetchStyle();
    if (style.metadata['dothi:layers'].length > 0) return style;
    tryLater('noData');
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    tryLater('unreachable');
  }
  return null;
}

function tryLater(fault: 'noData' | 'unreachable'): void {
  const timer = setTimeout(run, RETRY_MS);
  showFault(fault, () => {
    clearTimeout(timer);
    run();
  });
}

function nameThings(style: MapStyle): void {
  const {'dothi:title': title, 'dothi:attribution': attribution} = style.metadata;
  inLanguage(() => {
    const name = title ? pick(title) : style.name ?? '';
    byId('title').textContent = name;
    document.title = `${name} · ${say('pageTitle')} · Đô Thị`;
    byId('attribution').textContent = attribution ? `© ${pick(attribution)}` : '';
  });
}

function answerClicks(map: MapLibre, style: MapStyle): void {
  const details = new Details((item) => mark(map, item));
  map.on('click', (event) => void details.open(featuresAt(map, style, event.point)));
  map.getCanvas().addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    const centre = map.project(map.getCenter());
    void details.open(featuresAt(map, style, centre)).then(() => byId('details-head').focus());
  });
}

function run(): void {
  start().catch((error: unknown) => {
    console.error(error);
    showFault('broken', () => location.reload());
  });
}

startLanguage();
run();
