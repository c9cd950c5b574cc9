/** The tools beside the map: a bar to open them, and the card of the one that is open. */
import {render, type ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import type {Map as MapLibre} from 'maplibre-gl';
import {closeTool, openTool, tool, type Tool, type ToolName} from './tool';
import type {MapStyle} from '../api';
import {view} from '../view';
import {part} from '../../site/address';
import {byId} from '../../site/elements';
import {localDate} from '../../site/format';
import {say} from '../../site/language';
import {lazy} from '../../site/lazy';
import {takesReports} from '../../site/service';
import type {Message} from '../../messages';

export interface ToolProps {
  map: MapLibre;
  style: MapStyle;
}

const LayerCard = lazy(() => import('./layer_card').then((module) => module.LayerCard));
const Table = lazy(() => import('./table').then((module) => module.Table));
const Filter = lazy(() => import('./filter').then((module) => module.Filter));
const Measure = lazy(() => import('./measure').then((module) => module.Measure));
const Time = lazy(() => import('./time').then((module) => module.Time));
const Compare = lazy(() => import('./compare').then((module) => module.Compare));
const Print = lazy(() => import('./print').then((module) => module.Print));
const Share = lazy(() => import('./share').then((module) => module.Share));
const Report = lazy(() => import('../report/report').then((module) => module.Report));

/** The paths are drawn in a box of 16 by 16. */
const TOOLS: [ToolName, Message, string][] = [
  ['table', 'toolTable', 'M2 3h12v10H2zM2 6.5h12M6 3v10'], ['filter', 'toolFilter', 'M2 3h12L9.5 8.5V13l-3 1V8.5z'],
  ['measure', 'toolMeasure', 'M2 11L11 2l3 3-9 9zM5 8l1.5 1.5M7.5 5.5L9 7'], ['time', 'toolTime', 'M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2M8 4.5V8l2.5 1.5'],
  ['compare', 'toolCompare', 'M8 1v14M2 4h4v8H2zM10 4h4v8h-4'], ['print', 'toolPrint', 'M4 6V2h8v4M4 11H2V6h12v5h-2M4 9.5h8V14H4z'],
  ['share', 'toolShare', 'M11 5.5a2 2 0 1 0-.1-.1M5 10a2 2 0 1 0-.1-.1M11 14a2 2 0 1 0-.1-.1M5 8l5-3M5 9l5 3'],
];

export function startTools(props: ToolProps): void {
  if (part('report')) openTool({name: 'report'});
  render(<Tools {...props} />, byId('tools'));
}

function Tools(props: ToolProps) {
  const open = tool.value;
  return <>
    <Narrowed />
    {takesReports() && <button type="button" class="report-here" aria-pressed={open?.name === 'report'}
      onClick={() => open?.name === 'report' ? closeTool() : openTool({name: 'report'})}>
      <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true"><path d="M8 14.5S3 10 3 6.5a5 5 0 0 1 10 0C13 10 8 14.5 8 14.5M8 4v3M8 9v.5" /></svg>
      {say('reportHere')}</button>}
    <div class="tool-bar" role="toolbar" aria-label={say('tools')}>
      {TOOLS.map(([name, title, path]) =>
        <button type="button" key={name} title={say(title)} aria-label={say(title)} aria-pressed={open?.name === name}
          onClick={() => open?.name === name ? closeTool() : openTool({name})}>
          <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true"><path d={path} /></svg>
        </button>)}
    </div>
    {open && <Card title={titleOf(open, props.style)} about={`${open.name} ${open.layer ?? ''}`} wide={open.name === 'table'}><Content open={open} {...props} /></Card>}
  </>;
}

/** What the map leaves out of what there is now, for who was sent its address or has closed the tool. */
function Narrowed() {
  const {day, filters} = view.value;
  if (!day && filters.size === 0) return null;
  return <p class="narrowed" role="status">
    {day && <button type="button" onClick={() => openTool({name: 'time'})}>{say('dataOfDay', {day: localDate(day)})}</button>}
    {filters.size > 0 && <button type="button" onClick={() => openTool({name: 'filter'})}>{say('layersFiltered', {n: filters.size})}</button>}
  </p>;
}

function titleOf(open: Tool, style: MapStyle): string {
  if (open.name === 'report') return say('reportHere');
  const title = TOOLS.find(([name]) => name === open.name)?.[1];
  const layer = style.metadata['dothi:layers'].find(({id}) => id === open.layer);
  return title ? say(title) : layer ? say('aboutLayer', {title: ''}).trim() : '';
}

function Content({open, ...props}: ToolProps & {open: Tool}) {
  switch (open.name) {
    case 'layer': return <LayerCard key={open.layer} layer={open.layer} {...props} />;
    case 'table': return <Table {...(open.layer && {layer: open.layer})} {...props} />;
    case 'filter': return <Filter {...(open.layer && {layer: open.layer})} {...props} />;
    case 'measure': return <Measure {...props} />;
    case 'time': return <Time {...props} />;
    case 'compare': return <Compare {...props} />;
    case 'print': return <Print {...props} />;
    case 'share': return <Share {...props} />;
    case 'report': return <Report {...props} />;
  }
}

/** Escape closes it, and the focus goes back to where it came from. about: what is in it; the focus goes to its head when that changes. */
function Card({title, about, wide, children}: {title: string; about: string; wide: boolean; children: ComponentChildren}) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    return () => before?.focus();
  }, []);
  // a button of the card that leads to another tool goes away with what it stood in
  useEffect(() => head.current?.focus(), [about]);
  return <section class={wide ? 'card sheet tool wide' : 'card sheet tool'} aria-label={title}
    onKeyDown={({key}) => { if (key === 'Escape') closeTool(); }}>
    <div class="bar"><h2 tabIndex={-1} ref={head}>{title}</h2>
      <button type="button" class="close" aria-label={say('close')} title={say('close')} onClick={closeTool}>×</button></div>
    <div class="tool-body">{children}</div>
  </section>;
}
