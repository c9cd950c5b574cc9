import * as Plot from '@observablehq/plot';
import {Chart, NARROW_PX} from './chart';
import {measured, thresholdOf, titleOf, Verdict} from './indicators';
import {answerOf, client} from '../client';
import {REFRESH_S} from './refresh';
import {readUnits, type UnitFeature, type Value} from './values';
import {Shown, useAnswer} from '../site/answer';
import {localDate, localNumber, unitName} from '../site/format';
import {say} from '../site/language';

/** Communes are many: the ranking shows those that are furthest from what is wanted. */
const RANKED = 15;
/** As evidence names it: `schools #46 (2026-11-30)`. */
const RELEASE = /(\w+) #(\d+) \((\d{4}-\d\d-\d\d)\)/g;

/** One criterion: by unit on a map and ranked, the worst first; by period; and what its verdict rests on. */
export function Detail({value, history}: {value: Value; history: Value[]}) {
  const reading = useAnswer(() => readUnits(value.indicator, value.period_from), [value.indicator, value.period_from], REFRESH_S);
  return <section class="card detail" aria-live="polite">
    <h2>{titleOf(value)}</h2>
    <p class="row"><strong class="figure">{measured(value.value, value.measured_in)}</strong><Verdict value={value} /> <span class="quiet">{thresholdOf(value)}</span></p>
    <Shown of={reading}>{(units) => units.length > 0 && <>
      <UnitMap units={units} title={titleOf(value)} />
      <Ranking units={units} />
    </>}</Shown>
    {history.length > 1 && <Trend history={history} />}
    <dl class="facts">
      <dt>{say('evidence')}</dt><dd><Evidence text={value.evidence || '–'} /></dd>
      <dt>{say('basis')}</dt><dd>{value.source}</dd>
    </dl>
  </section>;
}

/** The releases that a value was computed from, by the titles of their layers: the layer's rows have ids. */
function Evidence({text}: {text: string}) {
  const {data} = useAnswer(() => answerOf(client.GET('/freshness')), []);
  const titles = new Map(data?.freshness.map(({layer, layer_title}) => [layer, layer_title]));
  return <>{text.replace(RELEASE, (_, layer: string, release: string, day: string) =>
    `${titles.get(layer) ?? layer}, ${say('release').toLowerCase()} ${release} (${localDate(day)})`)}</>;
}

function UnitMap({units, title}: {units: UnitFeature[]; title: string}) {
  const known = units.filter(({geometry}) => geometry !== null);
  const unit = unitName(units[0]?.properties.measured_in ?? '');
  return <Chart label={say('mapOf', {title})} plot={(width) => Plot.plot({
    width,
    projection: {type: 'mercator', domain: {type: 'FeatureCollection', features: known} as never},
    height: 320,
    margin: 2,
    color: {type: 'linear', scheme: 'YlGnBu', legend: true, label: unit, tickFormat: (n: number) => localNumber(n, 1), unknown: '#bbb'},
    marks: [
      Plot.geo(known, {fill: (d: UnitFeature) => d.properties.value, stroke: '#fff', strokeWidth: 0.7,
        title: (d: UnitFeature) => `${d.properties.unit_name}: ${measured(d.properties.value, d.properties.measured_in)}`, tip: true}),
    ],
  })} on={[units]} />;
}

function Ranking({units}: {units: UnitFeature[]}) {
  const direction = units[0]?.properties.direction === 'lower' ? -1 : 1;
  const ranked = units.map(({properties}) => properties).filter(({value}) => value !== null)
    .sort((a, b) => direction * ((a.value ?? 0) - (b.value ?? 0))).slice(0, RANKED);
  const threshold = ranked[0]?.threshold ?? null;
  return <Chart label={say('ranking')} plot={(width) => Plot.plot({
    width,
    marginLeft: width < NARROW_PX ? 112 : 150,
    marginRight: width < NARROW_PX ? 40 : 60,
    height: 34 + ranked.length * 22,
    x: {label: null, ticks: 4, tickFormat: (n: number) => localNumber(n, 1), zero: true, grid: true},
    y: {label: null, domain: ranked.map(({unit_name}) => unit_name)},
    marks: [
      Plot.barX(ranked, {x: 'value', y: 'unit_name', fill: (d: Value) => d.verdict === 'not_met' ? 'var(--bad)' : 'var(--accent)'}),
      Plot.text(ranked, {x: 'value', y: 'unit_name', text: (d: Value) => localNumber(d.value ?? 0, 2), dx: 5, textAnchor: 'start'}),
      ...(threshold === null ? [] : [Plot.ruleX([threshold], {stroke: 'var(--ink)', strokeDasharray: '4 3'})]),
    ],
  })} on={[units]} />;
}

function Trend({history}: {history: Value[]}) {
  const points = history.filter(({value}) => value !== null).map((value) => ({...value, period: localDate(value.period_from)}))
    .sort((a, b) => a.period_from.localeCompare(b.period_from));
  if (points.length < 2) return null;
  return <Chart label={say('trend')} plot={(width) => Plot.plot({
    width,
    height: 140,
    marginLeft: 56,
    x: {type: 'point', label: null},
    y: {label: null, ticks: 4, tickFormat: (n: number) => localNumber(n, 2), grid: true},
    marks: [
      Plot.lineY(points, {x: 'period', y: 'value', stroke: 'var(--accent)', strokeWidth: 2}),
      Plot.dot(points, {x: 'period', y: 'value', fill: 'var(--accent)'}),
    ],
  })} on={[history]} />;
}
