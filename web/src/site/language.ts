/** The language of the page: of the address, else the one chosen last time, else Vietnamese. */
import {effect, signal} from '@preact/signals';
import {MESSAGES, type Language, type Message, type Text} from '../messages';

const KEY = 'dothi:lang';
const isLanguage = (value: string | null): value is Language => value === 'vi' || value === 'en';
const current = signal<Language>(ofAddress() ?? remembered() ?? 'vi');

/** A component that reads it is drawn anew when it changes. */
export const language = (): Language => current.value;

export const pick = (text: Text): string => text[current.value] || text.vi || text.en;

/** The message, with `{name}` in it replaced by the value of that name. */
export function say(message: Message, values: Record<string, string | number> = {}): string {
  return MESSAGES[current.value][message].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Calls `listener` now and after every switch of the language. */
export function inLanguage(listener: () => void): void {
  effect(() => {
    current.value; // the listener may read it in a part that it does not always reach
    listener();
  });
}

export function switchTo(chosen: Language): void {
  const address = new URL(location.href);
  address.searchParams.set('lang', chosen);
  history.replaceState(history.state, '', address);
  remember(chosen);
  current.value = chosen;
}

/** Has the elements of the page that name a message say it, and its buttons switch the language. */
export function startLanguage(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-lang]')) {
    button.addEventListener('click', () => switchTo(button.dataset['lang'] as Language));
  }
  inLanguage(writeWords);
}

function writeWords(): void {
  document.documentElement.lang = language();
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
    element.textContent = say(element.dataset['text'] as Message);
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
    element.setAttribute('aria-label', say(element.dataset['label'] as Message));
    if (element.tagName === 'BUTTON') element.title = say(element.dataset['label'] as Message);
  }
  for (const element of document.querySelectorAll<HTMLInputElement>('[data-hint]')) {
    element.placeholder = say(element.dataset['hint'] as Message);
  }
  for (const button of document.querySelectorAll<HTMLElement>('button[data-lang]')) {
    button.setAttribute('aria-pressed', String(button.dataset['lang'] === language()));
  }
}

function ofAddress(): Language | null {
  const named = new URL(location.href).searchParams.get('lang');
  return isLanguage(named) ? named : null;
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
