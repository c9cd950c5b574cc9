/** A number as people write it, in Vietnamese with a comma: browsers read `1,5` as 15 in a field of type number. */
import {useState} from 'preact/hooks';
import type {Field} from './api';
import {say} from '../site/language';
import {localNumber} from '../site/format';
import {readNumber, writeNumber} from '../site/numbers';

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
  const [typed, setTyped] = useState(() => writeNumber(value));
  // another field may have taken this one's place
  const text = Object.is(readNumber(typed), value ?? NaN) ? typed : writeNumber(value);
  const complaint = text.trim() === '' ? '' : complaintOf(readNumber(text), limits);
  return <input id={id} aria-describedby={describedBy} aria-label={label} inputMode="decimal" required={required} value={text} placeholder={placeholder}
    aria-invalid={complaint !== ''} ref={(input) => input?.setCustomValidity(complaint)}
    onInput={({currentTarget}) => {
      setTyped(currentTarget.value);
      change(currentTarget.value.trim() === '' ? undefined : readNumber(currentTarget.value));
    }} />;
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
