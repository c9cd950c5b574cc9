import {byId, make} from '../site/elements';
import {MESSAGES, type Message} from '../messages';

export type Fault = Extract<Message, `fault_${string}`> extends `fault_${infer Name}` ? Name : never;

/** Says in both languages what is wrong. Whoever meets an error may not have found the language switch yet. */
export function showFault(fault: Fault, retry?: () => void): void {
  const box = byId('notice');
  const message: Message = `fault_${fault}`;
  box.dataset['fault'] = fault;
  box.replaceChildren(make('p', {lang: 'vi', textContent: MESSAGES.vi[message]}), make('p', {lang: 'en', textContent: MESSAGES.en[message]}));
  const action = retry ?? hideFault;
  const label: Message = retry ? 'retry' : 'close';
  box.append(make('button', {type: 'button', textContent: `${MESSAGES.vi[label]} / ${MESSAGES.en[label]}`, onclick: action}));
  box.hidden = false;
}

export const hasFault = (fault: Fault): boolean => !byId('notice').hidden && byId('notice').dataset['fault'] === fault;

export function hideFault(): void {
  byId('notice').hidden = true;
}
