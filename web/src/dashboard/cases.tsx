import {categories, countWhere} from './counts';
import {released} from './holdings';
import {readPanels, type Cases} from './panels';
import {REFRESH_S} from './refresh';
import {localNumber} from '../site/format';
import {useAnswer} from '../site/answer';
import {language, say} from '../site/language';

interface Line {
  title: string;
  open: number;
  all: number;
}

/** Each layer of cases, such as reports of citizens, by kind with how many are open; nothing where there is none. */
export function CasesPanels() {
  const {data} = useAnswer(() => readPanels(language()), []);
  return <>{data?.cases.map((panel) => <CasesPanel key={panel.layer} panel={panel} />)}</>;
}

function CasesPanel({panel}: {panel: Cases}) {
  const {data} = useAnswer(() => read(panel), [panel.layer], REFRESH_S);
  if (!data) return null;
  const most = Math.max(1, ...data.map(({all}) => all));
  return <section class="card">
    <h2>{panel.title}</h2>
    <p class="row"><strong class="figure">{localNumber(data.reduce((sum, {open}) => sum + open, 0))}</strong> {say('reportsOpen')}</p>
    <ul class="bars">{data.map(({title, open, all}) => <li key={title}><span>{title}</span>
      <meter min={0} max={most} value={all} title={title} /><span class="number">{localNumber(open)} / {localNumber(all)}</span>
    </li>)}</ul>
  </section>;
}

async function read({layer, kind, open}: Cases): Promise<Line[] | null> {
  if (!(await released(layer)).has(layer)) return null;
  const isOpen = Object.entries(open).map(([column, value]) => equals(column, value)).join(' AND ');
  const kinds = await categories(layer, kind);
  return await Promise.all(kinds.map(async ({value, title}) => {
    const isKind = equals(kind, value);
    const [opened, all] = await Promise.all([countWhere(layer, `${isKind} AND ${isOpen}`), countWhere(layer, isKind)]);
    return {title, open: opened, all};
  }));
}

/** A condition of CQL2; a quote within a text is written twice. */
const equals = (column: string, value: string): string => `"${column}" = '${value.replaceAll("'", "''")}'`;
