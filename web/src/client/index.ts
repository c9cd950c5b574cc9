/** The API of the server that the page came from, with the types that its OpenAPI document gives. */
import createClient, {type Middleware} from 'openapi-fetch';
import type {paths} from './api';
import {language, say} from '../site/language';
import {csrfHeader} from '../site/session';

/** Answers in the reader's language; a change brings the token of the session along. */
const inTheirName: Middleware = {
  onRequest({request}) {
    request.headers.set('Accept-Language', language());
    request.headers.set('Accept', 'application/json');
    if (request.method !== 'GET') for (const [name, value] of Object.entries(csrfHeader())) request.headers.set(name, value);
    return request;
  },
};

/** What a method of a path answers when it succeeds. */
export type Answered<Path extends keyof paths, Method extends keyof paths[Path]> =
  paths[Path][Method] extends {responses: {200: {content: {'application/json': infer Body}}}} ? Body
    : paths[Path][Method] extends {responses: {200: {content: {'application/geo+json': infer Body}}}} ? Body : never;

export const API = new URL('./api', document.baseURI).href;
/** Lists stand in the address with commas between their values, as the document says. */
const OPTIONS = {baseUrl: API, querySerializer: {array: {style: 'form', explode: false}}} as const;
export const client = createClient<paths, 'application/json'>(OPTIONS);
/** For what comes as GeoJSON: features and records. */
export const geoClient = createClient<paths, 'application/geo+json'>(OPTIONS);
client.use(inTheirName);
geoClient.use(inTheirName);

const UNAUTHORIZED = 401;

/** What the server refused, in the reader's words. */
export class Refused extends Error {
  constructor(readonly status: number, message: string, readonly faults: Fault[] = []) {
    super(message);
  }
}

/** One thing that is wrong with a body. pointer: where in it, `/text`. */
export interface Fault {
  pointer: string;
  detail: string;
}

/** What an operation answers, with the tag of the version that it was. */
export async function versionOf<Data>(asked: Promise<Answer<Data>>): Promise<{data: Data; tag: string}> {
  const answer = await asked;
  return {data: await answerOf(Promise.resolve(answer)), tag: answer.response.headers.get('ETag') ?? '*'};
}

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** What an operation answers; raises Refused with what the server says. */
export async function answerOf<Data>(asked: Promise<Answer<Data>>): Promise<Data> {
  const {data, error, response} = await asked;
  if (data !== undefined && response.ok) return data;
  const {description, errors} = (error ?? {}) as {description?: string; errors?: Fault[]};
  // the words of the service are for programs, which send a key
  if (response.status === UNAUTHORIZED) throw new Refused(UNAUTHORIZED, say('signInAgain'));
  throw new Refused(response.status, description ?? `${response.status} ${response.statusText}`, errors);
}
