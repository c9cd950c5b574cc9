/** Conditions on the columns of a layer, put together by choosing. */
import {useState} from 'preact/hooks';
import {conditionsOf, conditionText, FITTING, isUnreadable, type Condition, type Operator} from './cql2';
import {useAnswer} from './answer';
import {localNumber} from './format';
import {say} from './language';
import {answerOf, geoClient} from '../client';
import type {Message} from '../messages';

export interface Property {
  type?: string;
  title?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  'x-ogc-unit'?: string;
  enum?: string[];
  oneOf?: {const: string; title?: string}[];
  /** The layer of administrative units whose codes it holds. */
  'x-dothi-unit-layer'?: string;
}

const MOST_UNITS = 1_000;
const OPERATORS: Record<Operator, Message> = {
  '=': 'isEqual', '<>': 'isNotEqual', '<': 'isLess', '<=': 'isAtMost', '>': 'isMore', '>=': 'isAtLeast', contains: 'contains',
};

/** The columns of a layer that a filter may name. */
export async function readProperties(collectionId: string): Promise<Record<string, Property>> {
  const answer = await answerOf(geoClient.GET('/collections/{collectionId}/queryables', {
    params: {path: {collectionId}},
  } as never)) as unknown as {properties: Record<string, Property>};
  return Object.fromEntries(Object.entries(answer.properties).filter(([name, {format}]) => name !== 'id' && !format?.startsWith('geometry')));
}

interface ConditionsProps {
  properties: Record<string, Property>;
  /** The filter that holds, in CQL2; empty for none. */
  filter: string;
  change: (filter: string) => void;
}

export function Conditions({properties, filter, change}: ConditionsProps) {
  const first = Object.keys(properties)[0] ?? '';
  const blank: Condition = {column: first, operator: '=', value: ''};
  const held = filter ? conditionsOf(filter) : null;
  const [conditions, setConditions] = useState<Condition[]>(held?.conditions ?? [blank]);
  const [joined, setJoined] = useState<'AND' | 'OR'>(held?.joined ?? 'AND');
  const [isFree, setFree] = useState(filter !== '' && held === null);
  const update = (next: Condition[], how = joined): void => {
    setConditions(next);
    setJoined(how);
    const isReadable = ({column, value}: Condition): boolean => !isUnreadable(value, properties[column]?.type);
    change(next.every(isReadable)
      ? next.filter(({value}) => value !== '').map((each) => conditionText(each, properties[each.column]?.type)).join(` ${how} `) : '');
  };
  if (isFree) return <p class="row"><code>{filter}</code> <button type="button" class="link" onClick={() => { setFree(false); update([blank]); }}>{say('remove')}</button></p>;
  return <div class="stack conditions">
    {conditions.map((condition, index) => <ConditionRow key={index} condition={condition} properties={properties}
      set={(parts) => update(conditions.map((each, i) => i === index ? {...each, ...parts} : each))}
      remove={conditions.length > 1 ? () => update(conditions.filter((_, i) => i !== index)) : null} />)}
    <p class="row">
      <button type="button" class="link" onClick={() => setConditions([...conditions, blank])}>+ {say('oneMoreCondition')}</button>
      {conditions.length > 1 && <select aria-label={say('joinedBy')} value={joined} onChange={({currentTarget}) => update(conditions, currentTarget.value as 'AND')}>
        <option value="AND">{say('allHold')}</option><option value="OR">{say('anyHolds')}</option></select>}
    </p>
  </div>;
}

interface ConditionRowProps {
  condition: Condition;
  properties: Record<string, Property>;
  set: (parts: Partial<Condition>) => void;
  remove: (() => void) | null;
}

function ConditionRow({condition: {column, operator, value}, properties, set, remove}: ConditionRowProps) {
  const property = properties[column] ?? {};
  const units = useUnits(property['x-dothi-unit-layer']);
  const values = property.oneOf ?? property.enum?.map((each) => ({const: each, title: each})) ?? units;
  const complaint = !values && isUnreadable(value, property.type) ? say('aNumber', {example: localNumber(1.5)}) : '';
  const fitting = values ? FITTING.coded : FITTING[property.type ?? ''] ?? FITTING.string!;
  return <div class="condition">
    <select aria-label={say('column')} value={column} onChange={({currentTarget}) => set({column: currentTarget.value, value: '', operator: '='})}>
      {Object.entries(properties).map(([name, {title}]) => <option key={name} value={name}>{title ?? name}</option>)}</select>
    <select aria-label={say('comparison')} value={operator} onChange={({currentTarget}) => set({operator: currentTarget.value as Operator})}>
      {fitting!.map((each) => <option key={each} value={each}>{say(OPERATORS[each])}</option>)}</select>
    {values
      ? <select aria-label={say('value')} value={value} onChange={({currentTarget}) => set({value: currentTarget.value})}>
        <option value="">{say('choose')}</option>{values.map((each) => <option key={each.const} value={each.const}>{each.title ?? each.const}</option>)}</select>
      : <input aria-label={say('value')} value={value} maxLength={200} aria-invalid={complaint !== ''} ref={(input) => input?.setCustomValidity(complaint)} inputMode={property.type === 'string' ? 'text' : 'decimal'}
        type={(property.format === 'date' ? 'date' : 'text') as 'text'} onInput={({currentTarget}) => set({value: currentTarget.value})} />}
    {remove && <button type="button" class="link" aria-label={say('remove')} onClick={remove}>×</button>}
    {complaint && <span class="fault" role="alert">{complaint}</span>}
  </div>;
}

/** The units of a layer by name, each with its code; undefined where the column names no units. */
function useUnits(layer: string | undefined): {const: string; title: string}[] | undefined {
  const {data} = useAnswer(async () => layer ? await readUnits(layer) : [], [layer]);
  return layer ? data ?? [] : undefined;
}

async function readUnits(collectionId: string): Promise<{const: string; title: string}[]> {
  const {features} = await answerOf(geoClient.GET('/collections/{collectionId}/items', {
    params: {path: {collectionId}, query: {limit: MOST_UNITS, 'skipGeometry': true} as never},
  }));
  return features.map(({properties}) => properties as {code: string; name: string}).map(({code, name}) => ({const: code, title: name}))
    .sort((a, b) => a.title.localeCompare(b.title, 'vi'));
}
