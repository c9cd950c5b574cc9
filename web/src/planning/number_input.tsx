/** A number as people write it, in Vietnamese with a comma: browsers read `1,5` as 15 in a field of type number. */
import {useState} from 'preact/hooks';
import type {Field} from './api';
import {language, say} from '../site/language';
import {localNumber} from '../site/format';

export type Limits = Pick<Field, 'least' | 'most' | 'above'> & {kind?: Field['kind']};

interface NumberInputProps {
  value: number | undefined;
  limits: Limits;
  change: (value: number | undefined) => void;
  required?: boolean;
  id?: string;
  describedBy?: string;
  label?: string;
  placeholder?: string;
}

export function NumberInput({value, limits, change, required = false, id, describedBy, label, placeholder}: NumberInputProps) {
  const [typed, setTyped] = useState(() => written(value));
  // another field may have taken this one's place
  const text = Object.is(readNumber(typed), value ?? NaN) ? typed : written(value);
  const complaint = text.trim() === '' ? '' : complaintOf(readNumber(text), limits);
  return <input id={id} aria-describedby={describedBy} aria-label={label} inputMode="decimal" required={required} value={text} placeholder={placeholder}
    aria-invalid={complaint !== ''} ref={(input) => input?.setCustomValidity(complaint)}
    onInput={({currentTarget}) => {
      setTyped(currentTarget.value);
      change(currentTarget.value.trim() === '' ? undefined : readNumber(currentTarget.value));
    }} />;
}

/** As it can be typed again: without anything between thousands. */
const written = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '' : language() === 'vi' ? String(value).replace('.', ',') : String(value);

/** The number, or NaN: `1,5` and `1.5` are the same, `1.500` in Vietnamese and `1,500` in English are thousands. */
export function readNumber(typed: string): number {
  const plain = typed.replace(/[\s\u00a0]/g, '');
  const [thousands, decimal] = language() === 'vi' ? ['\\.', ','] : [',', '\\.'];
  const inGroups = new RegExp(`^-?[1-9]\\d{0,2}(${thousands}\\d{3})+(${decimal}\\d+)?$`);
  const one = inGroups.test(plain) ? plain.replace(new RegExp(thousands, 'g'), '') : plain;
  return /^-?\d+([.,]\d+)?$/.test(one) ? Number(one.replace(',', '.')) : NaN;
}

function complaintOf(value: number, limits: Limits): string {
  const {least = -Infinity, most = Infinity, above, kind} = limits;
  if (Number.isNaN(value) || (kind === 'whole' && !Number.isInteger(value))) return say(kind === 'whole' ? 'wholeNumber' : 'aNumber', {example: localNumber(1.5)});
  return value < least || value > most || (above && value === least) ? limitsOf(limits) : '';
}

export function limitsOf({least, most, above}: Limits): string {
  if (least === undefined && most === undefined) return '';
  if (least === undefined) return say('atMostOf', {most: localNumber(most!)});
  const from = say(above ? 'moreThanOf' : 'fromOf', {least: localNumber(least)});
  return most === undefined ? from : `${from} ${say('toOf', {most: localNumber(most)})}`;
}
