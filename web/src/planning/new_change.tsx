/** A change that a planner proposes: chosen by its kind and layer, drawn on the map, with its values. */
import {useMemo} from 'preact/hooks';
import {withDots} from './dots';
import {DrawnFeatures} from './drawn_features';
import {FeaturesFile} from './features_file';
import type {Change} from './scenario_api';
import {readHeightModels, type HeightModel} from './heights';
import {NormChange} from './norm_values';
import {limitsOf, NumberInput} from './number_input';
import {coverages, layerTitles} from './titles';
import {SmallMap} from '../site/small_map';
import {answerOf, geoClient} from '../client';
import {useAnswer} from '../site/answer';
import {readProperties, type Property} from '../site/conditions';
import {ucumName} from '../site/format';
import {useHeld} from '../site/held';
import {say} from '../site/language';
import type {Message} from '../messages';

type Kind = Change['kind'];
const KINDS: Kind[] = ['add', 'close', 'change', 'dike', 'ground', 'norm'];
const MOST_FEATURES = 20;
const [CHOSEN_COLOR, LISTED_COLOR] = ['#c2185b', '#0072b2'];

export interface NewChangeProps {
  /** What the scenario changes already, on the map. */
  beside: GeoJSON.Feature[];
  add: (changes: Change[]) => void;
  cancel: () => void;
}

export function NewChange({beside, add, cancel}: NewChangeProps) {
  const [kind, setKind] = useHeld<Kind>('kind', 'add');
  const [layer, setLayer] = useHeld('layer', '');
  const choose = (next: Kind): void => { setKind(next); setLayer(''); };
  const isGround = kind === 'dike' || kind === 'ground';
  const {data: models} = useAnswer(readHeightModels, [coverages.value]);
  const model = models?.find(({id}) => id === layer);
  const choices = isGround ? (models ?? []).map(({id, title}) => [id, title] as const) : [...layerTitles.value].filter(([id]) => !coverages.value.has(id));
  return <div class="stack">
    <label class="field"><span>{say('whatChanges')}</span><select value={kind} onChange={({currentTarget}) => choose(currentTarget.value as Kind)}>
      {KINDS.map((each) => <option key={each} value={each}>{say(`propose_${each}` as Message)}</option>)}</select></label>
    {kind === 'norm' ? <NormChange add={add} /> : <label class="field"><span>{say(isGround ? 'ofWhichGround' : 'ofWhichLayer')}</span><select value={layer} onChange={({currentTarget}) => setLayer(currentTarget.value)}>
      <option value="">{say('choose')}</option>{choices.map(([id, title]) => <option key={id} value={id}>{title}</option>)}</select></label>}
    {layer && kind === 'add' && <Added key={layer} layer={layer} beside={beside} add={add} />}
    {layer && (kind === 'close' || kind === 'change') && <Existing key={layer + kind} layer={layer} kind={kind} add={add} />}
    {model && isGround && <Earthwork key={kind} kind={kind} model={model} beside={beside} add={add} />}
    <p><button type="button" class="button plain" onClick={cancel}>{say('cancelChange')}</button></p>
  </div>;
}

/** Features drawn one after the other, all with the same values. */
function Added({layer, beside, add}: {layer: string} & Pick<NewChangeProps, 'beside' | 'add'>) {
  const {data: properties} = useAnswer(() => readProperties(layer), [layer]);
  const {data: geometry} = useAnswer(() => geometryOf(layer), [layer]);
  const [values, setValues] = useHeld<Record<string, unknown>>(`${layer} values`, {});
  const [features, setFeatures] = useHeld<GeoJSON.Feature[]>(`${layer} features`, []);
  const [sent, setSent] = useHeld<GeoJSON.Feature[]>(`${layer} file`, []);
  if (!properties || !geometry) return null;
  const save = (): void => add([...features.map((feature, i): Change => ({
    kind: 'add', layer, geometry: feature.geometry,
    properties: {
      ...values, ...('name' in properties && {name: `${String(values['name'] ?? say('proposed'))} ${i + 1}`}),
      ...(values['code'] !== undefined && {code: features.length > 1 ? `${String(values['code'])}-${i + 1}` : values['code']}),
    },
  })), ...sent.map((feature): Change => ({kind: 'add', layer, geometry: feature.geometry, properties: {...values, ...feature.properties}}))]);
  return <form class="stack" onSubmit={(event) => { event.preventDefault(); save(); }}>
    <DrawnFeatures geometry={[geometry]} features={features} beside={[...beside, ...sent]} change={setFeatures} />
    <FeaturesFile columns={Object.keys(properties)} sent={sent} change={setSent} />
    <ValueFields properties={properties} values={values} change={setValues} />
    {'code' in properties && <p class="quiet">{say('codeForReview')}</p>}
    <button class="button first" disabled={features.length + sent.length === 0}>{say('addToScenario')}</button>
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
  const [words, setWords] = useHeld(`${layer} words`, '');
  const [chosen, setChosen] = useHeld<GeoJSON.Feature | null>(`${layer} chosen`, null);
  const [values, setValues] = useHeld<Record<string, unknown>>(`${layer} other values`, {});
  const {data: properties} = useAnswer(() => readProperties(layer), [layer]);
  const {data: features} = useAnswer(() => findFeatures(layer, words), [layer, words]);
  if (!properties) return null;
  const key = (feature: GeoJSON.Feature): string | number => (feature.properties?.['code'] ?? feature.properties?.[Object.keys(properties)[0]!]) as string;
  const nameOf = (feature: GeoJSON.Feature): string => [feature.properties?.['name'], key(feature)].filter(Boolean).join(' · ');
  const save = (): void => add([kind === 'close' ? {kind, layer, key: key(chosen!)} : {kind, layer, key: key(chosen!), properties: values}]);
  const onMap = useMemo(() => withDots((features ?? []).map((feature, place): GeoJSON.Feature => ({
    ...feature, id: place, properties: {'dothi:place': place, 'dothi:color': feature.id === chosen?.id ? CHOSEN_COLOR : LISTED_COLOR},
  }))), [features, chosen]);
  return <form class="stack" onSubmit={(event) => { event.preventDefault(); save(); }}>
    <SmallMap label={say('chooseOnMap')} features={onMap} onFeature={({'dothi:place': place}) => setChosen(features?.[Number(place)] ?? null)} />
    <label class="field"><span>{say('whichFeature')}</span><input type="search" value={words} maxLength={100} onInput={({currentTarget}) => setWords(currentTarget.value)} /></label>
    <ul class="stack feature-list">{(features ?? []).map((feature) => <li key={feature.id}><label class="row"><input type="radio" name="feature" checked={chosen?.id === feature.id} onChange={() => setChosen(feature)} /> {nameOf(feature)}</label></li>)}</ul>
    {chosen && kind === 'change' && <ValueFields properties={properties} values={values} change={setValues} now={chosen.properties ?? {}} />}
    <button class="button first" disabled={!chosen || kind === 'change' && Object.keys(values).length === 0}>{say('addToScenario')}</button>
  </form>;
}

