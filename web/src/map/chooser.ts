/** A list of styles to choose one from. */
import type {StyleTitle} from './api';
import {make} from '../site/elements';
import {pick} from '../site/language';

export function chooser(
  styles: StyleTitle[], now: string, label: string, onChoice: (style: string) => void,
): HTMLSelectElement {
  const options = styles.map(({id, title}) => make('option', {value: id, textContent: pick(title), selected: id === now}));
  const select = make('select', {children: options});
  select.setAttribute('aria-label', label);
  select.addEventListener('change', () => onChoice(select.value));
  return select;
}
