import type {Column} from './api';
import {language, pick, say} from './language';
import {UNITS} from './words';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** A value as a reader of the current language writes it, with its unit. */
export function written(value: unknown, column: Column | undefined): string {
  if (value === null || value === undefined || value === '') return say('noValue');
  const title = column?.domain?.[String(value)];
  if (title) return pick(title);
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
  if (typeof value === 'number') return `${localNumber(value)}${unit(column)}`;
  return typeof value === 'object' ? JSON.stringify(value) : localDate(String(value));
}

const localNumber = (value: number): string =>
  new Intl.NumberFormat(language(), {maximumFractionDigits: 6}).format(value);

function unit(column: Column | undefined): string {
  if (!column?.unit) return '';
  const known = UNITS[column.unit];
  return `\u00a0${known ? pick(known) : column.unit}`; // a no-break space: the unit stays with its number
}

// A date is a day of the calendar, not a moment: no Date object, which would shift it by the time zone.
export function localDate(value: string): string {
  const found = DATE.exec(value);
  if (!found) return value;
  const [, year, month, day] = found;
  return language() === 'vi' ? `${day}/${month}/${year}` : value;
}
