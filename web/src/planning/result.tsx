/** What a run answers: figures in words, map, table, chart, and what to know before using it. */
import {useMemo, useState} from 'preact/hooks';
import {outputAddress, readFeatures, readFigures, type Figures, type Job, type Output, type Table} from './api';
import {BothMaps} from './both_maps';
import {Distribution, Ranking} from './charts';
import {readProposed} from './proposed';
import {ResultMap} from './result_map';
import {TakeSites} from './take_sites';
import {Shown, useAnswer} from '../site/answer';
import {say} from '../site/language';
import {Scrolled} from '../site/scrolled';
import {account} from '../site/service';
import type {Message} from '../messages';

/** The analyses whose results propose sites, and compare others. */
const PROPOSING = 'new-facility';
const COMPARING = 'compare-results';
const FILES: [string, Message][] = [['csv', 'asTable'], ['gpkg', 'asGeopackage'], ['geojson', 'asGeojson'], ['tif', 'asGeotiff']];

export function Result({job}: {job: Job}) {
  const outputs = outputsOf(job);
  const [name, setName] = useState(outputs[0]?.name ?? '');
  const output = outputs.find((each) => each.name === name) ?? outputs[0]!;
  return <>
    {outputs.length > 1 && <nav class="row tabs" aria-label={say('outputs')}>{outputs.map((each) => <button type="button" key={each.name}
      class={each.name === name ? 'button first' : 'button plain'} aria-pressed={each.name === name} onClick={() => setName(each.name)}>{each.title}</button>)}</nav>}
    <OutputPage key={output.name} job={job} output={output} />
  </>;
}

const outputsOf = (job: Job): Output[] => job['dothi:outputs'] ?? [];

function OutputPage({job, output}: {job: Job; output: Output}) {
  const hasFeatures = output.forms.includes('geojson');
  const reading = useAnswer(async () => ({
    figures: output.forms.includes('figures') ? await readFigures(job.jobID, output.name) : null,
    features: hasFeatures ? (await readFeatures(job.jobID, output.name)).features : [],
    proposed: hasFeatures ? await readProposed(job) : [],
  }), [job.jobID, output.name]);
  return <>
    <Downloads job={job} output={output} />
    {job.processID === PROPOSING && output.name === outputsOf(job)[0]?.name && account.value && <TakeSites job={job} output={output.name} />}
    <Shown of={reading}>{({figures, ...drawn}) => figures && <Answer job={job} output={output} figures={figures} {...drawn} />}</Shown>
  </>;
}

function Downloads({job, output: {name, forms}}: {job: Job; output: Output}) {
  const address = (form: string): string => outputAddress(job.jobID, name, form);
  return <p class="row">
    {forms.includes('html') && <a class="button" href={address('html')} target="_blank" rel="noopener">{say('openReport')}</a>}
    {forms.includes('pdf') && <a class="button" href={address('pdf')} target="_blank" rel="noopener">{say('reportAsPdf')}</a>}
    {FILES.filter(([form]) => forms.includes(form)).map(([form, title]) => <a key={form} class="button plain" href={address(form)} download>{say(title)}</a>)}
    {forms.length === 0 && <a class="button plain" href={outputAddress(job.jobID, name)} download>{say('download')}</a>}
  </p>;
}

interface AnswerProps {
  job: Job;
  output: Output;
  figures: Figures;
  features: GeoJSON.Feature[];
  proposed: GeoJSON.Feature[];
}

