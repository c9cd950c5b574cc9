import {useEffect, useState} from 'preact/hooks';
import {Detail} from './detail';
import {REFRESH_S} from './refresh';
import {Sparkline} from './sparkline';
import {readLocality, type Value} from './values';
import {part, setParts} from '../site/address';
import {useAnswer} from '../site/answer';
import {localDate, localNumber, unitName} from '../site/format';
import {language, say} from '../site/language';
import type {Message} from '../messages';
import {Scrolled} from '../site/scrolled';

const ROTATE_MS = 20_000;
const VERDICTS: Record<string, [Message, string]> = {
  met: ['verdictMet', 'good'], not_met: ['verdictNotMet', 'bad'], not_shown: ['verdictNotShown', 'warn'],
};
const TRENDS: Record<string, Message> = {better: 'trendBetter', worse: 'trendWorse', same: 'trendSame'};

export const titleOf = (value: Value): string => language() === 'vi' ? value.title_vi : value.title_en;
export const measured = (value: number | null, unit: string): string =>
  value === null ? '–' : `${localNumber(value, 2)}\u00a0${unitName(unit)}`;

/** The criteria of the pilot for the whole locality; the chosen one by unit beside them. */
export function Indicators({rotates}: {rotates: boolean}) {
  const reading = useAnswer(readLocality, [], REFRESH_S);
  const values = reading.data ?? [];
  const periods = [...new Set(values.map(({period_from}) => period_from))].sort().reverse();
  const period = periods.includes(part('period')) ? part('period') : periods[0] ?? '';
  const rows = values.filter(({period_from}) => period_from === period);
  const chosen = useChosen(rows, rotates);
  if (reading.data === null && !reading.fault) return <p class="wait" role="status">{say('loading')}</p>;
  if (rows.length === 0) return <NoValues />;
  return <section class="pilot">
    <div class="card">
      <div class="row"><h2>{say('pilotIndicators')}</h2><Periods periods={periods} values={values} period={period} /></div>
      <Counts rows={rows} />
      <Rows rows={rows} values={values} chosen={chosen} />
    </div>
    {chosen && <Detail value={chosen} history={values.filter(({indicator}) => indicator === chosen.indicator)} />}
  </section>;
}

/** The criterion that the address names, the first one, or on a wall one after the other. */
function useChosen(rows: Value[], rotates: boolean): Value | undefined {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!rotates) return;
    const timer = setInterval(() => setTurn((before) => before + 1), ROTATE_MS);
    return () => clearInterval(timer);
  }, [rotates]);
  return rotates ? rows[turn % Math.max(rows.length, 1)] : rows.find(({indicator}) => indicator === part('indicator')) ?? rows[0];
}

const NoValues = () => <section class="card">
  <h2>{say('pilotIndicators')}</h2>
  <p>{say('noIndicators')}</p>
  <p><a class="button" href="./planning?analysis=indicators">{say('computeIndicators')}</a></p>
</section>;

function Periods({periods, values, period}: {periods: string[]; values: Value[]; period: string}) {
  const until = (from: string): string => values.find(({period_from}) => period_from === from)?.period_until ?? '';
  return <label class="row quiet">{say('period')}
    <select value={period} onChange={({currentTarget}) => setParts({period: currentTarget.value})}>
      {periods.map((from) => <option key={from} value={from}>{localDate(from)} – {localDate(lastDay(until(from)))}</option>)}
    </select>
  </label>;
}

/** The day before the first one after the period. */
function lastDay(until: string): string {
  if (!until) return '';
  return new Date(Date.parse(`${until}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

const Counts = ({rows}: {rows: Value[]}) => <p class="row">
  {Object.entries(VERDICTS).map(([verdict, [title, look]]) =>
    <span key={verdict} class={`tag ${look}`}>{say(title)}: {rows.filter((row) => row.verdict === verdict).length}</span>)}
  <span class="tag">{say('noThreshold')}: {rows.filter(({verdict}) => verdict === null).length}</span>
</p>;

function Rows({rows, values, chosen}: {rows: Value[]; values: Value[]; chosen: Value | undefined}) {
  return <Scrolled label={say('pilotIndicators')}><table class="indicators">
    <thead><tr><th>{say('criterion')}</th><th class="number">{say('value')}</th><th class="number">{say('threshold')}</th>
      <th>{say('verdict')}</th><th>{say('trend')}</th></tr></thead>
    <tbody>{rows.map((row) => <tr key={row.indicator} aria-selected={row.indicator === chosen?.indicator}>
      <td><button type="button" class="link" onClick={() => setParts({indicator: row.indicator})}>{titleOf(row)}</button></td>
      <td class="number">{measured(row.value, row.measured_in)}</td>
      <td class="number">{thresholdOf(row)}</td>
      <td><Verdict value={row} /></td>
      <td><Sparkline values={values.filter(({indicator}) => indicator === row.indicator)} />
        {row.trend && <span class="quiet"> {say(TRENDS[row.trend]!)}</span>}</td>
    </tr>)}</tbody>
  </table></Scrolled>;
}

/** What the value has to reach, or empty where nothing is asked of it. */
export const thresholdOf = ({threshold, direction, measured_in}: Value): string =>
  threshold === null ? '' : `${direction === 'higher' ? '≥' : '≤'} ${measured(threshold, measured_in)}`;

export function Verdict({value}: {value: Value}) {
  const [title, look] = VERDICTS[value.verdict ?? ''] ?? ['noThreshold', ''];
  return <span class={`tag ${look}`}>{say(title as Message)}</span>;
}
