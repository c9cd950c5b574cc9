/** The style as the reader's view has it drawn: what is on, in which order, how strong, filtered, of which day. */
import type {LayerSpecification, SourceSpecification} from 'maplibre-gl';
import {apiAddress, type MapStyle} from './api';
import {collectionOf} from './layers';
import {endOfDay} from '../site/format';
import {needsPicture, type View} from './view';

const PICTURE_PX = 256;
export const BASE = 'dothi:base';
const AREAS_ABOVE_BASE = 0.6;
const TOGETHER = 'dothi:together';
/** From so many layers on, areas are drawn weaker, and signs of what the map does not show by itself give way. */
const CROWD = 15;
const [AREAS_IN_CROWD, PADDING_IN_CROWD_PX] = [0.45, 10];
const OPACITIES: Record<string, string[]> = {
  fill: ['fill-opacity'], line: ['line-opacity'], circle: ['circle-opacity', 'circle-stroke-opacity'],
  symbol: ['icon-opacity', 'text-opacity'], 'fill-extrusion': ['fill-extrusion-opacity'], raster: ['raster-opacity'],
};

/** The ids of the layers that the style shows as it comes. */
export function shownBy(style: MapStyle): Set<string> {
  const names = new Set(style.metadata['dothi:layers'].map(({id}) => id));
  const visible = style.layers.filter(({layout}) => layout?.visibility !== 'none');
  return new Set(visible.flatMap((part) => collectionOf(part, names) ?? []));
}

export function drawn(style: MapStyle, view: View): MapStyle {
  const names = new Set(style.metadata['dothi:layers'].map(({id}) => id));
  const usual = shownBy(style);
  const shown = view.shown ?? usual;
  const calm = (part: LayerSpecification, id: string): LayerSpecification =>
    shown.size < CROWD ? part : calmed(part, style.metadata['dothi:paper'], usual.has(id));
  // three tiles for the first map and not thirty; what is switched on later has its own source
  const together = style.metadata['dothi:together'];
  const isTogether = new Set(together?.layers);
  const sources: Record<string, SourceSpecification> = {...style.sources, ...(together && {[TOGETHER]: together.source})};
  const parts = style.layers.flatMap((whole): LayerSpecification[] => {
    const part = 'source' in whole && isTogether.has(String(whole.source)) ? {...whole, source: TOGETHER} as LayerSpecification : whole;
    const id = collectionOf(part, names);
    if (id === null) return [part];
    const isOn = shown.has(id) && !needsPicture(view, id);
    return [weakened(calm(withVisibility(part, isOn), id), view.opacity.get(id) ?? 1)];
  });
  const pictures = [...names].filter((id) => shown.has(id) && needsPicture(view, id)).map((id) => {
    sources[pictureName(id)] = pictureSource(style, view, id);
    return {id: pictureName(id), type: 'raster', source: pictureName(id), paint: {'raster-opacity': view.opacity.get(id) ?? 1}} as const;
  });
  const base = style.metadata['dothi:basemaps'].find(({id}) => id === view.base);
  if (base) sources[BASE] = base.source;
  const layers = inOrder(parts, pictures, view.order, names);
  return {...style, sources, layers: base ? aboveBase(layers, style.metadata['dothi:paper']) : layers};
}

/** The map of others lies on the background, below all layers; areas let it be seen, and what they are drawn on goes. */
function aboveBase(layers: LayerSpecification[], paper: string): LayerSpecification[] {
  const isGround = ({type}: LayerSpecification): boolean => type === 'background';
  const above = layers.filter((part) => !isGround(part)).map((part) =>
    part.type === 'fill' ? weakened(part, part.paint?.['fill-color'] === paper ? 0 : AREAS_ABOVE_BASE) : part);
  return [...layers.filter(isGround), {id: BASE, type: 'raster', source: BASE}, ...above];
}

const pictureName = (id: string): string => `dothi:picture:${id}`;

function pictureSource(style: MapStyle, {filters, day}: View, id: string): SourceSpecification {
  const own = style.metadata['dothi:layers'].find((layer) => layer.id === id)?.style ?? 'default';
  const query = new URLSearchParams({f: 'png', transparent: 'true'});
  const filter = filters.get(id);
  if (filter) query.set('filter', filter);
  if (day) query.set('datetime', endOfDay(day));
  const below = `collections/${id}/styles/${own}/map/tiles/WebMercatorQuad/{z}/{y}/{x}?${query}`;
  return {type: 'raster', tiles: [apiAddress('') + below], tileSize: PICTURE_PX, minzoom: 6, maxzoom: 18};
}

function withVisibility(part: LayerSpecification, isOn: boolean): LayerSpecification {
  return {...part, layout: {...part.layout, visibility: isOn ? 'visible' : 'none'}} as LayerSpecification;
}

/** The part among many layers: what lies on an area is seen, and signs keep apart. The ground of the province stays. */
function calmed(part: LayerSpecification, paper: string, keepsSigns: boolean): LayerSpecification {
  if (part.type === 'fill') return part.paint?.['fill-color'] === paper ? part : weakened(part, AREAS_IN_CROWD);
  if (keepsSigns || part.type !== 'symbol' || !part.layout?.['icon-image']) return part;
  return {...part, layout: {...part.layout, 'icon-allow-overlap': false, 'icon-padding': PADDING_IN_CROWD_PX}};
}

function weakened(part: LayerSpecification, share: number): LayerSpecification {
  if (share === 1) return part;
  const paint = {...(part.paint as Record<string, unknown> | undefined)};
  for (const name of OPACITIES[part.type] ?? []) paint[name] = times(paint[name] ?? 1, share);
  return {...part, paint} as LayerSpecification;
}

/** A value or expression times a share; by zoom, each of its stops, since zoom may only stand at the top. */
function times(value: unknown, share: number): unknown {
  if (typeof value === 'number') return value * share;
  if (!Array.isArray(value)) return value;
  if (value[0] === 'interpolate') return value.map((part: unknown, i) => i > 3 && i % 2 === 0 ? times(part, share) : part);
  if (value[0] === 'step') return value.map((part: unknown, i) => i > 1 && i % 2 === 0 ? times(part, share) : part);
  return ['*', value, share];
}

/** Pictures lie where the layer's own parts lay, and layers that were moved where they were moved to. */
function inOrder(
  parts: LayerSpecification[], pictures: LayerSpecification[], order: readonly string[], names: ReadonlySet<string>,
): LayerSpecification[] {
  const idOf = (part: LayerSpecification): string | null => collectionOf(part, names);
  const placed = parts.flatMap((part, i) => {
    const id = idOf(part);
    const isLast = id !== null && parts.slice(i + 1).every((later) => idOf(later) !== id);
    return isLast ? [part, ...pictures.filter((picture) => picture.id === pictureName(id))] : [part];
  });
  const ownerOf = (part: LayerSpecification): string | null =>
    part.id.startsWith('dothi:picture:') ? part.id.slice('dothi:picture:'.length) : idOf(part);
  const moved = [...order].reverse();
  return [
    ...placed.filter((part) => !moved.includes(ownerOf(part) ?? '')),
    ...moved.flatMap((id) => placed.filter((part) => ownerOf(part) === id)),
  ];
}
