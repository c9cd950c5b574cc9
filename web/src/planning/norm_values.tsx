/** Norms with other values: the rows that are in force, and the value that a scenario gives one of them. */
import {NumberInput} from './number_input';
import type {Change} from './scenario_api';
import {answerOf, client} from '../client';
import {useAnswer} from '../site/answer';
import {unitName} from '../site/format';
import {useHeld} from '../site/held';
import {say} from '../site/language';

export interface NormRow {
  norm: string;
  subject: string;
  condition: string;
  class?: string;
  value: number;
  unit: string;
  value_text: string;
  title: string;
  applies_to: string;
  source: string;
}

export const readNorms = async (): Promise<NormRow[]> => (await answerOf(client.GET('/norms'))).norms as NormRow[];

/** The row that a change gives another value. */
export const rowOf = (rows: NormRow[], change: Change): NormRow | undefined => rows.find((row) =>
  row.norm === change.norm && row.subject === (change.subject ?? 'any') && row.condition === (change.condition ?? 'any') && (row.class ?? '').startsWith(change.class ?? ''));

/** `bán kính phục vụ: trường tiểu học, đô thị` */
export const rowInWords = ({title, applies_to: appliesTo}: NormRow): string => `${title}: ${appliesTo}`;

export function NormChange({add}: {add: (changes: Change[]) => void}) {
  const {data: rows} = useAnswer(readNorms, []);
  const [place, setPlace] = useHeld('norm', '');
  const [value, setValue] = useHeld<number | undefined>('norm value', undefined);
  const row = rows?.[Number(place || NaN)];
  const titles = [...new Set((rows ?? []).map(({title}) => title))];
  const save = ({norm, subject, condition, class: ofClass}: NormRow): void =>
    add([{kind: 'norm', norm, subject, condition, ...(ofClass && {class: ofClass}), value: value!}]);
  return <form class="stack" onSubmit={(event) => { event.preventDefault(); if (row) save(row); }}>
    <label class="field"><span>{say('whichNorm')}</span><select value={place} onChange={({currentTarget}) => setPlace(currentTarget.value)}>
      <option value="">{say('choose')}</option>
      {titles.map((title) => <optgroup key={title} label={title}>
        {(rows ?? []).map((each, i) => each.title === title && <option key={i} value={i}>{each.applies_to}: {each.value_text}</option>)}</optgroup>)}</select></label>
    {row && <>
      <p class="quiet">{row.source}</p>
      <label class="field"><span>{say('valueInScenario')} ({unitName(row.unit)})</span><NumberInput required value={value} limits={{kind: 'number', least: 0}} change={setValue} /></label>
    </>}
    <button class="button first" disabled={!row || value === undefined}>{say('addToScenario')}</button>
  </form>;
}
