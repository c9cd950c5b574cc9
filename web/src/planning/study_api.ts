/** Reading and changing studies: a question, the runs that answer it, and what was concluded (docs/how-to/studies.md). */
import {answerOf, API, client, versionOf} from '../client';
import {language} from '../site/language';
import type {Scenario} from './scenario_api';

export interface StudyRun {
  job_id: string;
  called: string;
  title: string;
  note: string;
  replaces: string | null;
  author: string;
  added_at: string;
  process_id: string;
  status: string;
  message: string;
  gone: boolean;
  finished_at: string | null;
  layers_changed: string[];
}

export interface Study {
  id: string;
  name: string;
  question: string;
  conclusion: string;
  author: string;
  sharing: Scenario['sharing'];
  members: string[];
  updated_at: string;
  runs: number;
  own: boolean;
  works_on: boolean;
}

export interface WholeStudy extends Study {
  study_runs: StudyRun[];
  hidden: number;
}

export type StudyWords = Partial<Pick<Study, 'name' | 'question' | 'conclusion' | 'sharing' | 'members'>>;

const at = (study: string) => ({params: {path: {study}}});
const atRun = (study: string, job: string) => ({params: {path: {study, job}}});

export const readStudies = async (): Promise<Study[]> => (await answerOf(client.GET('/studies'))).studies;

export const makeStudy = async (name: string, question: string): Promise<Study> =>
  await answerOf(client.POST('/studies', {body: {name, question}}));

export async function readStudy(id: string): Promise<{study: WholeStudy; tag: string}> {
  const {data, tag} = await versionOf(client.GET('/studies/{study}', at(id)));
  return {study: data, tag};
}

export async function describeStudy(id: string, tag: string, words: StudyWords): Promise<void> {
  await answerOf(client.PATCH('/studies/{study}', {params: {path: {study: id}, header: {'If-Match': tag}}, body: words}));
}

export async function removeStudy(id: string, tag: string): Promise<void> {
  const {response, error} = await client.DELETE('/studies/{study}', {params: {path: {study: id}, header: {'If-Match': tag}}});
  if (!response.ok) await answerOf(Promise.resolve({error, response}));
}

export async function addRun(study: string, job: string, replaces = ''): Promise<void> {
  await answerOf(client.POST('/studies/{study}/runs', {...at(study), body: {job, ...(replaces && {replaces})}}));
}

export async function describeRun(study: string, job: string, words: {title?: string; note?: string}): Promise<void> {
  await answerOf(client.PATCH('/studies/{study}/runs/{job}', {...atRun(study, job), body: words}));
}

export async function takeRunOut(study: string, job: string): Promise<void> {
  await answerOf(client.DELETE('/studies/{study}/runs/{job}', atRun(study, job)));
}

export const studyReport = (study: string, form: 'html' | 'pdf'): string => `${API}/studies/${study}/report?f=${form}&lang=${language()}`;
