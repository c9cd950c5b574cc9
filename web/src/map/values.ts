import type {Column} from './api';
import {localDate, localNumber, unitName} from '../site/format';
import {pick, say} from '../site/language';

/** A value as a reader of the current language writes it, with its unit. */
export function written(value: unknown, column: Column | undefined): string {
  if (value === null || value === undefined || value === '') return say('noValue');
  const title = column?.domain?.[String(value)];
  if (title) return pick(title);
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
  // a no-break space: the unit stays with its number
  if (typeof value === 'number') return `${localNumber(value)}${column?.unit ? `\u00a0${unitName(column.unit)}` : ''}`;
  return typeof value === 'object' ? JSON.stringify(value) : localDate(String(value));
}
