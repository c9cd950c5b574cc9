/** What lies under a click in layers that are drawn as pictures: the server is asked. */
import type {Map as MapLibre} from 'maplibre-gl';
import type {MapStyle} from './api';
import type {Found} from './details';
import {nameIn, REACH_PX} from './find';
import {shownBy} from './drawn';
import {needsPicture, view} from './view';
import {endOfDay} from '../site/format';
import {answerOf, geoClient} from '../client';

const MOST_OF_A_LAYER = 8;

export async function picturedAt(map: MapLibre, style: MapStyle, {x, y}: {x: number; y: number}): Promise<Found[]> {
  const shown = view.value.shown ?? shownBy(style);
  const layers = style.metadata['dothi:layers'].filter(({id}) => shown.has(id) && needsPicture(view.value, id));
  const [west, north] = map.unproject([x - REACH_PX, y - REACH_PX]).toArray();
  const [east, south] = map.unproject([x + REACH_PX, y + REACH_PX]).toArray();
  const bbox = [west, south, east, north];
  const {day, filters} = view.value;
  const found = await Promise.all(layers.map(async (layer) => {
    const filter = filters.get(layer.id);
    const query = {limit: MOST_OF_A_LAYER, skipGeometry: true, ...(filter && {filter}), ...(day && {datetime: endOfDay(day)})};
    const page = await answerOf(geoClient.GET('/collections/{collectionId}/items', {
      params: {path: {collectionId: layer.id}, query: {...query, bbox}},
    }));
    return page.features.map(({id, properties}) => ({layer, id: id!, name: nameIn(properties ?? {}, layer)}));
  }));
  return found.flat();
}
