/** Fields that hold lists: further layers, scores by class, and parts of several kinds. */
import {useId} from 'preact/hooks';
import type {Field} from './api';
import {FieldRow, type FieldProps, type Values} from './fields';
import {LayerField} from './layer_field';
import {NumberInput} from './number_input';
import {useAnswer} from '../site/answer';
import {readProperties} from '../site/conditions';
import {say} from '../site/language';

export function LayersField({field, value, change, values, describedBy, id}: FieldProps) {
  const layers = (value as unknown[] | undefined) ?? [];
  const set = (next: unknown[]): void => change(next.length > 0 ? next : undefined);
  return <div id={id} class="stack">
    {layers.map((layer, index) => <div key={index} class="row listed">
      <LayerField field={{...field, required: true}} value={layer} values={values} id={`${id}-${index}`} describedBy={describedBy}
        change={(next) => set(layers.map((each, i) => i === index ? next : each))} />
      <button type="button" class="link" onClick={() => set(layers.filter((_, i) => i !== index))}>{say('remove')}</button>
    </div>)}
    <button type="button" class="link" onClick={() => set([...layers, field.choices?.[0]?.value])}>+ {say('oneMoreLayer')}</button>
  </div>;
}

/** A number for each class: those of the column that a field beside it names. */
export function ScoresField({field, value, change, values, id}: FieldProps) {
  const scores = (value as Record<string, number> | undefined) ?? {};
  const layer = layerIn(values);
  const column = String(values['column'] ?? '');
  const {data} = useAnswer(async () => layer ? await readProperties(layer) : {}, [layer]);
  const classes = data?.[column]?.oneOf ?? [];
  const codes = [...new Set([...classes.map((each) => each.const), ...Object.keys(scores)])];
  const set = (code: string, score: number | undefined): void => {
    const {[code]: _, ...others} = scores;
    change(score === undefined ? others : {...others, [code]: score});
  };
  return <div id={id} role="group" aria-label={field.title} class="scores">{codes.map((code) => <label key={code} class="row">
    <NumberInput value={scores[code]} limits={field} change={(score) => set(code, score)} />
    {classes.find((each) => each.const === code)?.title ?? code}</label>)}</div>;
}

function layerIn(values: Values): string {
  const layer = values['layer'];
  return typeof layer === 'string' ? layer : (layer as {collection?: string} | undefined)?.collection ?? '';
}

export function PartsField({field, value, change, id}: FieldProps) {
  const parts = (value as Values[] | undefined) ?? [];
  const set = (next: Values[]): void => change(next.length > 0 ? next : undefined);
  return <div id={id} role="group" aria-label={field.title} class="stack">
    {parts.map((part, index) => <Part key={`${index}-${String(part['kind'])}`} of={field} part={part} number={index + 1}
      change={(next) => set(parts.map((each, i) => i === index ? next : each))} remove={() => set(parts.filter((_, i) => i !== index))} />)}
    <p class="row">{say('addPart')} {(field.parts ?? []).map(({kind, title, fields}) =>
      <button type="button" key={kind} class="button plain" onClick={() => set([...parts, newPart(kind, fields, parts)])}>+ {title}</button>)}</p>
  </div>;
}

/** A part with its defaults, and a short name that no other part has. */
function newPart(kind: string, fields: Field[], parts: Values[]): Values {
  const names = new Set(parts.map((part) => part['name']));
  const name = Array.from({length: parts.length + 2}, (_, n) => n === 0 ? kind : `${kind}_${n + 1}`).find((each) => !names.has(each))!;
  const defaults = fields.filter((each) => each.value !== undefined).map((each) => [each.name, each.value]);
  return {kind, ...Object.fromEntries(defaults), ...(fields.some((each) => each.name === 'name') && {name})};
}

function Part({of, part, number, change, remove}: {of: Field; part: Values; number: number; change: (part: Values) => void; remove: () => void}) {
  const heading = useId();
  const {title, fields} = (of.parts ?? []).find(({kind}) => kind === part['kind']) ?? {title: '', fields: []};
  const set = (name: string, value: unknown): void => {
    const {[name]: _, ...others} = part;
    change(value === undefined ? others : {...others, [name]: value});
  };
  const defaults = Object.fromEntries(fields.map((each) => [each.name, each.value]));
  // its name is made up; what is always wanted is in sight, and what holds beside it
  const isInSight = (each: Field): boolean => each.name !== 'name' && (Boolean(each.required) || part[each.name] !== undefined);
  const row = (each: Field) => <FieldRow key={each.name} field={each} value={part[each.name] ?? each.value} values={{...defaults, ...part}} change={(value) => set(each.name, value)} fault="" />;
  return <fieldset class="part" aria-labelledby={heading}>
    <legend id={heading}>{number}. {title} <button type="button" class="link" onClick={remove}>{say('remove')}</button></legend>
    <div class="side-by-side">{fields.filter(isInSight).map(row)}</div>
    <details><summary>{say('moreOptions')}</summary><div class="side-by-side">{fields.filter((each) => !isInSight(each)).map(row)}</div></details>
  </fieldset>;
}
