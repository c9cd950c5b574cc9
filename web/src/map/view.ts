/** What the reader has made of the map, beside its style: kept in the address, so that a link shows the same. */
import {signal} from '@preact/signals';

export interface View {
  /** The layers that are on; null for those that the style shows. */
  shown: ReadonlySet<string> | null;
  /** Layers from the top down; those that are not named follow as the style has them. */
  order: readonly string[];
  /** Layer -> share of its opacity that is left, 0 to 1. */
  opacity: ReadonlyMap<string, number>;
  /** Layer -> CQL2 of the features that are drawn. */
  filters: ReadonlyMap<string, string>;
  /** The day whose data is drawn, YYYY-MM-DD; empty for what is released now. */
  day: string;
  /** The id of the map of others that lies below; empty for none. */
  base: string;
}

const FILTER = 'filter.';

export const view = signal<View>(ofAddress());
/** Layers that the address wants on beside the usual ones: links of the catalogue. */
export const wanted: readonly string[] = listed(new URL(location.href).searchParams.get('show'));

export function change(parts: Partial<View>): void {
  view.value = {...view.value, ...parts};
  keep(view.value);
}

/** The map with one value of it changed or, for null, taken out. */
export function withValue<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value | null): Map<string, Value> {
  const next = new Map(map);
  if (value === null) next.delete(key);
  else next.set(key, value);
  return next;
}

/** Whether a layer is drawn as pictures of the server: tiles have neither all columns nor the past. */
export const needsPicture = ({filters, day}: View, layer: string): boolean => day !== '' || filters.has(layer);

function ofAddress(): View {
  const {searchParams: query} = new URL(location.href);
  const filters = [...query].flatMap(([name, value]) => name.startsWith(FILTER) ? [[name.slice(FILTER.length), value] as const] : []);
  const opacity = listed(query.get('opacity')).map((pair) => pair.split(':'))
    .flatMap(([layer, share]) => layer && Number(share) >= 0 ? [[layer, Math.min(Number(share), 100) / 100] as const] : []);
  const day = query.get('day') ?? '';
  return {
    shown: query.has('layers') ? new Set(listed(query.get('layers'))) : null,
    order: listed(query.get('order')),
    opacity: new Map(opacity),
    filters: new Map(filters),
    base: query.get('base') ?? '',
    day: /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : '',
  };
}

function keep({shown, order, opacity, filters, day, base}: View): void {
  const address = new URL(location.href);
  const query = address.searchParams;
  for (const name of [...query.keys()]) if (name.startsWith(FILTER)) query.delete(name);
  query.delete('show');
  const parts = {
    order: order.join(','), day, base,
    opacity: [...opacity].map(([layer, share]) => `${layer}:${Math.round(share * 100)}`).join(','),
  };
  for (const [name, value] of Object.entries(parts)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  // a map without any layer says so: without the part a link shows the usual ones
  if (shown) query.set('layers', [...shown].join(','));
  else query.delete('layers');
  for (const [layer, filter] of filters) query.set(FILTER + layer, filter);
  history.replaceState(history.state, '', address);
}

function listed(text: string | null): string[] {
  return (text ?? '').split(',').filter(Boolean);
}
