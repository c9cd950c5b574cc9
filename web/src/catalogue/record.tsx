import {answerOf, geoClient} from '../client';
import {agencyOf, themeOf, type CatalogueRecord} from './list';
import {History} from './history';
import {Picture} from './picture';
import {setParts} from '../site/address';
import {Shown, useAnswer} from '../site/answer';
import {Copied} from '../site/copied';
import {cycle, localDate, localNumber} from '../site/format';
import {language, say} from '../site/language';
import {Title} from '../site/page';
import type {Message} from '../messages';

/** Pages and pictures of the API that say the same for programs, and are not links for people. */
const FOR_PEOPLE = new Set(['enclosure', 'license', 'describedby', 'related', 'about', 'alternate']);

export function RecordPage({id}: {id: string}) {
  const reading = useAnswer(() => answerOf(geoClient.GET('/collections/catalogue/items/{recordId}', {
    params: {path: {recordId: id}},
  })), [id]);
  return <>
    <p><a href="./catalogue" onClick={(event) => { event.preventDefault(); setParts({id: ''}, true); }}>← {say('pageCatalogue')}</a></p>
    <Shown of={reading}>{(record) => <Whole record={record} />}</Shown>
  </>;
}

function Whole({record}: {record: CatalogueRecord}) {
  const {title, description, demo, type} = record.properties;
  return <>
    <Title title={title} {...(description && {lead: description})}>
      {type === 'dataset' && <a class="button first" href={`./?layers=${record.id}`}>{say('showOnMap')}</a>}
      {type === 'process' && <a class="button first" href={`./planning?analysis=${processOf(record)}`}>{say('runIt')}</a>}
    </Title>
    {demo && <p class="note warn">{say('demoFeature')}</p>}
    <div class="two">
      <div class="stack">
        {type === 'dataset' && <Picture id={record.id} title={title} />}
        <Facts record={record} />
        {type === 'dataset' && <History id={record.id} />}
      </div>
      <div class="stack">
        {type === 'dataset' && <Downloads record={record} />}
        {type === 'dataset' && <Addresses id={record.id} record={record} />}
        <Links record={record} />
      </div>
    </div>
  </>;
}

const processOf = (record: CatalogueRecord): string =>
  record.links.map(({href}) => /\/processes\/([a-z-]+)/.exec(href)?.[1]).find(Boolean) ?? '';

function Facts({record}: {record: CatalogueRecord}) {
  const groups = record.properties.metadataGroups ?? [];
  const plain = groups.length > 0 ? [] : [[say('theme'), themeOf(record)], [say('agency'), agencyOf(record)]];
  return <section class="card">
    <h2>{say('facts')}</h2>
    {plain.length > 0 && <dl class="facts">{plain.map(([name, value]) => value && <><dt>{name}</dt><dd>{value}</dd></>)}</dl>}
    {groups.map((group) => <div key={group.id}>
      <h3>{group.title}</h3>
      <dl class="facts">{group.entries.map((entry) => <><dt>{entry.title}</dt><dd>{written(entry.value)}</dd></>)}</dl>
    </div>)}
  </section>;
}

function written(value: unknown): string {
  if (typeof value === 'number') return localNumber(value);
  const text = String(value ?? say('noValue'));
  return /^P\d+[YMWD]$/.test(text) ? cycle(text) : localDate(text);
}

function Downloads({record}: {record: CatalogueRecord}) {
  const files = record.links.filter(({rel}) => rel === 'enclosure');
  const items = `./api/collections/${record.id}/items`;
  return <section class="card">
    <h2>{say('download')}</h2>
    <ul class="stack">
      {files.map(({href, title}) => <li key={href}><a class="button plain" href={href} download>{title}</a></li>)}
      <li><a class="button plain" href={`${items}?f=xlsx&limit=10000&lang=${language()}`} download>{say('asExcel')}</a></li>
    </ul>
  </section>;
}

/** The addresses that QGIS and web maps ask for, to be copied. */
function Addresses({id, record}: {id: string; record: CatalogueRecord}) {
  const wms = record.links.find(({rel, href}) => rel === 'service' && href.includes('WMS'))?.href;
  const wmts = record.links.find(({rel, href}) => rel === 'service' && href.toLowerCase().includes('wmts'))?.href;
  const api = new URL('./api', document.baseURI).href;
  const rows: [Message, string | undefined][] = [
    ['addressFeatures', api], ['addressItems', `${api}/collections/${id}/items`], ['addressWms', wms], ['addressWmts', wmts],
    ['addressTiles', `${api}/collections/${id}/xyz/{z}/{x}/{y}.pbf`],
    ['addressStyle', `${api}/collections/${id}/styles/default?f=maplibre`],
  ];
  return <section class="card">
    <h2>{say('addresses')}</h2>
    <dl class="stack">
      {rows.map(([title, address]) => address && <div key={title}><dt class="quiet">{say(title)}</dt><dd><Copied text={address} /></dd></div>)}
    </dl>
  </section>;
}

function Links({record}: {record: CatalogueRecord}) {
  const links = record.links.filter(({rel, type}) => FOR_PEOPLE.has(rel ?? '') && rel !== 'enclosure' && type !== 'text/html'
    || rel === 'license' || rel === 'describedby');
  return <section class="card">
    <h2>{say('metadataFiles')}</h2>
    <ul class="links">{links.map(({href, title, rel}) => <li key={href}><a href={href}>{title ?? rel}</a></li>)}</ul>
  </section>;
}
