/** Reading and changing scenarios: named sets of proposed changes (docs/how-to/plan-with-scenarios.md). */
import {answerOf, client, versionOf} from '../client';

export interface Scenario {
  id: string;
  name: string;
  description: string;
  author: string;
  sharing: 'private' | 'group' | 'everybody';
  versions: number;
  own: boolean;
}

/** A proposed change; which members it has beside its kind, the guide says. */
export interface Change {
  kind: 'add' | 'change' | 'close' | 'norm' | 'dike' | 'ground';
  layer?: string;
  coverage?: string;
  norm?: string;
  subject?: string;
  condition?: string;
  class?: string;
  key?: unknown;
  properties?: Record<string, unknown>;
  geometry?: GeoJSON.Geometry;
  value?: number;
  crest_m?: number;
  level_m?: number;
}

export interface Taken {
  from_job: string;
  layer: string;
  properties: Record<string, unknown>;
  output?: string;
}

type Path = {params: {path: {scenario: string}}};
const at = (scenario: string): Path => ({params: {path: {scenario}}});

export const readScenarios = async (): Promise<Scenario[]> =>
  (await answerOf(client.GET('/scenarios'))).scenarios as Scenario[];

export const makeScenario = async (name: string): Promise<Scenario> =>
  await answerOf(client.POST('/scenarios', {body: {name}}) as never) as Scenario;

export async function readScenario(id: string): Promise<{scenario: Scenario; tag: string; changes: Change[]}> {
  const {data, tag} = await versionOf(client.GET('/scenarios/{scenario}', at(id)));
  const scenario = data as Scenario;
  const changes = scenario.versions === 0 ? [] : (await answerOf(client.GET('/scenarios/{scenario}/versions/{number}', {
    params: {path: {scenario: id, number: scenario.versions}},
  }))).changes as Change[];
  return {scenario, tag, changes};
}

/** A new version with exactly these changes. */
export async function saveChanges(id: string, tag: string, changes: Change[], message: string): Promise<void> {
  await answerOf(client.POST('/scenarios/{scenario}/versions', {
    params: {path: {scenario: id}, header: {'If-Match': tag}}, body: {changes, message} as never,
  }) as never);
}

/** A new version with those of the latest one and a feature for each point of a result. */
export async function takeResult(scenario: Scenario, tag: string, taken: Taken): Promise<void> {
  const base = scenario.versions > 0 ? {base_version: scenario.versions} : {};
  await answerOf(client.POST('/scenarios/{scenario}/versions', {
    params: {path: {scenario: scenario.id}, header: {'If-Match': tag}}, body: {...base, ...taken},
  }) as never);
}

export async function describeScenario(id: string, tag: string, members: Partial<Pick<Scenario, 'name' | 'description' | 'sharing'>>): Promise<void> {
  await answerOf(client.PATCH('/scenarios/{scenario}', {params: {path: {scenario: id}, header: {'If-Match': tag}}, body: members}));
}

export async function removeScenario(id: string, tag: string): Promise<void> {
  const {response, error} = await client.DELETE('/scenarios/{scenario}', {params: {path: {scenario: id}, header: {'If-Match': tag}}});
  if (!response.ok) await answerOf(Promise.resolve({error, response}));
}

export interface HandedOver {
  change_sets: {layer: string; edits: number}[];
  left_out: number[];
}

export const deliverScenario = async (id: string): Promise<HandedOver> =>
  await answerOf(client.POST('/scenarios/{scenario}/deliver', {...at(id), body: {}})) as HandedOver;
