import {WORDS, type Text, type Word} from './words';

export type Language = 'vi' | 'en';

const KEY = 'dothi:lang';
const listeners: Array<() => void> = [];
let current: Language = 'vi';

const isLanguage = (value: string | null): value is Language => value === 'vi' || value === 'en';

export const language = (): Language => current;

export const pick = (text: Text): string => text[current] || text.vi || text.en;

export const say = (word: Word): string => pick(WORDS[word]);

/** Calls `listener` now and after every switch of the language. */
export function inLanguage(listener: () => void): void {
  listeners.push(listener);
  listener();
}

/** The language of the address, else the one chosen last time, else Vietnamese. */
export function startLanguage(): void {
  const asked = new URL(location.href).searchParams.get('lang');
  const known = isLanguage(asked) ? asked : remembered();
  current = known ?? 'vi';
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-lang]')) {
    button.addEventListener('click', () => switchTo(button.dataset['lang'] as Language));
  }
  inLanguage(writeWords);
}

function switchTo(chosen: Language): void {
  current = chosen;
  const address = new URL(location.href);
  address.searchParams.set('lang', chosen);
  history.replaceState(history.state, '', address);
  remember(chosen);
  for (const listener of listeners) listener();
}

function writeWords(): void {
  document.documentElement.lang = current;
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
    element.textContent = say(element.dataset['text'] as Word);
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
    element.setAttribute('aria-label', say(element.dataset['label'] as Word));
    if (element.tagName === 'BUTTON') element.title = say(element.dataset['label'] as Word);
  }
  for (const element of document.querySelectorAll<HTMLInputElement>('[data-hint]')) {
    element.placeholder = say(element.dataset['hint'] as Word);
  }
  for (const button of document.querySelectorAll<HTMLElement>('button[data-lang]')) {
    button.setAttribute('aria-pressed', String(button.dataset['lang'] === current));
  }
}

// Storage throws where the browser forbids it; the portal then only forgets the choice.
function remembered(): Language | null {
  try {
    const value = localStorage.getItem(KEY);
    return isLanguage(value) ? value : null;
  } catch {
    return null;
  }
}

function remember(chosen: Language): void {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    /* forgotten at the next visit */
  }
}
