import type {Map as MapLibre, MapMouseEvent} from 'maplibre-gl';
import {useEffect, useLayoutEffect, useState} from 'preact/hooks';
import {pauseClicks} from '../clicks';
import {sketch} from '../sketch';
import {say} from '../../site/language';
import type {Place} from './sending';

const NEAR_ZOOM = 16;

interface PlaceProps {
  map: MapLibre;
  place: Place | null;
  choose: (place: Place) => void;
  fault: string;
}

/** Moves the middle of the map to where the card leaves it in sight, on a phone above it; until the card is closed. */
function showBesideTheCard(map: MapLibre): () => void {
  const card = document.querySelector('.tool')?.getBoundingClientRect();
  const search = document.getElementById('search')?.getBoundingClientRect();
  const whole = map.getContainer().getBoundingClientRect();
  if (!card || card.width < whole.width * 0.8) return () => undefined;
  map.setPadding({top: search ? search.bottom - whole.top : 0, bottom: Math.max(whole.bottom - card.top, 0), left: 0, right: 0});
  return () => map.setPadding({top: 0, bottom: 0, left: 0, right: 0});
}

/** Where it is: clicked on the map, its middle, or where the reader is. */
export function PlaceField({map, place, choose, fault}: PlaceProps) {
  const [noPosition, setNoPosition] = useState(false);
  useLayoutEffect(() => pauseClicks(), []);
  useLayoutEffect(() => showBesideTheCard(map), [map]);
  useLayoutEffect(() => {
    const take = ({lngLat}: MapMouseEvent): void => choose([lngLat.lng, lngLat.lat]);
    map.on('click', take);
    return () => { map.off('click', take); sketch(map, []); };
  }, [map]);
  useEffect(() => sketch(map, place ? [{type: 'Feature', properties: {}, geometry: {type: 'Point', coordinates: place}}] : []), [place]);
  const middle = (): void => {
    const {lng, lat} = map.getCenter();
    choose([lng, lat]);
  };
  const own = (): void => navigator.geolocation.getCurrentPosition(({coords}) => {
    setNoPosition(false);
    choose([coords.longitude, coords.latitude]);
    map.flyTo({center: [coords.longitude, coords.latitude], zoom: Math.max(map.getZoom(), NEAR_ZOOM)});
  }, () => setNoPosition(true), {enableHighAccuracy: true, timeout: 20_000});
  return <fieldset id="report-place" tabIndex={-1} aria-describedby={fault ? 'report-place-fault' : undefined}>
    <legend>{say('where')}</legend>
    <p class="quiet">{say('whereHow')}</p>
    <p class="row">
      <button type="button" class="button plain" onClick={middle}>{say('mapMiddle')}</button>
      <button type="button" class="button plain" onClick={own}>{say('myPosition')}</button>
    </p>
    <p aria-live="polite" id="report-spot">{place ? `${place[1].toFixed(5)}, ${place[0].toFixed(5)}` : ''}</p>
    {noPosition && <p class="fault" role="alert">{say('noPosition')}</p>}
    {fault && <p class="fault" role="alert" id="report-place-fault">{fault}</p>}
  </fieldset>;
}
