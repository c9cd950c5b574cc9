import {render} from 'preact';
import {byId} from '../site/elements';
import {SiteLinks, Who} from '../site/header';
import {inLanguage} from '../site/language';
import {readService} from '../site/service';

const GAP_PX = 12;

/** The links to the other pages, and to the account of who is signed in. */
export function startLinks(): void {
  inLanguage(() => void readService().catch(() => null)); // the map says itself when the server is away
  // the head is as high as its links need: what stands below it begins there
  const head = byId('head');
  new ResizeObserver(() => {
    document.body.style.setProperty('--below-head', `${head.offsetTop + head.offsetHeight + GAP_PX}px`);
  }).observe(head);
  render(<><SiteLinks current="map" /><Who /></>, byId('site-links'));
}
