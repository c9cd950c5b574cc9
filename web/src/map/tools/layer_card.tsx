import {LngLatBounds} from 'maplibre-gl';
import {openTool} from './tool';
import type {ToolProps} from './index';
import {shownBy} from '../drawn';
import {change, view, withValue} from '../view';
import {partsByCollection} from '../layers';
import {answerOf, geoClient} from '../../client';
import {Shown, useAnswer} from '../../site/answer';
import {cycle, localDate, localNumber} from '../../site/format';
import {language, pick, say} from '../../site/language';

/** All about one layer: where it is from, how good it is, how strong and where in the pile it is drawn, how to get it. */
export function LayerCard({layer, map, style}: ToolProps & {layer: string}) {
  const info = style.metadata['dothi:layers'].find(({id}) => id === layer);
  const reading = useAnswer(() => answerOf(geoClient.GET('/collections/catalogue/items/{recordId}', {
    params: {path: {recordId: layer}},
  })), [layer]);
  const share = view.value.opacity.get(layer) ?? 1;
  const source = style.sources[layer];
  const bounds = source && 'bounds' in source ? source.bounds : undefined;
  return <>
    <p class="name">{info && pick(info.title)}</p>
    <label class="field"><span>{say('opacity')}: {Math.round(share * 100)} %</span>
      <input type="range" min={0} max={100} step={5} value={Math.round(share * 100)}
        onInput={({currentTarget}) => change({opacity: withValue(view.value.opacity, layer, Number(currentTarget.value) / 100)})} /></label>
    <p class="row">
      <button type="button" class="button plain" onClick={() => move(style, layer, -1)}>↑ {say('moveUp')}</button>
      <button type="button" class="button plain" onClick={() => move(style, layer, 1)}>↓ {say('moveDown')}</button>
      {bounds && <button type="button" class="button plain" onClick={() => map.fitBounds(new LngLatBounds(bounds), {padding: 40})}>{say('zoomToLayer')}</button>}
      <button type="button" class="button plain" onClick={() => openTool({name: 'table', layer})}>{say('toolTable')}</button>
      <button type="button" class="button plain" onClick={() => openTool({name: 'filter', layer})}>{say('toolFilter')}</button>
    </p>
    <Shown of={reading}>{({properties, links}) => <>
      <p>{properties.description}</p>
      {properties.demo && <p class="demo-line">{say('demoFeature')}</p>}
      <dl>
        <Fact title={say('agency')} value={properties.contacts?.[0]?.organization} />
        <Fact title={say('release')} value={properties.release} />
        <Fact title={say('updated')} value={properties.updated && localDate(properties.updated.slice(0, 10))} />
        <Fact title={say('updateCycle')} value={properties.updateCycle && cycle(properties.updateCycle)} />
        <Fact title={say('rows')} value={properties.rows !== undefined && localNumber(properties.rows)} />
        <Fact title={say('rowsBad')} value={properties.badRows !== undefined && localNumber(properties.badRows)} />
        <Fact title={say('licence')} value={properties.license} />
      </dl>
      <p class="row">{links.filter(({rel}) => rel === 'enclosure').map(({href, title}) => <a key={href} href={href} download>{title}</a>)}</p>
      <p><a href={`./api/qgis/project?lang=${language()}`} download>{say('openInQgis')}</a></p>
      <p><a href={`./catalogue?id=${layer}&lang=${language()}`}>{say('moreInCatalogue')}</a></p>
    </>}</Shown>
  </>;
}

const Fact = ({title, value}: {title: string; value: string | number | false | undefined}) =>
  value === undefined || value === false || value === '' ? null : <><dt>{title}</dt><dd>{value}</dd></>;

/** Moves a layer past its neighbour among those that are on. */
function move(style: ToolProps['style'], layer: string, step: 1 | -1): void {
  const {order, shown} = view.value;
  const on = shown ?? shownBy(style);
  const usual = [...partsByCollection(style).keys()].filter((id) => on.has(id) && !order.includes(id));
  const pile = [...order.filter((id) => on.has(id)), ...usual];
  const from = pile.indexOf(layer);
  const to = from + step;
  if (from < 0 || to < 0 || to >= pile.length) return;
  [pile[from], pile[to]] = [pile[to]!, pile[from]!];
  change({order: pile});
}
