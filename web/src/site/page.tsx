/** The frame of a page: header, content, footer, and what is said while there is none. */
import {effect} from '@preact/signals';
import {render, type ComponentChildren, type VNode} from 'preact';
import './site.css';
import {Header, type PageName} from './header';
import {inLanguage, language, say} from './language';
import {landing, readService} from './service';
import type {Message} from '../messages';

/** Puts the page into the document, and names it in the reader's language. */
export function startPage(name: PageName, title: Message, Content: () => VNode): void {
  inLanguage(() => {
    document.documentElement.lang = language();
    void readService().catch(() => null); // the page itself says what cannot be read
  });
  effect(() => { document.title = `${say(title)} · ${landing.value?.attribution ?? 'Đô Thị'}`; });
  render(<><Header current={name} /><main class="page"><Content /></main><Footer /></>, document.body);
}

const Footer = () => <footer class="site-foot">
  {landing.value?.attribution} · <a href={`./api?f=html&lang=${language()}`}>{say('api')}</a>
</footer>;

export function Title({title, lead, children}: {title: string; lead?: string; children?: ComponentChildren}) {
  return <header><div><h1>{title}</h1>{lead && <p class="lead">{lead}</p>}</div>{children}</header>;
}
