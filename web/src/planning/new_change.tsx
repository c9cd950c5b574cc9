/** A change that a planner proposes: chosen by its kind and layer, drawn on the map, with its values. */
import {useState} from 'preact/hooks';
import {DrawnFeatures} from './drawn_features';
import type {Change} from './scenario_api';
import {coverages, layerTitles} from './titles';
import {answerOf, geoClient} from '../client';
import {useAnswer} from '../site/answer';
import {readProperties, type Property} from '../site/conditions';
import {say} from '../site/language';
import type {Message} from '../messages';

type Kind = 'add' | 'change' | 'close' | 'dike' | 'ground';
const KINDS: Kind[] = ['add', 'close', 'change', 'dike', 'ground'];
const MOST_FEATURES = 20;

export interface NewChangeProps {
  add: (changes: Change[]) => void;
  cancel: () => void;
}

export function NewChange({add, cancel}: NewChangeProps) {
  const [kind, setKind] = useState<Kind>('add');
  const [layer, setLayer] = useState('');
  const choose = (next: Kind): void => { setKind(next); setLayer(''); };
  const isGround = kind === 'dike' || kind === 'ground';
  const choices = isGround ? coverages.value : [...layerTitles.value].filter(([id]) => !coverages.value.has(id));
  return <div class="stack">
    <label class="field"><span>{say('whatChanges')}</span><select value={kind} onChange={({currentTarget}) => choose(currentTarget.value as Kind)}>
      {KINDS.map((each) => <option key={each} value={each}>{say(`propose_${each}` as Message)}</option>)}</select></label>
    <label class="field"><span>{say(isGround ? 'ofWhichGround' : 'ofWhichLayer')}</span><select value={layer} onChange={({currentTarget}) => setLayer(currentTarget.value)}>
      <option value="">{say('choose')}</option>{[...choices].map(([id, title]) => <option key={id} value={id}>{title}</option>)}</select></label>
    {layer && kind === 'add' && <Added key={layer} layer={layer} add={add} />}
    {layer && (kind === 'close' || kind === 'change') && <Existing key={layer + kind} layer={layer} kind={kind} add={add} />}
    {layer && isGround && <Earthwork key={kind} kind={kind} coverage={layer} add={add} />}
    <p><button type="button" class="button plain" onClick={cancel}>{say('cancelChange')}</button></p>
  </div>;
}

/** Features drawn one after the other, all with the same values. */
function Added({layer, add}: {layer: string; add: (changes: Change[]) => void}) {
  const {data: properties} = useAnswer(() => readProperties(layer), [layer]);
  const {data: geometry} = useAnswer(() => geometryOf(layer), [layer]);
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [features, setFeatures] = useState<GeoJSON.Feature[]>([]);
  if (!properties || !geometry) return null;
  const save = (): void => add(features.map((feature, i) => ({
    kind: 'add', layer, geometry: feature.geometry,
    properties: {
      ...values, ...('name' in properties && {name: `${String(values['name'] ?? say('proposed'))} ${i + 1}`}),
      ...(values['code'] !== undefined && {code: features.length > 1 ? `${String(values['code'])}-${i + 1}` : values['code']}),
    },
  })));
  return <form class="stack" onSubmit={(event) => { event.preventDefault(); save(); }}>
    <DrawnFeatures geometry={[geometry]} features={features} change={setFeatures} />
    <ValueFields properties={properties} values={values} change={setValues} />
    {'code' in properties && <p class="quiet">{say('codeForReview')}</p>}
    <button class="button first" disabled={features.length === 0}>{say('addToScenario')}</button>
  </form>;
}

/** The kind of geometry that a layer has, as its schema names it: `Point`. */
async function geometryOf(layer: string): Promise<string> {
  const schema = await answerOf(geoClient.GET('/collections/{collectionId}/queryables', {params: {path: {collectionId: layer}}} as never)) as unknown as
    {properties: Record<string, {$ref?: string}>};
  const named = Object.values(schema.properties).map(({$ref}) => /\/(\w+)\.json$/.exec($ref ?? '')?.[1]).find(Boolean) ?? 'Point';
  return named.replace('Multi', '');
}

