import type {Value} from './values';

const [WIDTH, HEIGHT, EDGE] = [64, 18, 3];

/** The values of a criterion by period as a small line; nothing for a single one. */
export function Sparkline({values}: {values: Value[]}) {
  const points = values.filter(({value}) => value !== null).sort((a, b) => a.period_from.localeCompare(b.period_from));
  if (points.length < 2) return null;
  const numbers = points.map(({value}) => value ?? 0);
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const place = (value: number, index: number): string => {
    const x = EDGE + (index * (WIDTH - 2 * EDGE)) / (points.length - 1);
    const y = HEIGHT - EDGE - ((value - least) / (most - least || 1)) * (HEIGHT - 2 * EDGE);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  return <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
    <polyline points={numbers.map(place).join(' ')} fill="none" stroke="currentColor" stroke-width="1.5" />
  </svg>;
}
