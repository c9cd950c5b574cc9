import {render} from 'preact';
import {byId} from '../site/elements';
import {SiteLinks, Who} from '../site/header';
import {inLanguage, say} from '../site/language';
import {readService} from '../site/service';

/** The menu of the other pages, with the account of who is signed in. */
export function startLinks(): void {
  inLanguage(() => void readService().catch(() => null)); // the map says itself when the server is away
  render(<Menu />, byId('site-links'));
}

/** Escape closes it, and gives the focus back; a click beside it closes it as well. */
const Menu = () => <details onKeyDown={({key, currentTarget}) => {
  if (key !== 'Escape' || !currentTarget.open) return;
  currentTarget.querySelector('summary')?.focus();
  currentTarget.open = false;
}}
  onFocusOut={({currentTarget, relatedTarget}) => { if (!currentTarget.contains(relatedTarget as Node | null)) currentTarget.open = false; }}>
  <summary aria-label={say('pages')} title={say('pages')}>
    <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true"><path d="M2 4h12M2 8h12M2 12h12" /></svg>
  </summary>
  <div class="menu"><SiteLinks current="map" /><Who /></div>
</details>;
