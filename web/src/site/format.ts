/** Numbers, dates and sizes as a reader of the current language writes them. */
import {MESSAGES, type Message} from '../messages';
import {language, say} from './language';
import {landing} from './service';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

export const localNumber = (value: number, digits = 6): string =>
  new Intl.NumberFormat(language(), {maximumFractionDigits: digits}).format(value);

/** A date is a day of the calendar, not a moment: no Date object, which would shift it by the time zone. */
export function localDate(value: string): string {
  const parts = DATE.exec(value);
  if (!parts) return value;
  const [, year, month, day] = parts;
  return language() === 'vi' ? `${day}/${month}/${year}` : value;
}

/** `2026-11-30 10:26`, as the API writes moments in the locality's zone. */
export function localMinute(value: string): string {
  const [day = '', minute = ''] = value.split(' ');
  return minute ? `${localDate(day)} ${minute}` : localDate(value);
}

/** A moment by the clocks of the locality, whatever zone the browser is set to: `30/11/2026 14:05`, in English `2026-11-30 14:05`. */
export const momentOf = (moment: string | Date): string => localMinute(minuteOf(new Date(moment)));

/** The day that it is in the locality, as the API writes days. */
export const today = (): string => minuteOf(new Date()).slice(0, 10);

/** The day of a moment by the clocks of the locality, as the API writes days. */
export const dayOf = (moment: string): string => minuteOf(new Date(moment)).slice(0, 10);

/** The end of a day by the clocks of the locality, as the API takes moments: `2026-11-30T16:59:59Z` for a day seven hours ahead. */
export function endOfDay(day: string): string {
  const end = new Date(`${day}T23:59:59Z`);
  const shown = new Date(`${minuteOf(end).replace(' ', 'T')}:59Z`);
  return new Date(2 * end.getTime() - shown.getTime()).toISOString().replace('.000', '');
}

/** `2026-11-30 14:05` by the clocks of the locality; by those of the browser until the service has named the zone. */
function minuteOf(moment: Date): string {
  const zone = landing.value?.time_zone;
  const parts = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(zone && {timeZone: zone}),
  }).formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
}

/** `8 MB` for a limit of 8 × 2²⁰ bytes: counted as the service sets its limits, and as file managers count. */
export function localBytes(bytes: number): string {
  if (bytes < 2 ** 10) return `${localNumber(bytes)} B`;
  const [size, unit] = bytes < 2 ** 20 ? [bytes / 2 ** 10, 'kB'] : bytes < 2 ** 30 ? [bytes / 2 ** 20, 'MB'] : [bytes / 2 ** 30, 'GB'];
  return `${localNumber(size, size < 10 ? 1 : 0)}\u00a0${unit}`;
}

/** A unit as a reader writes it, `m²/person` too; a symbol such as m or kV needs no translation and stays. */
export const unitName = (unit: string): string =>
  // English counts people, and measures by the person
  unit.includes('/') && language() === 'en' ? unit : unit.split('/').map(symbolName).join('/');

/** Units of UCUM, as schemas have them, that people write in another way (dothi/core/units.py). */
const OF_UCUM: Record<string, string> = {har: 'ha', m2: 'm²', km2: 'km²', m3: 'm³', deg: '°', Cel: '°C', a: 'year', ug: 'µg', 'MV.A': 'MVA'};

/** A unit of a schema as a reader writes it: `chỗ` for `{place}`, `m³/ngày` for `m3/d`. */
export const ucumName = (unit: string): string =>
  unitName(unit.split('/').map((part) => OF_UCUM[part] ?? part.replace(/^\{(.*)\}$/, '$1')).join('/'));

function symbolName(symbol: string): string {
  const key = `unit_${symbol}`;
  return key in MESSAGES.vi ? say(key as Message) : symbol;
}

/** An ISO 8601 duration of one part, P1Y or P3M, in words. */
export function cycle(duration: string): string {
  const parts = /^P(\d+)([YMWD])$/.exec(duration);
  if (!parts) return duration;
  const unit = parts[2] as 'Y' | 'M' | 'W' | 'D';
  return parts[1] === '1' ? say(`cycleOne${unit}`) : say(`cycle${unit}`, {n: parts[1] ?? ''});
}
