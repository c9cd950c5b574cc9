/** What the portal reads: the style document with our metadata, and single items. */
import type {Feature, Point} from 'geojson';
import type {RasterSourceSpecification, StyleSpecification, VectorSourceSpecification} from 'maplibre-gl';
import {written, type Choice} from './choice';
import {language} from '../site/language';
import type {Text} from '../messages';

export interface Column {
  title: Text;
  unit?: string | null;
  domain?: Record<string, Text> | null;
}

/** A style to choose. */
export interface StyleTitle {
  id: string;
  title: Text;
}

export interface LayerInfo {
  id: string;
  title: Text;
  theme: string;
  demo: boolean;
  release: number | null;
  name_column: string | null;
  columns: Record<string, Column>;
  /** The style it is drawn in, and all that it has. */
  style: string;
  styles: StyleTitle[];
}

/** A theme of the layers that are there; the list of them is in the order of the legend. */
export interface Theme {
  id: string;
  title: Text;
}

export interface LegendEntry {
  label: Text;
  kind: 'fill' | 'line' | 'marker';
  marker: string | null;
  color: string;
  outline?: string | null;
  dash?: number[] | null;
}

export interface LegendLayer {
  layer: string;
  title: Text;
  entries: LegendEntry[];
}

export interface Basemap {
  id: string;
  title: Text;
  attribution: Text;
  source: RasterSourceSpecification;
}

export interface StyleMetadata {
  'dothi:title'?: Text;
  'dothi:attribution'?: Text;
  /** The day whose administrative units are shown; null where there are none. */
  'dothi:day'?: string | null;
  'dothi:demo': boolean;
  /** The style of the whole map, and all that there are. */
  'dothi:style': string;
  'dothi:styles': StyleTitle[];
  /** Name of a sign -> its path in a box of 24 by 24, filled by the even-odd rule. */
  'dothi:markers': Record<string, string>;
  /** What lies below the other layers. */
  'dothi:paper': string;
  'dothi:layers': LayerInfo[];
  'dothi:themes': Theme[];
  'dothi:legend': LegendLayer[];
  /** Layers that the map shows when it opens, in one source; null where there are fewer than two. */
  'dothi:together': {layers: string[]; source: VectorSourceSpecification} | null;
  /** Maps of others that the locality lets its readers lay below. */
  'dothi:basemaps': Basemap[];
  'dothi:lasting': {style: string; legend: string};
  'dothi:view': {center: [number, number]; zoom: number; bounds: [number, number, number, number]};
}

export type MapStyle = StyleSpecification & {metadata: StyleMetadata};

/** The side of the box of a sign's path. */
export const SIGN_PX = 24;

export class Unreachable extends Error {}

/** The address names a style that is not there. */
export class UnknownStyle extends Error {}

const API = new URL('./api/', document.baseURI);

/** The address of what lies below the API's root. */
export const apiAddress = (below: string): string => API.href + below;

/** The map's style, with the layers that are to look otherwise; throws UnknownStyle, Unreachable. */
export async function fetchStyle({map, layers}: Choice): Promise<MapStyle> {
  const address = new URL(`styles/${encodeURIComponent(map)}`, API);
  address.searchParams.set('f', 'maplibre');
  address.searchParams.set('lang', language());
  if (layers.size > 0) address.searchParams.set('styles', written(layers));
  const style = await read(address) as MapStyle;
  published = style.metadata['dothi:lasting'].style.split('styles/')[0] ?? published;
  return style;
}

export const itemAddress = (layer: string, id: number | string): URL =>
  new URL(`collections/${encodeURIComponent(layer)}/items/${encodeURIComponent(id)}`, API);

export async function fetchItem(layer: string, id: number | string): Promise<Feature> {
  const address = itemAddress(layer, id);
  address.search = `f=json&lang=${language()}`;
  return await read(address) as Feature;
}

/** The places that an address may mean, the likeliest first; all that `summary` says is in the reader's language. */
export interface Places {
  features: Feature<Point, {place: string; precision: string; radius_m: number; commune: string | null}>[];
  summary: {sure: boolean; evidence: string[]};
}

export async function fetchPlaces(words: string): Promise<Places> {
  const address = new URL('geocode', API);
  address.search = new URLSearchParams({q: words, f: 'json', lang: language()}).toString();
  return await read(address) as Places;
}

/** Where the API says that it is, in the addresses that it writes. */
let published = API.href;

/** Features that are called so, the likeliest first. */
export type NamedFeature = Feature<Point | null, {name: string; collection: string; collection_title: string; feature: number; count: number}>;

export async function fetchNamed(words: string): Promise<NamedFeature[]> {
  const address = new URL('named-features', API);
  address.search = new URLSearchParams({q: words, f: 'json', lang: language()}).toString();
  return (await read(address) as {features: NamedFeature[]}).features;
}

/**
 * The address on this very server for one that the API wrote.
 *
 * The API writes its links with the platform's published address. Whoever opened the portal under
 * another name of the same server (a tunnel, an IP address) must still get the tiles, and from here.
 */
export function ownAddress(address: string): string {
  return new URL(address.startsWith(published) ? address.slice(published.length) : address, API).href;
}

async function read(address: URL): Promise<unknown> {
  try {
    const answer = await fetch(address, {headers: {Accept: 'application/json'}});
    if (answer.status === 404 || answer.status === 400) throw new UnknownStyle(address.pathname);
    if (!answer.ok) throw new Unreachable(`${answer.status} ${address.pathname}`);
    return await answer.json();
  } catch (cause) {
    throw cause instanceof Unreachable || cause instanceof UnknownStyle ? cause : new Unreachable(address.pathname, {cause});
  }
}
