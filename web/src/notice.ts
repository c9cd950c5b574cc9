import {byId, make} from './elements';
import {FAULTS, WORDS} from './words';

export type Fault = keyof typeof FAULTS;

/** Says in both languages what is wrong. Whoever meets an error may not have found the language switch yet. */
export function showFault(fault: Fault, retry?: () => void): void {
  const box = byId('notice');
  const {vi, en} = FAULTS[fault];
  box.dataset['fault'] = fault;
  box.replaceChildren(make('p', {lang: 'vi', textContent: vi}), make('p', {lang: 'en', textContent: en}));
  const action = retry ?? hideFault;
  const word = retry ? WORDS.retry : WORDS.close;
  box.append(make('button', {type: 'button', textContent: `${word.vi} / ${word.en}`, onclick: action}));
  box.hidden = false;
}

export function hideFault(): void {
  byId('notice').hidden = true;
}
