/** In which style the map is drawn, and which layers otherwise: kept in the address of the page. */

export interface Choice {
  map: string;
  /** Layer -> style. */
  layers: ReadonlyMap<string, string>;
}

export const DEFAULT = 'default';
const DARK = 'dark';
/** Whether the reader's system has a dark look. */
export const darkLook = matchMedia('(prefers-color-scheme: dark)');
/** The style of the whole map for who has chosen none. */
export const usualStyle = (): string => darkLook.matches ? DARK : DEFAULT;

const MAP = 'style';
const LAYERS = 'styles';

/** As the address says, `?style=dark&styles=roads:surface`; a map without a style has that of the reader's look. */
export function chosen(): Choice {
  const asked = new URL(location.href).searchParams;
  const pairs = (asked.get(LAYERS) ?? '').split(',').map((pair) => pair.split(':'));
  const layers = pairs.flatMap(([layer, style]) => layer && style ? [[layer, style] as const] : []);
  return {map: asked.get(MAP) || usualStyle(), layers: new Map(layers)};
}

/** Writes the choice into the address; what is as it always is stays out of it. */
export function keep({map, layers}: Choice): void {
  const address = new URL(location.href);
  set(address, MAP, map === usualStyle() ? '' : map);
  set(address, LAYERS, written(layers));
  history.replaceState(history.state, '', address);
}

/** As the address and the API have it. */
export const written = (layers: ReadonlyMap<string, string>): string =>
  [...layers].map(([layer, style]) => `${layer}:${style}`).join(',');

function set(address: URL, name: string, value: string): void {
  if (value) address.searchParams.set(name, value);
  else address.searchParams.delete(name);
}
