/** Scenarios: what if there were three schools more, or a higher dike. Their list, and each with its changes. */
import {useMemo, useState} from 'preact/hooks';
import {open} from './analyses';
import {featuresOf, NewChange} from './new_change';
import {readNorms, rowInWords, rowOf, type NormRow} from './norm_values';
import {deliverScenario, describeScenario, makeScenario, readScenario, readScenarios, removeScenario, saveChanges, type Change, type Scenario} from './scenario_api';
import {holdInStep, setParts} from '../site/address';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {localNumber, unitName} from '../site/format';
import {useHeld} from '../site/held';
import {lazy} from '../site/lazy';
import {say} from '../site/language';
import {Title} from '../site/page';
import {account, may} from '../site/service';
import {analyses, ELSEWHERE, layerTitles, WITHOUT_SCENARIO} from './titles';
import {PROPOSED} from './proposed';
import {StudyTrail} from './study_trail';
import type {Message} from '../messages';

const SmallMap = lazy(async () => (await import('../site/small_map')).SmallMap);
/** Where in the document that was sent something is wrong, as programs read it. */
const POINTER = /\/changes\/\S*: /g;
const SHARINGS: Scenario['sharing'][] = ['private', 'group', 'everybody'];
const COLORS: Record<Change['kind'], string> = {add: PROPOSED, change: '#0072b2', close: '#d55e00', dike: '#8b4513', ground: '#cc79a7', norm: '#566770'};

/** Nothing for who has not signed in: scenarios are kept by name. */
export function Scenarios() {
  return account.value ? <ScenarioList /> : null;
}

function ScenarioList() {
  const reading = useAnswer(readScenarios, []);
  const [name, setName] = useState('');
  const [fault, setFault] = useState('');
  const make = (): void => {
    makeScenario(name.trim()).then(({id}) => setParts({scenario: id}, true), (error: unknown) => setFault(reasonOf(error)));
  };
  return <section class="runs stack">
    <h2>{say('scenarios')}</h2>
    <p class="quiet">{say('scenariosLead')}</p>
    <Shown of={reading}>{(scenarios) => <ul class="cards">{scenarios.map((each) => <li key={each.id} class="card">
      <h3><a href={`?scenario=${each.id}`} onClick={(event) => open(event, {scenario: each.id})}>{each.name}</a></h3>
      <p class="quiet">{each.own ? '' : `${each.author} · `}{say(`sharing_${each.sharing}` as Message)}</p></li>)}</ul>}</Shown>
    <form class="row" onSubmit={(event) => { event.preventDefault(); make(); }}>
      <input aria-label={say('scenarioName')} placeholder={say('scenarioName')} maxLength={200} required pattern={'.*\\S.*'} value={name} onInput={({currentTarget}) => setName(currentTarget.value)} />
      <button class="button">{say('newScenario')}</button>
      {fault && <span class="note bad" role="alert">{fault}</span>}
    </form>
  </section>;
}

export function ScenarioPage({id}: {id: string}) {
  const reading = useAnswer(() => readScenario(id), [id]);
  return <>
    <StudyTrail />
    <Shown of={reading}>{({scenario, tag, changes}) => <Whole scenario={scenario} tag={tag} changes={changes} again={reading.again} />}</Shown>
  </>;
}

interface WholeProps {
  scenario: Scenario;
  tag: string;
  changes: Change[];
  again: () => void;
}

function Whole({scenario, tag, changes, again}: WholeProps) {
  const [fault, setFault] = useState('');
  const [isAdding, setAdding] = useHeld('isAdding', changes.length === 0 && scenario.own);
  const stopAdding = (): void => {
    holdInStep(null);
    setAdding(false);
  };
  const act = (work: Promise<unknown>): void => {
    setFault('');
    work.then(() => { stopAdding(); again(); }, (error: unknown) => setFault(reasonOf(error).replace(POINTER, '')));
  };
  const save = (next: Change[], message: string): void => act(saveChanges(scenario.id, tag, next, message));
  const withoutChange = (place: number): void => save(changes.filter((_, i) => i !== place), say('changeTakenAway', {n: place + 1}));
  const features = useMemo(() => changes.filter(({geometry}) => geometry).map((change): GeoJSON.Feature => ({
    type: 'Feature', properties: {'dothi:color': COLORS[change.kind]}, geometry: change.geometry!,
  })), [changes]);
  const {data: names} = useAnswer(() => namesOf(changes), [changes]);
  const {data: norms} = useAnswer(async () => changes.some(({kind}) => kind === 'norm') ? await readNorms() : [], [changes]);
  const inWords = (change: Change): string => change.kind === 'norm' ? normInWords(change, norms ?? []) : changeInWords(change, names?.get(keyText(change)));
  return <>
    <Title title={scenario.name} lead={`${say('versionNumber', {n: scenario.versions})} · ${say(`sharing_${scenario.sharing}` as Message)}${scenario.own ? '' : ` · ${scenario.author}`}`}>
      {scenario.own && <Sharing scenario={scenario} change={(sharing) => act(describeScenario(scenario.id, tag, {sharing}))} />}
    </Title>
    {fault && !isAdding && <p class="note bad" role="alert">{fault} <button type="button" class="link" onClick={() => { setFault(''); again(); }}>{say('readAgain')}</button></p>}
    <div class="two">
      <section class="card stack">
        {isAdding
          ? <><NewChange beside={features} add={(added) => save([...changes, ...added], say('changesAdded', {n: added.length}))} cancel={stopAdding} />{fault && <p class="note bad" role="alert">{fault}</p>}</>
          : <>
            {features.length > 0 && <SmallMap key={scenario.versions} label={say('changesOnMap')} features={features} />}
            {scenario.own && <p><button type="button" class="button first" onClick={() => setAdding(true)}>{say('proposeChange')}</button></p>}
          </>}
      </section>
      <section class="card stack">
        <h2>{say('changesOfScenario')}</h2>
        {changes.length === 0 && <p class="quiet">{say('noChangeYet')}</p>}
        <ol class="stack">{changes.map((change, place) => <li key={place}>
          <span class="row"><svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill={COLORS[change.kind]} /></svg> {inWords(change)}
            {scenario.own && changes.length > 1 && <button type="button" class="link" aria-label={`${say('remove')}: ${inWords(change)}`} onClick={() => withoutChange(place)}>{say('remove')}</button>}</span></li>)}</ol>
        {changes.length > 0 && <AnalyseOn scenario={scenario.id} />}
        {scenario.own && changes.some(({layer}) => layer) && may('edit') && <Deliver scenario={scenario} />}
        {scenario.own && <p><button type="button" class="link" onClick={() => { if (confirm(say('removeScenarioSure'))) removeScenario(scenario.id, tag).then(() => setParts({scenario: ''}), (error: unknown) => setFault(reasonOf(error))); }}>{say('removeScenario')}</button></p>}
      </section>
    </div>
  </>;
}

