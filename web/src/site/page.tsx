/** The frame of a page: header, content, footer, and what is said while there is none. */
import {effect, signal} from '@preact/signals';
import {render, type ComponentChildren, type VNode} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import './site.css';
import {hasStepped} from './address';
import {Header, type PageName} from './header';
import {inLanguage, language, say} from './language';
import {landing, readService} from './service';
import type {Message} from '../messages';

/** The heading of what the page shows: tabs, bookmarks and the list behind the "back" button are told apart by it. */
const heading = signal('');

/** Puts the page into the document, and names it in the reader's language. */
export function startPage(name: PageName, title: Message, Content: () => VNode): void {
  inLanguage(() => {
    document.documentElement.lang = language();
    void readService().catch(() => null); // the page itself says what cannot be read
  });
  effect(() => {
    const names = new Set([heading.value, say(title), landing.value?.attribution ?? 'Đô Thị']);
    document.title = [...names].filter(Boolean).join(' · ');
  });
  render(<><ToContent /><Header current={name} /><main class="page" tabIndex={-1}><Content /></main><Footer /></>, document.body);
}

const Footer = () => <footer class="site-foot">
  {landing.value?.attribution} · <a href={`./api?f=html&lang=${language()}`}>{say('api')}</a>
</footer>;

/** For a keyboard: past the links that all pages have. The address stays, as parts of it say what is shown. */
const ToContent = () => <button type="button" class="to-content" onClick={() => document.querySelector('main')?.focus()}>{say('toContent')}</button>;

/** Takes the focus where what had it went away with the step before. */
export function Title({title, lead, children}: {title: string; lead?: string; children?: ComponentChildren}) {
  const place = useRef<HTMLHeadingElement>(null);
  useEffect(() => { if (hasStepped() && document.activeElement === document.body) place.current?.focus({preventScroll: true}); }, []);
  useEffect(() => {
    heading.value = title;
    return () => { heading.value = ''; };
  }, [title]);
  return <header><div><h1 tabIndex={-1} ref={place}>{title}</h1>{lead && <p class="lead">{lead}</p>}</div>{children}</header>;
}