const findFeatures = (layer: string, words: string): Promise<GeoJSON.Feature[]> => featuresOf(layer, words.trim() ? {q: [words.trim().replaceAll(',', ' ')]} : {});

/** The first features of a layer that fit the query, as of /items. */
export async function featuresOf(layer: string, query: object): Promise<GeoJSON.Feature[]> {
  return (await answerOf(geoClient.GET('/collections/{collectionId}/items', {params: {path: {collectionId: layer}, query: {limit: MOST_FEATURES, ...query} as never}}))).features as GeoJSON.Feature[];
}

interface ValueFieldsProps {
  properties: Record<string, Property>;
  values: Record<string, unknown>;
  change: (values: Record<string, unknown>) => void;
  /** What is there now. */
  now?: Record<string, unknown>;
}

function ValueFields({properties, values, change, now = {}}: ValueFieldsProps) {
  const set = (name: string, value: unknown): void => {
    const {[name]: _, ...others} = values;
    change(value === '' || value === undefined ? others : {...others, [name]: value});
  };
  return <div class="side-by-side">{Object.entries(properties).map(([name, property]) => <label key={name} class="field">
    <span>{property.title ?? name}{property['x-ogc-unit'] ? ` (${ucumName(property['x-ogc-unit'])})` : ''}</span>
    <ValueControl property={property} value={values[name]} now={now[name]} change={(value) => set(name, value)} /></label>)}</div>;
}

interface ValueControlProps {
  property: Property;
  value: unknown;
  now: unknown;
  change: (value: unknown) => void;
}

function ValueControl({property, value, now, change}: ValueControlProps) {
  const choices = property.oneOf ?? property.enum?.map((each) => ({const: each, title: each}));
  const typed = (text: string): unknown => text !== '' && property.type === 'boolean' ? text === 'true' : text;
  if (choices) {
    return <select value={String(value ?? '')} onChange={({currentTarget}) => change(typed(currentTarget.value))}>
      <option value="">{choices.find((each) => each.const === String(now ?? ''))?.title ?? say('choose')}</option>
      {choices.map((each) => <option key={each.const} value={each.const}>{each.title ?? each.const}</option>)}</select>;
  }
  if (property.type === 'integer' || property.type === 'number') {
    const limits = {kind: property.type === 'integer' ? 'whole' as const : 'number' as const, ...(property.minimum !== undefined && {least: property.minimum}), ...(property.maximum !== undefined && {most: property.maximum})};
    return <NumberInput value={value as number | undefined} placeholder={String(now ?? '')} limits={limits} change={change} />;
  }
  return <input value={value as string ?? ''} placeholder={String(now ?? '')} maxLength={200} type={(property.format === 'date' ? 'date' : 'text') as 'text'}
    onInput={({currentTarget}) => change(typed(currentTarget.value))} />;
}

/** A dike or a filling; a dike below the zero of the heights keeps nothing out. */
function Earthwork({kind, model, beside, add}: {kind: 'dike' | 'ground'; model: HeightModel} & Pick<NewChangeProps, 'beside' | 'add'>) {
  const [features, setFeatures] = useHeld<GeoJSON.Feature[]>(`${kind} features`, []);
  const [height_m, setHeight] = useHeld<number | undefined>(`${kind} height`, undefined);
  const limits = {least: kind === 'dike' ? Math.max(0, model.least) : model.least, most: model.most};
  const save = (): void => add(features.map(({geometry}) => ({kind, coverage: model.id, geometry, [kind === 'dike' ? 'crest_m' : 'level_m']: height_m})));
  return <form class="stack" onSubmit={(event) => { event.preventDefault(); save(); }}>
    <DrawnFeatures geometry={[kind === 'dike' ? 'LineString' : 'Polygon']} features={features} beside={beside} layers={kind === 'dike' ? ['dikes', 'rivers'] : undefined} change={setFeatures} />
    <label class="field"><span>{say(kind === 'dike' ? 'crestHeight' : 'groundLevel')}</span><NumberInput required value={height_m} limits={limits} change={setHeight} /></label>
    <p class="quiet">{limitsOf(limits)}</p>
    <button class="button first" disabled={features.length === 0 || height_m === undefined}>{say('addToScenario')}</button>
  </form>;
}
