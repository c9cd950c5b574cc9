/** What the pages of analyses read: descriptions, jobs, results, and the layers that inputs name. */
import {answerOf, API, client} from '../client';
import {language} from '../site/language';

export interface Choice {
  value: string;
  title: string;
}

export type Kind = 'layer' | 'layers' | 'choice' | 'choices' | 'yes-no' | 'whole' | 'number' | 'numbers' | 'date' | 'text'
  | 'file' | 'lines' | 'scores' | 'parts' | 'scenario' | 'json';

/** An input as its form shows it (dothi/api/processes/form.py). */
export interface Field {
  name: string;
  title: string;
  description: string;
  kind: Kind;
  required?: boolean;
  value?: unknown;
  choices?: Choice[];
  unit?: string;
  least?: number;
  most?: number;
  above?: boolean;
  longest?: number;
  filters?: string;
  column_of?: string;
  /** Fields that are left empty where this one is filled. */
  instead_of?: string[];
  hint?: string;
  geometry?: string[];
  numeric?: boolean;
  parts?: {kind: string; title: string; fields: Field[]}[];
}

export interface Analysis {
  id: string;
  title: string;
  description: string;
}

export interface Description extends Analysis {
  fields: Field[];
  example: Record<string, unknown>;
}

interface InputDescription {
  title: string;
  description: string;
  additionalParameters?: {parameters: {name: string; value: unknown[]}[]};
}

export interface Output {
  name: string;
  title: string;
  forms: string[];
}

export interface Job {
  jobID: string;
  processID: string;
  status: string;
  message: string;
  progress: number;
  'dothi:title'?: string;
  'dothi:startedBy'?: string;
  created: string;
  started?: string;
  finished?: string;
  inputs?: Record<string, unknown>;
  'dothi:inputsChanged'?: number;
  'dothi:outputs'?: Output[];
}

export interface Table {
  columns: string[];
  places: number[];
  headings: string[];
  numeric: boolean[];
  rows: string[][];
  total: string[];
  more: number;
}

/** A result in words (processes/forms/key_figures.py). */
export interface Figures {
  process: string;
  title: string;
  description: string;
  method: string;
  demo: string | null;
  inputs: {name: string; title: string; value: string}[];
  sentences: string[];
  figures: {title: string; value: string}[];
  details: {title: string; table: Table}[];
  table: Table | null;
  map: {member: string | null; title: string | null; classes: MapClass[]; without: {color: string; label: string}} | null;
  /** Of a comparison: the classes in which both results are drawn. */
  sides: Figures['map'];
  norms: string[];
  caveats: string[];
  sources: {layer: string; title: string; agency: string; release: number; newer: number | null}[];
  changed: string | null;
  computed: string;
}

export interface MapClass {
  low: number;
  high: number;
  color: string;
  label: string;
}

/** Reads an address below the API that is named by data, such as that of an analysis. */
export const read = async <Answer>(path: string): Promise<Answer> => await answerOf(client.GET(path as never)) as Answer;
const send = async <Answer>(path: string, options: object = {}): Promise<Answer> =>
  await answerOf(client.POST(path as never, options as never)) as Answer;

export async function readAnalyses(): Promise<Analysis[]> {
  return (await read<{processes: Analysis[]}>('/processes')).processes;
}

export async function readDescription(id: string): Promise<Description> {
  const {inputs, example, ...rest} = await read<Analysis & {inputs: Record<string, InputDescription>; example: {inputs: Record<string, unknown>}}>(
    `/processes/${encodeURIComponent(id)}`);
  const fields = Object.entries(inputs).map(([name, {title, description, additionalParameters}]) => {
    const members = Object.fromEntries((additionalParameters?.parameters ?? []).map((each) => [each.name, memberOf(each)]));
    return {name, title, description, ...members} as Field;
  });
  return {...rest, fields: fields.filter(({kind}) => kind), example: example.inputs};
}

/** A member of a field: `choices`, `geometry`, `parts` and `instead_of` are lists, and so is the value of a list. */
function memberOf({name, value}: {name: string; value: unknown[]}): unknown {
  return ['choices', 'geometry', 'parts', 'instead_of'].includes(name) || value.length !== 1 ? value : value[0];
}

export const start = async (analysis: string, inputs: Record<string, unknown>): Promise<Job> => await send<Job>(
  `/processes/${encodeURIComponent(analysis)}/execution`, {body: {inputs, response: 'document'}, headers: {Prefer: 'respond-async'}});
export const rerun = async (job: string): Promise<Job> => await send<Job>(`/jobs/${job}/rerun`);
export const readJob = async (job: string): Promise<Job> => await read<Job>(`/jobs/${encodeURIComponent(job)}`);
export const dismiss = async (job: string): Promise<void> => {
  await answerOf(client.DELETE(`/jobs/${encodeURIComponent(job)}` as never) as never);
};
/** Which runs are listed: of those in a state, of some analyses, of oneself or of one's group. */
export interface RunFilter {
  status?: string;
  processID?: string;
  startedBy?: string;
}

export async function readJobs(limit: number, filter: RunFilter = {}): Promise<Job[]> {
  const query = new URLSearchParams({limit: String(limit), ...Object.fromEntries(Object.entries(filter).filter(([, value]) => value))});
  return (await read<{jobs: Job[]}>(`/jobs?${query}`)).jobs;
}

/** The address of an output of a job, in one of its forms. */
export const outputAddress = (job: string, output: string, form = ''): string =>
  `${API}/jobs/${job}/results/${output}${form ? `?f=${form}&lang=${language()}` : ''}`;
export const readFigures = async (job: string, output: string): Promise<Figures> =>
  await read<Figures>(`/jobs/${job}/results/${output}?f=figures&lang=${language()}`);
export const readFeatures = async (job: string, output: string): Promise<GeoJSON.FeatureCollection> =>
  await read<GeoJSON.FeatureCollection>(`/jobs/${job}/results/${output}`);
