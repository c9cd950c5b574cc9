/** What the address of the page says beside its language: kept there, so that a link leads back to what is shown. */
import {signal} from '@preact/signals';

const query = signal(new URL(location.href).searchParams);
addEventListener('popstate', () => {
  isStepped = true;
  query.value = new URL(location.href).searchParams;
});
/** Whether the reader went on from what the page first showed. */
let isStepped = false;
export const hasStepped = (): boolean => isStepped;

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
  isStepped ||= isStep;
  query.value = address.searchParams;
}

/** What was filled in at this step of the browser's history: there again after "back" and when the page is read anew. */
export const heldInStep = <Held>(): Held | null => (history.state as {held?: Held} | null)?.held ?? null;

export function holdInStep(held: unknown): void {
  try {
    history.replaceState({...history.state as object | null, held}, '');
  } catch {
    /* too much of it, or too often: then it is as it was before */
  }
}
