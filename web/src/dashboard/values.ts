/** The values of indicators as the layer `indicator_values` has them. */
import {answerOf, geoClient} from '../client';
import {released} from './holdings';

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

const COLLECTION = 'indicator_values';
const MOST = 10_000;

/** The values of the whole locality, all periods. */
export const readLocality = async (): Promise<Value[]> => {
  if (!(await released(COLLECTION)).has(COLLECTION)) return [];
  const levels = await read(`unit_level = 'province'`, true);
  return levels.map(({properties}) => properties);
};

/** An indicator by unit in one period, with the shapes of the units; the province is left out. */
export async function readUnits(indicator: string, periodFrom: string): Promise<UnitFeature[]> {
  const filter = `indicator = '${indicator}' AND period_from = DATE('${periodFrom}') AND unit_level <> 'province'`;
  return await read(filter, false);
}

async function read(filter: string, skipGeometry: boolean): Promise<UnitFeature[]> {
  const query = {filter, limit: MOST, skipGeometry, ...(skipGeometry ? {} : {'max-allowable-offset': 0.001})};
  const page = await answerOf(geoClient.GET('/collections/{collectionId}/items', {
    params: {path: {collectionId: COLLECTION}, query},
  }));
  return page.features as unknown as UnitFeature[];
}
