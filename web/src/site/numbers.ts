/** Numbers as people write them, read and written: in Vietnamese with a comma. */
import {language} from './language';

/** The number, or NaN: `1,5` and `1.5` are the same, `1.500` in Vietnamese and `1,500` in English are thousands. */
export function readNumber(typed: string): number {
  const plain = typed.replace(/[\s\u00a0]/g, '');
  const [thousands, decimal] = language() === 'vi' ? ['\\.', ','] : [',', '\\.'];
  const inGroups = new RegExp(`^-?[1-9]\\d{0,2}(${thousands}\\d{3})+(${decimal}\\d+)?$`);
  const one = inGroups.test(plain) ? plain.replace(new RegExp(thousands, 'g'), '') : plain;
  return /^-?\d+([.,]\d+)?$/.test(one) ? Number(one.replace(',', '.')) : NaN;
}

/** As it can be typed again: without anything between thousands. */
export const writeNumber = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '' : language() === 'vi' ? String(value).replace('.', ',') : String(value);
