import {useEffect, useState} from 'preact/hooks';
import {renderSVG} from 'uqr';
import type {ToolProps} from './index';
import {layersOn} from './layers_on';
import {view} from '../view';
import {API} from '../../client';
import {Copied} from '../../site/copied';
import {endOfDay} from '../../site/format';
import {language, say} from '../../site/language';

/** A link and a QR code that show the same again, and the requests of the API behind what is shown. */
export function Share({map, style}: ToolProps) {
  const [address, setAddress] = useState(addressNow);
  useEffect(() => {
    const follow = (): void => setAddress(addressNow());
    map.on('moveend', follow);
    return () => { map.off('moveend', follow); };
  }, [map, view.value]);
  return <>
    <p>{say('shareHow')}</p>
    <Copied text={address} />
    <img class="qr" alt={say('qrCode')} src={`data:image/svg+xml,${encodeURIComponent(renderSVG(address))}`} />
    <h3>{say('requestsBehind')}</h3>
    <dl class="stack">{requests({map, style}).map(([title, text]) => <div key={title}><dt>{title}</dt><dd><Copied text={text} /></dd></div>)}</dl>
  </>;
}

function addressNow(): string {
  const address = new URL(location.href);
  address.searchParams.set('lang', language());
  return address.href;
}

/** What a client of its own would ask for to have the same. */
function requests({map, style}: ToolProps): [string, string][] {
  const box = map.getBounds().toArray().flat().map((degrees) => degrees.toFixed(5)).join(',');
  const on = layersOn(style).map(({id}) => id);
  const {day, filters} = view.value;
  const when = day ? `&datetime=${endOfDay(day)}` : '';
  const first = [...filters.keys()][0] ?? on[0] ?? '';
  const filter = filters.get(first) ? `&filter=${encodeURIComponent(filters.get(first)!)}` : '';
  return [
    [say('mapPicture'), `${API}/map?collections=${on.join(',')}&bbox=${box}&width=1200${when}&f=png`],
    [say('features'), `${API}/collections/${first}/items?bbox=${box}${filter}${when}&f=json`],
    [say('vectorStyle'), `${API}/styles/${style.metadata['dothi:style']}?f=maplibre`],
  ];
}
