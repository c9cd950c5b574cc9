/** The values of indicators, as the layer has them that the analysis of that name makes. */
import {answerOf, geoClient} from '../client';
import {released} from './holdings';
import {readPanels} from './panels';
import {language} from '../site/language';

export interface Value {
  indicator: string;
  title_vi: string;
  title_en: string;
  unit_code: string;
  unit_name: string;
  unit_level: string;
  period_from: string;
  period_until: string;
  value: number | null;
  measured_in: string;
  threshold: number | null;
  direction: 'higher' | 'lower';
  verdict: 'met' | 'not_met' | 'not_shown' | null;
  value_before: number | null;
  trend: 'better' | 'worse' | 'same' | null;
  evidence: string;
  source: string;
}

export interface UnitFeature {
  type: 'Feature';
  geometry: GeoJSON.Geometry | null;
  properties: Value;
}

const MOST = 10_000;

/** The values of the whole locality, all periods. */
export async function readLocality(): Promise<Value[]> {
  const {indicators: layer, whole_level: whole} = await readPanels(language());
  if (!layer || !(await released(layer)).has(layer)) return [];
  const features = await read(layer, `unit_level = '${whole}'`, true);
  return features.map(({properties}) => properties);
}

/** An indicator by unit in one period, with the shapes of the units; the whole locality is left out. */
export async function readUnits(indicator: string, periodFrom: string): Promise<UnitFeature[]> {
  const {indicators: layer, whole_level: whole} = await readPanels(language());
  if (!layer) return [];
  return await read(layer, `indicator = '${indicator}' AND period_from = DATE('${periodFrom}') AND unit_level <> '${whole}'`, false);
}

async function read(collectionId: string, filter: string, skipGeometry: boolean): Promise<UnitFeature[]> {
  const query = {filter, limit: MOST, skipGeometry, ...(skipGeometry ? {} : {'max-allowable-offset': 0.001})};
  const page = await answerOf(geoClient.GET('/collections/{collectionId}/items', {params: {path: {collectionId}, query}}));
  return page.features as unknown as UnitFeature[];
}
