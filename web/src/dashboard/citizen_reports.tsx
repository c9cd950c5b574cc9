import {categories, countWhere} from './counts';
import {released} from './holdings';
import {REFRESH_S} from './refresh';
import {localNumber} from '../site/format';
import {useAnswer} from '../site/answer';
import {say} from '../site/language';

const COLLECTION = 'citizen_reports';

interface Line {
  title: string;
  open: number;
  all: number;
}

/** Reports of citizens by kind, with how many are open; nothing where the locality has no such layer. */
export function CitizenReports() {
  const {data} = useAnswer(read, [], REFRESH_S);
  if (!data) return null;
  const most = Math.max(1, ...data.map(({all}) => all));
  return <section class="card">
    <h2>{say('citizenReports')}</h2>
    <p class="row"><strong class="figure">{localNumber(data.reduce((sum, {open}) => sum + open, 0))}</strong> {say('reportsOpen')}</p>
    <ul class="bars">{data.map(({title, open, all}) => <li key={title}><span>{title}</span>
      <meter min={0} max={most} value={all} title={title} /><span class="number">{localNumber(open)} / {localNumber(all)}</span>
    </li>)}</ul>
  </section>;
}

async function read(): Promise<Line[] | null> {
  if (!(await released(COLLECTION)).has(COLLECTION)) return null;
  const kinds = await categories(COLLECTION, 'category');
  return await Promise.all(kinds.map(async ({value, title}) => {
    const [open, all] = await Promise.all([
      countWhere(COLLECTION, `category = '${value}' AND status = 'open'`), countWhere(COLLECTION, `category = '${value}'`),
    ]);
    return {title, open, all};
  }));
}
