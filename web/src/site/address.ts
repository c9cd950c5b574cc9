/** What the address of the page says beside its language: kept there, so that a link leads back to what is shown. */
import {signal} from '@preact/signals';

const query = signal(new URL(location.href).searchParams);
addEventListener('popstate', () => { query.value = new URL(location.href).searchParams; });

export const part = (name: string): string => query.value.get(name) ?? '';

/** Writes parts into the address; empty ones leave it. isStep: whether "back" leads to what was before. */
export function setParts(parts: Record<string, string>, isStep = false): void {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(parts)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  if (isStep) history.pushState(null, '', address);
  else history.replaceState(history.state, '', address);
  query.value = address.searchParams;
}
