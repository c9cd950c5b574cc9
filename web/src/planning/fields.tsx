/** The fields of an analysis, each with the control that fits its kind. */
import type {ComponentChildren} from 'preact';
import {useId, useState} from 'preact/hooks';
import type {Field} from './api';
import {LayerField} from './layer_field';
import {LayersField, PartsField, ScoresField} from './list_fields';
import {limitsOf, NumberInput} from './number_input';
import {ScenarioField} from './scenario_field';
import {useAnswer} from '../site/answer';
import {readProperties, type Property} from '../site/conditions';
import {localNumber, unitName} from '../site/format';
import {say} from '../site/language';
import {readNumber} from '../site/numbers';

/** What needs the whole width of the form. */
const WIDE = new Set<Field['kind']>(['layer', 'layers', 'scores', 'parts', 'lines']);

export type Values = Record<string, unknown>;

export interface FieldProps {
  field: Field;
  value: unknown;
  /** Of the other fields, by name. */
  values: Values;
  change: (value: unknown) => void;
  id: string;
  describedBy: string;
}

interface FieldRowProps extends Omit<FieldProps, 'id' | 'describedBy'> {
  fault: string;
  /** Whether what is wrong, said here or at another field, concerns this one. */
  isWrong?: boolean;
  say?: (text: string) => string;
}

/** A field with its title, what it means, its limits, and what is wrong with it. */
export function FieldRow({field, fault, isWrong = fault !== '', say: inWords = (text) => text, ...props}: FieldRowProps) {
  const id = useId();
  const about = `${id}-about`;
  const Control = CONTROLS[field.kind] ?? Text;
  return <div class={`planned ${WIDE.has(field.kind) ? 'wide' : ''} ${isWrong ? 'wrong' : ''}`} data-field={field.name}>
    <label for={id}>{field.title}{field.required ? ' *' : ''}{field.unit ? ` (${unitName(field.unit)})` : ''}</label>
    <Control {...props} field={field} id={id} describedBy={about} />
    <p id={about} class="quiet">{field.hint ?? inWords(field.description)} {limitsOf(field)}</p>
    {fault && <p class="note bad" role="alert">{fault}</p>}
  </div>;
}

const NumberControl = ({field, value, change, id, describedBy}: FieldProps) =>
  <NumberInput id={id} describedBy={describedBy} value={value as number | undefined} limits={field} required={field.required ?? false} change={change} />;

function Numbers({field, value, change, id, describedBy}: FieldProps) {
  const [typed, setTyped] = useState(() => ((value as number[] | undefined) ?? []).map((each) => localNumber(each)).join('; '));
  return <input id={id} aria-describedby={describedBy} inputMode="decimal" value={typed} placeholder={say('severalNumbers')} required={field.required ?? false}
    onInput={({currentTarget}) => {
      setTyped(currentTarget.value);
      const numbers = currentTarget.value.replace(/[[\]]/g, '').split(/[;\s]+|,\s+/).filter(Boolean).map(readNumber);
      change(numbers.length > 0 ? numbers : undefined);
    }} />;
}

const YesNo = ({value, change, id, describedBy}: FieldProps) =>
  <input id={id} aria-describedby={describedBy} type="checkbox" checked={Boolean(value)} onChange={({currentTarget}) => change(currentTarget.checked)} />;

function ChoiceControl({field, value, change, id, describedBy}: FieldProps) {
  return <select id={id} aria-describedby={describedBy} required={field.required ?? false} value={value === undefined ? '' : String(value)}
    onChange={({currentTarget: {value: chosen}}) => change(chosen === '' ? undefined : field.numeric ? Number(chosen) : chosen)}>
    {(!field.required || value === undefined) && <option value="">{say('choose')}</option>}
    {(field.choices ?? []).map((each) => <option key={each.value} value={each.value}>{each.title}</option>)}
  </select>;
}

function Choices({field, value, change, id, describedBy}: FieldProps) {
  const chosen = new Set((value as string[] | undefined) ?? []);
  const toggle = (name: string, on: boolean): void => {
    const next = (field.choices ?? []).map((each) => each.value).filter((each) => each === name ? on : chosen.has(each));
    change(next.length > 0 ? next : undefined);
  };
  return <div id={id} role="group" aria-describedby={describedBy} class="row">{(field.choices ?? []).map((each) =>
    <label key={each.value} class="row"><input type="checkbox" checked={chosen.has(each.value)} onChange={({currentTarget}) => toggle(each.value, currentTarget.checked)} /> {each.title}</label>)}</div>;
}

function Lines({field, value, values, change, id, describedBy}: FieldProps) {
  if (field.column_of) return <Columns field={field} value={value} values={values} change={change} id={id} describedBy={describedBy} />;
  return <LinesControl field={field} value={value} values={values} change={change} id={id} describedBy={describedBy} />;
}

function LinesControl({field, value, change, id, describedBy}: FieldProps) {
  const [typed, setTyped] = useState(() => ((value as string[] | undefined) ?? []).join('\n'));
  return <textarea id={id} aria-describedby={describedBy} rows={5} required={field.required ?? false} value={typed} placeholder={say('oneToALine')} onInput={({currentTarget}) => {
    setTyped(currentTarget.value);
    const lines = currentTarget.value.split('\n').map((line) => line.trim()).filter(Boolean);
    change(lines.length > 0 ? lines : undefined);
  }} />;
}

function Text({field, value, values, change, id, describedBy}: FieldProps) {
  if (field.column_of) return <Column field={field} value={value} values={values} change={change} id={id} describedBy={describedBy} />;
  return <input id={id} aria-describedby={describedBy} type={field.kind === 'date' ? 'date' as 'text' : 'text'} required={field.required ?? false} maxLength={field.longest ?? 1_000}
    value={value as string ?? ''} onInput={({currentTarget}) => change(currentTarget.value || undefined)} />;
}

/** The columns of the layer that another field names. */
function useColumns(field: Field, values: Values): Record<string, Property> | null {
  const of = values[field.column_of!];
  const layer = typeof of === 'string' ? of : (of as {collection?: string} | undefined)?.collection ?? '';
  return useAnswer(async () => layer ? await readProperties(layer) : {}, [layer]).data;
}

/** Several columns of that layer. */
function Columns({field, values, ...props}: FieldProps) {
  const columns = Object.entries(useColumns(field, values) ?? {});
  return <Choices {...props} values={values} field={{...field, choices: columns.map(([value, {title}]) => ({value, title: title ?? value}))}} />;
}

function Column({field, value, values, change, id, describedBy}: FieldProps) {
  const data = useColumns(field, values);
  const columns = Object.entries(data ?? {});
  return <select id={id} aria-describedby={describedBy} required={field.required ?? false} value={value as string ?? ''} onChange={({currentTarget}) => change(currentTarget.value || undefined)}>
    <option value="">{say('choose')}</option>
    {columns.map(([name, {title}]) => <option key={name} value={name}>{title ?? name}</option>)}
    {typeof value === 'string' && data && !(value in data) && <option value={value}>{value}</option>}
  </select>;
}

const CONTROLS: Partial<Record<Field['kind'], (props: FieldProps) => ComponentChildren>> = {
  layer: LayerField, layers: LayersField, choice: ChoiceControl, choices: Choices, 'yes-no': YesNo, whole: NumberControl, number: NumberControl,
  numbers: Numbers, lines: Lines, scores: ScoresField, parts: PartsField, scenario: ScenarioField,
};
