import type {Column} from './api';
import {localDate, localNumber, momentOf, unitName} from '../site/format';
import {pick, say} from '../site/language';

/** The unit stays with its number. */
const NO_BREAK = '\u00a0';
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** A value as a reader of the current language writes it, with its unit. */
export function written(value: unknown, column: Column | undefined): string {
  if (value === null || value === undefined || value === '') return say('noValue');
  const title = column?.domain?.[String(value)];
  if (title) return pick(title);
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
  if (typeof value === 'number') return column?.unit ? `${localNumber(value)}${NO_BREAK}${unitName(column.unit)}` : bareNumber(value);
  if (typeof value === 'object') return JSON.stringify(value);
  return MOMENT.test(String(value)) ? momentOf(String(value)) : localDate(String(value));
}

/** A number without a unit: a whole one of four digits may be a year, which has no separator. */
const bareNumber = (value: number): string => Number.isInteger(value) && Math.abs(value) < 10_000 ? String(value) : localNumber(value);
