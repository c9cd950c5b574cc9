import type {LayerSpecification} from 'maplibre-gl';
import type {MapStyle} from './api';

/** Names in the tiles that the labels of a layer are drawn from. */
const LABEL_SUFFIX = '_label';

/** The collection that a part of the style draws, or null for a part that draws none. */
export function collectionOf(part: LayerSpecification, known: ReadonlySet<string>): string | null {
  const name = 'source-layer' in part ? part['source-layer'] ?? '' : '';
  if (known.has(name)) return name;
  const stem = name.endsWith(LABEL_SUFFIX) ? name.slice(0, -LABEL_SUFFIX.length) : '';
  return known.has(stem) ? stem : null;
}

/** Collection -> the parts of the style that draw it, in drawing order; the topmost collection first. */
export function partsByCollection(style: MapStyle): Map<string, LayerSpecification[]> {
  const known = new Set(style.metadata['dothi:layers'].map((layer) => layer.id));
  const found = new Map<string, LayerSpecification[]>();
  for (const part of style.layers) {
    const id = collectionOf(part, known);
    if (id) found.set(id, [...(found.get(id) ?? []), part]);
  }
  return new Map([...found].reverse());
}

/** The lowest zoom at which any drawn part of a layer appears; a name alone is none, a sign is one. */
export function firstZoom(parts: LayerSpecification[]): number {
  const drawings = parts.filter((part) => !isLabel(part));
  return Math.min(...(drawings.length ? drawings : parts).map((part) => part.minzoom ?? 0));
}

const isLabel = (part: LayerSpecification): boolean =>
  part.type === 'symbol' && part.layout?.['text-field'] !== undefined;
