import {useEffect, useRef} from 'preact/hooks';
import {language, say, switchTo} from './language';
import {account, hasDesk, landing} from './service';
import type {Language, Message} from '../messages';

export type PageName = 'map' | 'catalogue' | 'planning' | 'dashboard' | 'desk' | 'help';
/** Address and name of each page; what only the internal service has stands behind it. */
const PAGES: [PageName, string, Message][] = [
  ['map', './', 'pageMap'], ['catalogue', './catalogue', 'pageCatalogue'], ['planning', './planning', 'pageAnalyses'], ['help', './help', 'pageHelp'],
];
const INTERNAL: [PageName, string, Message][] = [
  ['dashboard', './dashboard', 'pageDashboard'], ['desk', './desk', 'pageDesk'],
];

/** For a row of links that a phone scrolls: the current one is in sight. */
export function useCurrentInSight(current: unknown) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    // links grow when letters of the font come, and what waits is counted
    const watcher = new ResizeObserver(() => showCurrent(place.current));
    for (const link of place.current!.children) watcher.observe(link);
    return () => watcher.disconnect();
  }, [current, language()]);
  return place;
}

function showCurrent(row: HTMLElement | null): void {
  const link = row?.querySelector<HTMLElement>('[aria-current]');
  if (row && link) row.scrollLeft = link.offsetLeft - row.offsetLeft - (row.clientWidth - link.clientWidth) / 2;
}

/** The links to the other pages. current: the page that they stand on. */
export function SiteLinks({current}: {current: PageName}) {
  const pages = hasDesk() ? [...PAGES.slice(0, 3), ...INTERNAL, ...PAGES.slice(3)] : PAGES;
  const place = useCurrentInSight(pages.length);
  return <nav aria-label={say('pages')} ref={place}>
    {pages.map(([name, address, title]) =>
      <a key={name} href={address} aria-current={name === current ? 'page' : undefined}>{say(title)}</a>)}
  </nav>;
}

export function Header({current}: {current: PageName}) {
  return <header class="site-head">
    <a class="brand" href="./"><small>Đô Thị</small>{landing.value?.attribution ?? ''}</a>
    <SiteLinks current={current} />
    <Who />
    <Languages />
  </header>;
}

/** The account of who is signed in, or the way to sign in; nothing on the public service. */
export function Who() {
  if (account.value) return <a class="who" title={account.value.title} href={`./api/account?f=html&lang=${language()}`}>{account.value.title}</a>;
  return hasDesk() ? <a class="who" href="./sign-in">{say('signIn')}</a> : null;
}

function Languages() {
  const button = (lang: Language, label: string) =>
    <button type="button" lang={lang} aria-label={label} aria-pressed={language() === lang} onClick={() => switchTo(lang)}>
      {lang.toUpperCase()}
    </button>;
  return <div class="languages" role="group" aria-label={say('language')}>
    {button('vi', 'Tiếng Việt')}{button('en', 'English')}
  </div>;
}
