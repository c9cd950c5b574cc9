import {answerOf, geoClient} from '../client';

/** Which of these layers have a release: what is not there is not asked for. */
export async function released<Id extends string>(...ids: Id[]): Promise<Set<Id>> {
  const {features} = await answerOf(geoClient.GET('/collections/catalogue/items', {params: {query: {ids, type: ['dataset'], limit: ids.length}}}));
  return new Set(features.filter(({properties}) => properties.release !== undefined).map(({id}) => id as Id));
}
