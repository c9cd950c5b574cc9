import type {Map as MapLibre, PointLike} from 'maplibre-gl';
import type {LayerInfo, MapStyle} from './api';
import type {Found} from './details';
import {collectionOf} from './layers';

/** Pixels around a click that still count: a finger is not a point. */
export const REACH_PX = matchMedia('(pointer: coarse)').matches ? 12 : 5;
/** At a crossing many roads meet; so many of one layer are offered. */
const MOST_OF_A_LAYER = 8;

/** What lies at a place of the screen: the topmost first, each feature once. */
export function featuresAt(map: MapLibre, style: MapStyle, {x, y}: {x: number; y: number}): Found[] {
  const layers = new Map(style.metadata['dothi:layers'].map((layer) => [layer.id, layer]));
  const known = new Set(layers.keys());
  const box: [PointLike, PointLike] = [[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]];
  // Near for what is thin or small, exact for areas: else a neighbour's polygon would count as hit.
  const near = map.queryRenderedFeatures(box).filter(({geometry}) => !geometry.type.endsWith('Polygon'));
  const found = new Map<string, Found>();
  for (const {layer, id, properties} of [...near, ...map.queryRenderedFeatures([x, y])]) {
    const collection = collectionOf(layer, known);
    // A feature without an id stands for many, merged for a low zoom: there is nothing to look up.
    if (collection && id !== undefined) found.set(`${collection}/${id}`, found.get(`${collection}/${id}`) ?? {
      layer: layers.get(collection)!, id, name: nameIn(properties, layers.get(collection)!),
    });
  }
  return firstOfEach([...found.values()]);
}

export function nameIn(properties: Record<string, unknown>, {name_column: column}: LayerInfo): string | null {
  const name = column && properties[column];
  return name ? String(name) : null;
}

function firstOfEach(found: Found[]): Found[] {
  return found.filter((one, index) =>
    found.slice(0, index).filter((other) => other.layer === one.layer).length < MOST_OF_A_LAYER);
}
