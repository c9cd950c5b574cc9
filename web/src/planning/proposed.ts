/** What the scenario of a run proposes, as features of its map. */
import type {Job} from './api';
import {answerOf, client} from '../client';

export const PROPOSED = '#c2185b';

/** The places that the scenario of the run adds or changes; none of a run on the data as they are. */
export async function readProposed({inputs}: Job): Promise<GeoJSON.Feature[]> {
  const scenario = inputs?.['scenario'] as {id?: string; version?: number} | undefined;
  if (!scenario?.id) return [];
  // results outlive the scenario, which may have been removed since
  const changes = await answerOf(client.GET('/scenarios/{scenario}/changes', {
    params: {path: {scenario: scenario.id}, query: {version: scenario.version}},
  })).catch(() => null) as GeoJSON.FeatureCollection | null;
  return (changes?.features ?? []).filter(({id, geometry}) => geometry && String(id).endsWith('-new'))
    .map(({geometry}): GeoJSON.Feature => ({type: 'Feature', properties: {'dothi:color': PROPOSED}, geometry}));
}
