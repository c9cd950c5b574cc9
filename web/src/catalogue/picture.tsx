import {fetchStyle} from '../map/api';
import {DEFAULT} from '../map/choice';
import {firstZoom, partsByCollection} from '../map/layers';
import {answerOf, API, geoClient} from '../client';
import {Shown, useAnswer} from '../site/answer';
import {say} from '../site/language';

const SIZE = 'f=png&width=900&height=520';
/** Up to this zoom the whole layer is in the picture. */
const WHOLE_ZOOM = 9.5;
/** Scale of zoom 0, of tiles of 512 pixels of 0.28 mm (OGC). */
const SCALE_OF_ZOOM_0 = 279_541_132;

/** The whole layer; of one that is drawn at a closer look only, a piece on the map around one of its features. */
export function Picture({id, title}: {id: string; title: string}) {
  const reading = useAnswer(() => addressOf(id), [id]);
  return <figure class="card"><Shown of={reading}>{(address) =>
    <img src={address} alt={say('pictureOf', {title})} width="900" height="520" />}</Shown></figure>;
}

async function addressOf(id: string): Promise<string> {
  const whole = `${API}/collections/${id}/map?${SIZE}`;
  const style = await fetchStyle({map: DEFAULT, layers: new Map()});
  const parts = partsByCollection(style).get(id); // none of a raster
  const zoom = parts ? firstZoom(parts) : 0;
  const spot = zoom > WHOLE_ZOOM ? await spotOf(id) : null;
  if (!spot) return whole;
  const layers = new Set([...style.metadata['dothi:together']?.layers ?? [], id]);
  const scale = Math.round(SCALE_OF_ZOOM_0 / 2 ** (zoom + 1));
  return `${API}/map?collections=${[...layers].join(',')}&center=${spot.join(',')}&scale-denominator=${scale}&${SIZE}`;
}

async function spotOf(id: string): Promise<GeoJSON.Position | null> {
  const {features: [first]} = await answerOf(geoClient.GET('/collections/{collectionId}/items', {
    params: {path: {collectionId: id}, query: {limit: 1}},
  })) as GeoJSON.FeatureCollection;
  let place = first?.geometry && 'coordinates' in first.geometry ? first.geometry.coordinates as unknown : null;
  while (Array.isArray(place) && Array.isArray(place[0])) place = place[0];
  return place as GeoJSON.Position | null;
}
