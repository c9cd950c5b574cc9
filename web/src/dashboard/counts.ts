import {answerOf, geoClient} from '../client';

/** How many features of a layer fulfil a condition. */
export async function countWhere(collectionId: string, filter: string): Promise<number> {
  const query = {filter, limit: 1, skipGeometry: true};
  const page = await answerOf(geoClient.GET('/collections/{collectionId}/items', {params: {path: {collectionId}, query}}));
  return page.numberMatched ?? 0;
}

export interface Category {
  value: string;
  title: string;
}

/** The values that a column may have, by their titles in the reader's language. */
export async function categories(collectionId: string, column: string): Promise<Category[]> {
  const answer = await answerOf(geoClient.GET('/collections/{collectionId}/queryables', {
    params: {path: {collectionId}}, headers: {Accept: 'application/schema+json'},
  } as never)) as unknown as {properties: Record<string, {oneOf?: {const: string; title: string}[]}>};
  return (answer.properties[column]?.oneOf ?? []).map(({const: value, title}) => ({value, title}));
}