function Answer({job, output, figures, features, proposed}: AnswerProps) {
  const [selected, setSelected] = useState<number | null>(null);
  const context = useMemo(() => figures.sources.map(({layer}) => layer), [figures]);
  const member = figures.map?.member ?? null;
  return <div class="stack">
    {figures.changed && <p class="note warn">{figures.changed}</p>}
    {figures.demo && <p class="note warn">{figures.demo}</p>}
    {figures.sentences.length > 0 && <ul class="card sentences">{figures.sentences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>}
    {figures.sentences.length === 0 && figures.figures.length > 0 && <dl class="headline">{figures.figures.slice(0, 8).map(({title, value}) => <div key={title}><dt>{title}</dt><dd>{value}</dd></div>)}</dl>}
    {figures.caveats.length > 0 && <ul class="note warn">{figures.caveats.map((caveat) => <li key={caveat}>{caveat}</li>)}</ul>}
    <div class="two">
      {features.length > 0
        ? <ResultMap features={features} figures={figures} context={context} proposed={proposed} selected={selected} select={setSelected} />
        : output.forms.includes('png') && <img class="card" src={outputAddress(job.jobID, output.name, 'png')} alt={say('mapOfResult')} />}
      {member && figures.map!.classes.length > 1 && <div class="stack card">
        <Ranking figures={figures} features={features} member={member} />
        <Distribution figures={figures} features={features} member={member} />
      </div>}
    </div>
    {job.processID === COMPARING && figures.sides && <BothMaps job={job} scale={figures.sides} />}
    {figures.table && <ResultTable table={figures.table} selected={selected} select={setSelected} />}
    {figures.details.map(({title, table}) => <section key={title} class="card"><h2>{title}</h2><Rows table={table} label={title} /></section>)}
    <Background figures={figures} />
  </div>;
}

interface Selection {
  selected: number | null;
  select: (place: number | null) => void;
}

function ResultTable({table, selected, select}: {table: Table} & Selection) {
  return <section class="card long-table"><h2>{say('table')}</h2>
    <Rows table={table} label={say('table')} selected={selected} select={select} />
    {table.more > 0 && <p class="quiet">{say('restOfRows', {n: table.more})}</p>}
  </section>;
}

function Rows({table, label, selected, select}: {table: Table; label: string} & Partial<Selection>) {
  const kind = (column: number): string => table.numeric[column] ? 'number' : '';
  const naming = Math.max(table.columns.indexOf('name'), 0);
  return <Scrolled label={label}><table>
    <thead><tr>{table.headings.map((heading, i) => <th key={heading} class={kind(i)}>{heading}</th>)}</tr></thead>
    <tbody>{table.rows.map((row, index) => {
      const place = table.places[index]!;
      return <tr key={place} aria-selected={place === selected}>{row.map((cell, i) => <td key={i} class={kind(i)}>
        {i === naming && select ? <button type="button" class="link" onClick={() => select(place)}>{cell}</button> : cell}</td>)}</tr>;
    })}</tbody>
    {table.total.length > 0 && <tfoot><tr>{table.total.map((cell, i) => <td key={i} class={kind(i)}>{cell || (i === 0 ? say('total') : '')}</td>)}</tr></tfoot>}
  </table></Scrolled>;
}

/** How it was computed, from what, and by which norms. */
function Background({figures}: {figures: Figures}) {
  return <section class="card stack">
    <h2>{say('howComputed')}</h2>
    <p>{figures.method}</p>
    {figures.sentences.length > 0 && <dl class="facts">{figures.figures.map(({title, value}) => <><dt key={title}>{title}</dt><dd>{value}</dd></>)}</dl>}
    <dl class="facts">{figures.inputs.map(({name, title, value}) => <><dt key={name}>{title}</dt><dd>{value}</dd></>)}</dl>
    {figures.norms.length > 0 && <><h3>{say('norms')}</h3><ul>{figures.norms.map((norm) => <li key={norm}>{norm}</li>)}</ul></>}
    {figures.sources.length > 0 && <><h3>{say('sources')}</h3><ul>{figures.sources.map(({layer, title, agency, release, newer}) => <li key={layer}>
      <a href={`./catalogue?id=${layer}`}>{title}</a>, {agency}, {say('releaseNumber', {n: release})}{newer ? ` · ${say('newerRelease', {n: newer})}` : ''}</li>)}</ul></>}
  </section>;
}
