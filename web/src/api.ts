/** What the portal reads: the style document with our metadata, and single items. */
import type {Feature} from 'geojson';
import type {StyleSpecification} from 'maplibre-gl';
import {language} from './language';
import type {Text} from './words';

export interface Column {
  title: Text;
  unit?: string | null;
  domain?: Record<string, Text> | null;
}

export interface LayerInfo {
  id: string;
  title: Text;
  theme: string;
  demo: boolean;
  release: number | null;
  name_column: string | null;
  columns: Record<string, Column>;
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

export interface StyleMetadata {
  'dothi:title'?: Text;
  'dothi:attribution'?: Text;
  'dothi:demo': boolean;
  'dothi:layers': LayerInfo[];
  'dothi:themes': Theme[];
  'dothi:legend': LegendLayer[];
  'dothi:view': {center: [number, number]; zoom: number; bounds: [number, number, number, number]};
}

export type MapStyle = StyleSpecification & {metadata: StyleMetadata};

export class Unreachable extends Error {}

const API = new URL('./api/', document.baseURI);

export async function fetchStyle(): Promise<MapStyle> {
  return await read(new URL(`styles/default?lang=${language()}`, API)) as MapStyle;
}

export const itemAddress = (layer: string, id: number | string): URL =>
  new URL(`collections/${encodeURIComponent(layer)}/items/${encodeURIComponent(id)}`, API);

export async function fetchItem(layer: string, id: number | string): Promise<Feature> {
  const address = itemAddress(layer, id);
  address.search = `f=json&lang=${language()}`;
  return await read(address) as Feature;
}

/**
 * The address on this very server for one that the API wrote.
 *
 * The API writes its links with the platform's published address. Whoever opened the portal under
 * another name of the same server (a tunnel, an IP address) must still get the tiles, and from here.
 */
export function ownAddress(address: string): string {
  const below = address.indexOf('/collections/');
  return below < 0 ? new URL(address, API).href : new URL(`.${address.slice(below)}`, API).href;
}

async function read(address: URL): Promise<unknown> {
  try {
    const answer = await fetch(address, {headers: {Accept: 'application/json'}});
    if (!answer.ok) throw new Unreachable(`${answer.status} ${address.pathname}`);
    return await answer.json();
  } catch (cause) {
    throw cause instanceof Unreachable ? cause : new Unreachable(address.pathname, {cause});
  }
}
