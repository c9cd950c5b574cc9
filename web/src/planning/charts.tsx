/** The figure of a result as charts: its features by rank, and how many have which value. */
import * as Plot from '@observablehq/plot';
import type {Figures} from './api';
import {Chart} from '../dashboard/chart';
import {localNumber} from '../site/format';
import {say} from '../site/language';

export interface ChartProps {
  figures: Figures;
  features: GeoJSON.Feature[];
  member: string;
}

const [MOST_BARS, MOST_NAME] = [12, 22];
/** The column of the unit in which a feature lies (processes/forms/whereabouts.py). */
const UNIT = 'unit_of_place';

interface Bar {
  name: string;
  value: number;
  /** As the table has it. */
  written: string;
  color: string;
}

/** The rows of the table from the first on, which is the one that tells a planner most. */
export function Ranking({figures, features, member}: ChartProps) {
  const bars = barsOf(figures, features, member);
  // where all are alike, an order says nothing
  if (new Set(bars.map(({value}) => value)).size < 2) return null;
  const order = figures.process === 'compare-results' ? 'byDifference' : bars[0]!.value <= bars[bars.length - 1]!.value ? 'lowestFirst' : 'highestFirst';
  return <Chart label={`${say(order)}: ${figures.map?.title ?? ''}`} on={[figures]} plot={(width) => Plot.plot({
    marginLeft: Math.min(150, width / 3), marginRight: 60, width, insetLeft: bars.some(({value}) => value < 0) ? 50 : 0, height: bars.length * 21 + 40, x: {label: null, grid: true, tickFormat: (value: number) => localNumber(value, 2)},
    y: {label: null, domain: bars.map(({name}) => name)},
    marks: [
      Plot.barX(bars, {x: 'value', y: 'name', fill: 'color', stroke: '#566770', strokeWidth: 0.5}),
      ...[false, true].map((isBelow) => Plot.text(bars.filter(({value}) => value < 0 === isBelow),
        {x: 'value', y: 'name', text: 'written', dx: isBelow ? -4 : 4, textAnchor: isBelow ? 'end' as const : 'start' as const})),
    ],
  })} />;
}

/** How many features lie in each class of the map. */
export function Distribution({figures, features, member}: ChartProps) {
  const classes = figures.map?.classes ?? [];
  const values = valuesOf(features, member);
  if (classes.length < 2) return null;
  const counts = classes.map((part, i) => ({
    label: part.label, color: part.color,
    count: values.filter((value) => value >= part.low && (i === classes.length - 1 || part.low === part.high ? value <= part.high : value < part.high)).length,
  }));
  return <Chart label={`${say('distribution')}: ${figures.map?.title ?? ''}`} on={[figures]} plot={(width) => Plot.plot({
    marginLeft: Math.min(150, width / 3), marginRight: 40, width, height: counts.length * 26 + 50, y: {label: null, domain: counts.map(({label}) => label).reverse()},
    x: {label: say('featuresCount'), grid: true, tickFormat: (value: number) => Number.isInteger(value) ? localNumber(value) : ''},
    marks: [
      Plot.barX(counts, {x: 'count', y: 'label', fill: 'color', stroke: '#566770', strokeWidth: 0.5}),
      Plot.text(counts, {x: 'count', y: 'label', text: ({count}: {count: number}) => localNumber(count), dx: 4, textAnchor: 'start'}),
    ],
  })} />;
}

function barsOf({table, map}: Figures, features: GeoJSON.Feature[], member: string): Bar[] {
  const used = new Set<string>();
  return (table?.places ?? []).slice(0, MOST_BARS).flatMap((place, row) => {
    const value = features[place]?.properties?.[member] as unknown;
    const unit = table!.rows[row]![table!.columns.indexOf(UNIT)];
    const called = nameOf(table!.rows[row]!, features[place]?.properties ?? {});
    const name = uniqueName(unit ? `${called} · ${unit}` : called, used);
    const written = table!.rows[row]![table!.columns.indexOf(member)] ?? '';
    return typeof value === 'number' ? [{name, value: value * scaleOf(map), written, color: colorOf(value, map)}] : [];
  });
}

const nameOf = (row: string[], properties: GeoJSON.GeoJsonProperties): string => String(properties?.['name'] ?? row[0] ?? '').slice(0, MOST_NAME);

function uniqueName(name: string, used: Set<string>): string {
  let unique = name;
  for (let n = 2; used.has(unique); n++) unique = `${name} (${n})`;
  used.add(unique);
  return unique;
}

/** A share is kept as 0 to 1 and read in per cent. */
const scaleOf = (map: Figures['map']): number => map?.title?.includes('%') ? 100 : 1;

export function colorOf(value: unknown, map: Figures['map']): string {
  if (!map || map.classes.length === 0) return '#d95f0e';
  if (typeof value !== 'number') return map.without.color;
  const last = map.classes.length - 1;
  const part = map.classes.find(({low, high}, i) => value >= low && (i === last || low === high ? value <= high : value < high));
  return part?.color ?? map.without.color;
}

const valuesOf = (features: GeoJSON.Feature[], member: string): number[] =>
  features.map(({properties}) => properties?.[member] as unknown).filter((value) => typeof value === 'number') as number[];
