import {useMemo} from 'preact/hooks';
import {lazy} from '../site/lazy';

const SmallMap = lazy(() => import('../site/small_map').then(({SmallMap: Map}) => Map));

/** Told apart also by people who see few colours (Okabe and Ito, 2008). */
export const COLORS = {before: '#777777', edit: '#d55e00', delivery: '#0072b2'};

/** One of several shapes of a feature; null where it is not there. */
export interface Side {
  title: string;
  color: string;
  shape: unknown;
}

/** Where a feature is on each side, each in its colour; nothing where it is nowhere. */
export function SidesMap({label, sides}: {label: string; sides: Side[]}) {
  const present = sides.filter(({shape}) => shape !== null && shape !== undefined);
  const features = useMemo(() => present.map(({shape, color}) => ({
    type: 'Feature' as const, properties: {'dothi:color': color}, geometry: shape as GeoJSON.Geometry,
  })), [JSON.stringify(sides)]);
  if (present.length === 0) return null;
  return <>
    <p class="row">{present.map(({title, color}) => <span key={title} class="row swatch">
      <svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill={color} /></svg>{title}</span>)}</p>
    <SmallMap label={label} features={features} />
  </>;
}
