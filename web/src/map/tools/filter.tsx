import {useState} from 'preact/hooks';
import type {ToolProps} from './index';
import {layersOn} from './layers_on';
import type {LayerInfo} from '../api';
import {change, view, withValue} from '../view';
import {Shown, useAnswer} from '../../site/answer';
import {Conditions, readProperties, type Property} from '../../site/conditions';
import {pick, say} from '../../site/language';

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

function Builder({info, properties}: {info: LayerInfo; properties: Record<string, Property>}) {
  const [filter, setFilter] = useState('');
  const apply = (): void => change({
    filters: withValue(view.value.filters, info.id, filter || null), shown: withLayer(info.id),
  });
  return <form class="stack" onSubmit={(event) => { event.preventDefault(); apply(); }}>
    <Conditions properties={properties} filter="" change={setFilter} />
    {filter && <p class="quiet">CQL2: <code>{filter}</code></p>}
    <p class="row"><button class="button first" disabled={!filter}>{say('applyFilter')}</button></p>
  </form>;
}

/** The layers that are on with this one; null stays null where it is on already. */
const withLayer = (id: string): ReadonlySet<string> | null => view.value.shown && new Set([...view.value.shown, id]);

/** The filters that hold, to be taken away. */
function Active({style}: {style: ToolProps['style']}) {
  const {filters} = view.value;
  if (filters.size === 0) return null;
  return <><h3>{say('activeFilters')}</h3><ul class="stack">{[...filters].map(([id, filter]) => <li key={id} class="row">
    <span>{pick(style.metadata['dothi:layers'].find((layer) => layer.id === id)?.title ?? {vi: id, en: id})}: <code>{filter}</code></span>
    <button type="button" class="link" onClick={() => change({filters: withValue(filters, id, null)})}>{say('remove')}</button>
  </li>)}</ul></>;
}
