import type {Column} from './api';
import {localDate, localNumber, momentOf, unitName} from '../site/format';
import {pick, say} from '../site/language';

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** A value as a reader of the current language writes it, with its unit. */
export function written(value: unknown, column: Column | undefined): string {
  if (value === null || value === undefined || value === '') return say('noValue');
  const title = column?.domain?.[String(value)];
  if (title) return pick(title);
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
  // a no-break space: the unit stays with its number
  if (typeof value === 'number') return `${localNumber(value)}${column?.unit ? `\u00a0${unitName(column.unit)}` : ''}`;
  if (typeof value === 'object') return JSON.stringify(value);
  return MOMENT.test(String(value)) ? momentOf(String(value)) : localDate(String(value));
}
