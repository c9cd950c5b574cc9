import {Map as MapLibre} from 'maplibre-gl';
import {useEffect, useRef, useState} from 'preact/hooks';
import type {ToolProps} from './index';
import {fetchStyle} from '../api';
import {chosen as chosenStyle} from '../choice';
import {drawIcons} from '../icons';
import {ours, settings} from '../map';
import {view} from '../view';
import {byId} from '../../site/elements';
import {pick, say} from '../../site/language';

const HALF = 50;

/** Two maps in one: on the right of the line another style, or the data of another day; the line can be moved. */
export function Compare({map, style}: ToolProps) {
  const styles = style.metadata['dothi:styles'];
  const [beside, setBeside] = useState({style: styles.find(({id}) => id !== chosenStyle().map)?.id ?? chosenStyle().map, day: ''});
  const [share, setShare] = useState(HALF);
  const other = useBeside(map, beside);
  useEffect(() => { other.current?.style.setProperty('clip-path', `inset(0 0 0 ${share}%)`); }, [share, beside]);
  return <>
    <p>{say('compareHow')}</p>
    <label class="field"><span>{say('styleBeside')}</span>
      <select value={beside.style} onChange={({currentTarget}) => setBeside({...beside, style: currentTarget.value})}>
        {styles.map(({id, title}) => <option key={id} value={id}>{pick(title)}</option>)}</select></label>
    <label class="field"><span>{say('dayBeside')}</span>
      <input type="date" value={beside.day} onChange={({currentTarget}) => setBeside({...beside, day: currentTarget.value})} /></label>
    <label class="field"><span>{say('line')}</span>
      <input type="range" min={0} max={100} value={share} onInput={({currentTarget}) => setShare(Number(currentTarget.value))} /></label>
  </>;
}

/** The place of the second map, which follows the first one for as long as the tool is open. */
function useBeside(map: MapLibre, beside: {style: string; day: string}) {
  const place = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const container = document.createElement('div');
    container.className = 'beside';
    container.style.setProperty('clip-path', `inset(0 0 0 ${HALF}%)`);
    byId('map-place').append(container);
    place.current = container;
    let second: MapLibre | null = null;
    let isOpen = true;
    const follow = (): void => { second?.jumpTo({center: map.getCenter(), zoom: map.getZoom()}); };
    void fetchStyle({map: beside.style, layers: chosenStyle().layers}).then((style) => {
      if (!isOpen) return;
      second = new MapLibre({
        ...settings(), container, style: ours(style, {...view.value, day: beside.day}), center: map.getCenter(), zoom: map.getZoom(), interactive: false,
      });
      drawIcons(second, style.metadata['dothi:markers']);
      map.on('move', follow);
    }).catch(() => null); // the list keeps what it says, and can be chosen from again
    return () => { isOpen = false; map.off('move', follow); second?.remove(); container.remove(); };
  }, [map, beside.style, beside.day]);
  return place;
}
