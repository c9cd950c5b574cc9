import {useState} from 'preact/hooks';
import {answerOf, geoClient, type Answered} from '../client';
import {part, setParts} from '../site/address';
import {Shown, useAnswer} from '../site/answer';
import {localDate, localNumber} from '../site/format';
import {say} from '../site/language';
import {Title} from '../site/page';
import type {Message} from '../messages';

type Records = Answered<'/collections/catalogue/items', 'get'>;
export type CatalogueRecord = Records['features'][number];

const MOST = 200;
type Kind = CatalogueRecord['properties']['type'];
const KINDS: [Kind, Message][] = [['dataset', 'kindDataset'], ['process', 'kindProcess'], ['document', 'kindDocument']];

/** Theme and agency in words: the record's first key word, and who it comes from. */
export const themeOf = ({properties}: CatalogueRecord): string => properties.keywords?.[0] ?? '';
export const agencyOf = ({properties}: CatalogueRecord): string => properties.contacts?.[0]?.organization ?? '';

export function List() {
  const words = part('q');
  const kind = (part('kind') || 'dataset') as Kind;
  const reading = useAnswer(() => read(words, kind), [words, kind]);
  return <>
    <Title title={say('pageCatalogue')} lead={say('catalogueLead')} />
    <SearchForm words={words} />
    <div class="row" role="group" aria-label={say('kind')}>
      {KINDS.map(([name, title]) =>
        <button type="button" key={name} class={name === kind ? 'button first' : 'button plain'} aria-pressed={name === kind}
          onClick={() => setParts({kind: name === 'dataset' ? '' : name, theme: '', agency: ''})}>{say(title)}</button>)}
    </div>
    <Shown of={reading}>{(records) => <Results records={records} />}</Shown>
  </>;
}

async function read(words: string, kind: Kind): Promise<CatalogueRecord[]> {
  const query = {limit: MOST, type: [kind], ...(words && {q: [words.replaceAll(',', ' ')]})};
  return (await answerOf(geoClient.GET('/collections/catalogue/items', {params: {query}}))).features;
}

function SearchForm({words}: {words: string}) {
  const [typed, setTyped] = useState(words);
  return <form role="search" class="row search" onSubmit={(event) => { event.preventDefault(); setParts({q: typed.trim()}); }}>
    <input type="search" value={typed} maxLength={200} aria-label={say('catalogueSearch')} placeholder={say('catalogueSearch')}
      onInput={({currentTarget}) => { setTyped(currentTarget.value); if (!currentTarget.value) setParts({q: ''}); }} />
    <button class="button first">{say('searchStart')}</button>
  </form>;
}

function Results({records}: {records: CatalogueRecord[]}) {
  const [theme, agency] = [part('theme'), part('agency')];
  const shown = records.filter((record) =>
    (!theme || themeOf(record) === theme) && (!agency || agencyOf(record) === agency));
  return <>
    <div class="row facets">
      <Facet name="theme" title={say('theme')} values={records.map(themeOf)} chosen={theme} />
      <Facet name="agency" title={say('agency')} values={records.map(agencyOf)} chosen={agency} />
      <p class="quiet" role="status">{say('recordsCount', {n: localNumber(shown.length)})}</p>
    </div>
    {shown.length === 0 && <p class="note">{say('noRecord')}</p>}
    <ul class="cards">{shown.map((record) => <Entry key={record.id} record={record} />)}</ul>
  </>;
}

/** A choice among the values that the records have, each with how many have it. */
function Facet({name, title, values, chosen}: {name: string; title: string; values: string[]; chosen: string}) {
  const counts = new Map<string, number>();
  for (const value of values) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  const options = [...counts].sort(([a], [b]) => a.localeCompare(b, 'vi'));
  if (options.length < 2 && !chosen) return null;
  return <label class="field"><span>{title}</span>
    <select value={chosen} onChange={({currentTarget}) => setParts({[name]: currentTarget.value})}>
      <option value="">{say('all')}</option>
      {options.map(([value, n]) => <option key={value} value={value}>{value} ({n})</option>)}
    </select>
  </label>;
}

function Entry({record}: {record: CatalogueRecord}) {
  const {title, description, demo, access, updated, rows} = record.properties;
  const facts = [agencyOf(record), rows !== undefined && say('rowsCount', {n: localNumber(rows)}),
    updated && say('updatedOn', {day: localDate(updated.slice(0, 10))})].filter(Boolean);
  return <li class="card">
    <h2><a href={`?id=${encodeURIComponent(record.id)}`} onClick={(event) => open(event, record.id)}>{title}</a></h2>
    <p class="row">
      {themeOf(record) && <span class="tag">{themeOf(record)}</span>}
      {demo && <span class="tag warn">{say('demoTag')}</span>}
      {access && access !== 'public' && <span class="tag">{say(access === 'internal' ? 'accessInternal' : 'accessRestricted')}</span>}
    </p>
    <p>{description}</p>
    <p class="quiet">{facts.join(' · ')}</p>
  </li>;
}

function open(event: MouseEvent, id: string): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // to be opened elsewhere
  event.preventDefault();
  setParts({id}, true);
  scrollTo(0, 0);
}