/** A feature that is there, found by its name or code; it closes, or gets other values. */
function Existing({layer, kind, add}: {layer: string; kind: 'close' | 'change'; add: (changes: Change[]) => void}) {
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<GeoJSON.Feature | null>(null);
  const [values, setValues] = useState<Record<string, unknown>>({});
  const {data: properties} = useAnswer(() => readProperties(layer), [layer]);
  const {data: features} = useAnswer(() => findFeatures(layer, words), [layer, words]);
  if (!properties) return null;
  const key = (feature: GeoJSON.Feature): string | number => (feature.properties?.['code'] ?? feature.properties?.[Object.keys(properties)[0]!]) as string;
  const nameOf = (feature: GeoJSON.Feature): string => [feature.properties?.['name'], key(feature)].filter(Boolean).join(' · ');
  const save = (): void => add([kind === 'close' ? {kind, layer, key: key(chosen!)} : {kind, layer, key: key(chosen!), properties: values}]);
  return <form class="stack" onSubmit={(event) => { event.preventDefault(); save(); }}>
    <label class="field"><span>{say('whichFeature')}</span><input type="search" value={words} maxLength={100} onInput={({currentTarget}) => setWords(currentTarget.value)} /></label>
    <ul class="stack feature-list">{(features ?? []).map((feature) => <li key={feature.id}><label class="row"><input type="radio" name="feature" checked={chosen?.id === feature.id} onChange={() => setChosen(feature)} /> {nameOf(feature)}</label></li>)}</ul>
    {chosen && kind === 'change' && <ValueFields properties={properties} values={values} change={setValues} now={chosen.properties ?? {}} />}
    <button class="button first" disabled={!chosen || kind === 'change' && Object.keys(values).length === 0}>{say('addToScenario')}</button>
  </form>;
}

async function findFeatures(layer: string, words: string): Promise<GeoJSON.Feature[]> {
  const query = {limit: MOST_FEATURES, ...(words.trim() && {q: [words.trim().replaceAll(',', ' ')]})};
  return (await answerOf(geoClient.GET('/collections/{collectionId}/items', {params: {path: {collectionId: layer}, query: query as never}}))).features as GeoJSON.Feature[];
}

interface ValueFieldsProps {
  properties: Record<string, Property>;
  values: Record<string, unknown>;
  change: (values: Record<string, unknown>) => void;
  /** What is there now. */
  now?: Record<string, unknown>;
}

function ValueFields({properties, values, change, now = {}}: ValueFieldsProps) {
  const set = (name: string, text: string, type: string | undefined): void => {
    const {[name]: _, ...others} = values;
    const value = type === 'integer' || type === 'number' ? Number(text) : type === 'boolean' ? text === 'true' : text;
    change(text === '' || Number.isNaN(value) ? others : {...others, [name]: value});
  };
  return <div class="side-by-side">{Object.entries(properties).map(([name, property]) => {
    const choices = property.oneOf ?? property.enum?.map((each) => ({const: each, title: each}));
    const hint = String(now[name] ?? '');
    return <label key={name} class="field"><span>{property.title ?? name}</span>{choices
      ? <select value={String(values[name] ?? '')} onChange={({currentTarget}) => set(name, currentTarget.value, property.type)}>
        <option value="">{choices.find((each) => each.const === hint)?.title ?? say('choose')}</option>{choices.map((each) => <option key={each.const} value={each.const}>{each.title ?? each.const}</option>)}</select>
      : <input value={values[name] as string ?? ''} placeholder={hint} maxLength={200} {...controlOf(property)} onInput={({currentTarget}) => set(name, currentTarget.value, property.type)} />}</label>;
  })}</div>;
}

/** The browser lets nothing but a number into the field of one. */
function controlOf({type, format, minimum, maximum}: Property): {type: 'text'; step?: 'any' | 1; min?: number; max?: number} {
  if (type !== 'integer' && type !== 'number') return {type: (format === 'date' ? 'date' : 'text') as 'text'};
  return {type: 'number' as 'text', step: type === 'integer' ? 1 : 'any', ...(minimum !== undefined && {min: minimum}), ...(maximum !== undefined && {max: maximum})};
}

function Earthwork({kind, coverage, add}: {kind: 'dike' | 'ground'; coverage: string; add: (changes: Change[]) => void}) {
  const [features, setFeatures] = useState<GeoJSON.Feature[]>([]);
  const [height, setHeight] = useState('');
  const height_m = Number(height.replace(',', '.'));
  const save = (): void => add(features.map(({geometry}) => kind === 'dike' ? {kind, coverage, geometry, crest_m: height_m} : {kind, coverage, geometry, level_m: height_m}));
  return <form class="stack" onSubmit={(event) => { event.preventDefault(); save(); }}>
    <DrawnFeatures geometry={[kind === 'dike' ? 'LineString' : 'Polygon']} features={features} change={setFeatures} />
    <label class="field"><span>{say(kind === 'dike' ? 'crestHeight' : 'groundLevel')}</span><input inputMode="decimal" required value={height} onInput={({currentTarget}) => setHeight(currentTarget.value)} /></label>
    <button class="button first" disabled={features.length === 0 || height === '' || Number.isNaN(height_m)}>{say('addToScenario')}</button>
  </form>;
}