function Sharing({scenario, change}: {scenario: Scenario; change: (sharing: Scenario['sharing']) => void}) {
  return <label class="row">{say('sharedWith')} <select value={scenario.sharing} onChange={({currentTarget}) => change(currentTarget.value as Scenario['sharing'])}>
    {SHARINGS.map((each) => <option key={each} value={each}>{say(`sharing_${each}` as Message)}</option>)}</select></label>;
}

/** Which analysis is computed on the scenario. */
function AnalyseOn({scenario}: {scenario: string}) {
  const offered = (analyses.value ?? []).filter(({id}) => !ELSEWHERE.has(id) && !WITHOUT_SCENARIO.has(id));
  return <p><label class="row">{say('computeOn')} <select value="" onChange={({currentTarget}) => setParts({scenario: '', analysis: currentTarget.value, on: scenario}, true)}>
    <option value="">{say('chooseAnalysis')}</option>
    {offered.map(({id, title}) => <option key={id} value={id}>{title}</option>)}</select></label></p>;
}

function Deliver({scenario}: {scenario: Scenario}) {
  const [outcome, setOutcome] = useState('');
  const deliver = (): void => {
    deliverScenario(scenario.id).then(({change_sets: sets}) => setOutcome(say('handedOver', {n: sets.reduce((sum, {edits}) => sum + edits, 0)})),
      (error: unknown) => setOutcome(reasonOf(error)));
  };
  return <p class="row"><button type="button" class="button plain" onClick={deliver}>{say('handOver')}</button>{outcome && <span role="status">{outcome}</span>}</p>;
}

/** The names of the features that are changed or closed, by their keys. */
async function namesOf(changes: Change[]): Promise<Map<string, string>> {
  const named = changes.filter(({kind}) => kind === 'close' || kind === 'change');
  const pairs = await Promise.all(named.map(async (change): Promise<[string, string]> => {
    const key = keyText(change);
    const features = await featuresOf(change.layer!, typeof change.key === 'object' ? change.key as object : {code: change.key}).catch(() => []);
    return [key, String(features[0]?.properties?.['name'] ?? '')];
  }));
  return new Map(pairs);
}

/** The key as people write it: of one column, its value. */
const keyText = ({key}: Change): string => String((typeof key === 'object' && key ? Object.values(key)[0] : key) ?? '');

/** `Quy chuẩn khác: bán kính phục vụ: trường tiểu học, đô thị: 800 m (nay 500 m)`. */
function normInWords(change: Change, rows: NormRow[]): string {
  const row = rowOf(rows, change);
  const of = say('change_norm', {of: row ? rowInWords(row) : change.norm ?? ''});
  return `${of}: ${localNumber(change.value ?? 0)} ${row ? `${unitName(row.unit)} (${say('valueNow', {value: row.value_text})})` : ''}`.trim();
}

/** `Thêm vào Trường học: Trường mới 1`. name: of the feature that is changed. */
function changeInWords(change: Change, name = ''): string {
  const {kind, layer, coverage, properties, crest_m: crest, level_m: level} = change;
  const of = layerTitles.value.get(layer ?? coverage ?? '') ?? layer ?? coverage ?? '';
  const which = String(properties?.['name'] ?? keyText(change));
  const metres = crest ?? level;
  return [say(`change_${kind}` as Message, {of}), name ? `${name} (${which})` : which, metres === undefined ? '' : `${localNumber(metres)} m`].filter(Boolean).join(': ');
}
