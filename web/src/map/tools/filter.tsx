import {useState} from 'preact/hooks';
import {conditionText, FITTING, type Condition, type Operator} from './cql2';
import type {ToolProps} from './index';
import {layersOn} from './layers_on';
import type {LayerInfo} from '../api';
import {change, view, withValue} from '../view';
import {answerOf, geoClient} from '../../client';
import {Shown, useAnswer} from '../../site/answer';
import {pick, say} from '../../site/language';
import type {Message} from '../../messages';

interface Property {
  type?: string;
  title?: string;
  format?: string;
  enum?: string[];
  oneOf?: {const: string; title?: string}[];
}

const OPERATORS: Record<Operator, Message> = {
  '=': 'isEqual', '<>': 'isNotEqual', '<': 'isLess', '<=': 'isAtMost', '>': 'isMore', '>=': 'isAtLeast', contains: 'contains',
};

/** Conditions on the columns of a layer, put together by choosing; what is drawn and listed fulfils them. */
export function Filter({layer, style}: ToolProps & {layer?: string}) {
  const on = layersOn(style);
  const [chosen, setChosen] = useState(layer ?? [...view.value.filters.keys()][0] ?? on[0]?.id ?? '');
  const info = style.metadata['dothi:layers'].find(({id}) => id === chosen);
  const reading = useAnswer(() => readProperties(chosen), [chosen]);
  if (!info) return <p>{say('noLayerOn')}</p>;
  return <>
    <label class="field"><span>{say('layer')}</span><select value={chosen} onChange={({currentTarget}) => setChosen(currentTarget.value)}>
      {[...new Set([...on, info])].map(({id, title}) => <option key={id} value={id}>{pick(title)}</option>)}</select></label>
    <Shown of={reading}>{(properties) => <Builder key={chosen} info={info} properties={properties} />}</Shown>
    <Active style={style} />
  </>;
}

async function readProperties(collectionId: string): Promise<Record<string, Property>> {
  const answer = await answerOf(geoClient.GET('/collections/{collectionId}/queryables', {
    params: {path: {collectionId}},
  } as never)) as unknown as {properties: Record<string, Property>};
  return Object.fromEntries(Object.entries(answer.properties).filter(([name, {format}]) => name !== 'id' && !format?.startsWith('geometry')));
}

function Builder({info, properties}: {info: LayerInfo; properties: Record<string, Property>}) {
  const first = Object.keys(properties)[0] ?? '';
  const [conditions, setConditions] = useState<Condition[]>([{column: first, operator: '=', value: ''}]);
  const [joined, setJoined] = useState<'AND' | 'OR'>('AND');
  const filter = conditions.filter(({value}) => value !== '')
    .map((condition) => conditionText(condition, properties[condition.column]?.type)).join(` ${joined} `);
  const set = (index: number, parts: Partial<Condition>): void =>
    setConditions(conditions.map((condition, i) => i === index ? {...condition, ...parts} : condition));
  const apply = (): void => change({
    filters: withValue(view.value.filters, info.id, filter || null), shown: withLayer(info.id),
  });
  return <form class="stack" onSubmit={(event) => { event.preventDefault(); apply(); }}>
    {conditions.map((condition, index) =>
      <ConditionRow key={index} condition={condition} properties={properties} set={(parts) => set(index, parts)} />)}
    <p class="row">
      <button type="button" class="link" onClick={() => setConditions([...conditions, {column: first, operator: '=', value: ''}])}>+ {say('oneMoreCondition')}</button>
      {conditions.length > 1 && <select aria-label={say('joinedBy')} value={joined} onChange={({currentTarget}) => setJoined(currentTarget.value as 'AND')}>
        <option value="AND">{say('allHold')}</option><option value="OR">{say('anyHolds')}</option></select>}
    </p>
    {filter && <p class="quiet">CQL2: <code>{filter}</code></p>}
    <p class="row"><button class="button first" disabled={!filter}>{say('applyFilter')}</button></p>
  </form>;
}

/** The layers that are on with this one; null stays null where it is on already. */
const withLayer = (id: string): ReadonlySet<string> | null => view.value.shown && new Set([...view.value.shown, id]);

interface ConditionRowProps {
  condition: Condition;
  properties: Record<string, Property>;
  set: (parts: Partial<Condition>) => void;
}

function ConditionRow({condition: {column, operator, value}, properties, set}: ConditionRowProps) {
  const property = properties[column] ?? {};
  const values = property.oneOf ?? property.enum?.map((each) => ({const: each, title: each}));
  const fitting = values ? FITTING.coded : FITTING[property.type ?? ''] ?? FITTING.string!;
  return <div class="condition">
    <select aria-label={say('column')} value={column} onChange={({currentTarget}) => set({column: currentTarget.value, value: '', operator: '='})}>
      {Object.entries(properties).map(([name, {title}]) => <option key={name} value={name}>{title ?? name}</option>)}</select>
    <select aria-label={say('comparison')} value={operator} onChange={({currentTarget}) => set({operator: currentTarget.value as Operator})}>
      {fitting!.map((each) => <option key={each} value={each}>{say(OPERATORS[each])}</option>)}</select>
    {values
      ? <select aria-label={say('value')} value={value} onChange={({currentTarget}) => set({value: currentTarget.value})}>
        <option value="">{say('choose')}</option>{values.map((each) => <option key={each.const} value={each.const}>{each.title ?? each.const}</option>)}</select>
      : <input aria-label={say('value')} value={value} maxLength={200} inputMode={property.type === 'string' ? 'text' : 'decimal'}
        type={(property.format === 'date' ? 'date' : 'text') as 'text'} onInput={({currentTarget}) => set({value: currentTarget.value})} />}
  </div>;
}

/** The filters that hold, to be taken away. */
function Active({style}: {style: ToolProps['style']}) {
  const {filters} = view.value;
  if (filters.size === 0) return null;
  return <><h3>{say('activeFilters')}</h3><ul class="stack">{[...filters].map(([id, filter]) => <li key={id} class="row">
    <span>{pick(style.metadata['dothi:layers'].find((layer) => layer.id === id)?.title ?? {vi: id, en: id})}: <code>{filter}</code></span>
    <button type="button" class="link" onClick={() => change({filters: withValue(filters, id, null)})}>{say('remove')}</button>
  </li>)}</ul></>;
}
