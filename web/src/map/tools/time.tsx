import {useState} from 'preact/hooks';
import type {ToolProps} from './index';
import {change, view} from '../view';
import {answerOf, client} from '../../client';
import {Shown, useAnswer} from '../../site/answer';
import {dayOf, localDate, today} from '../../site/format';
import {say} from '../../site/language';

const MOST = 1000;

/** The map as it was at the end of a day: a slider over the days on which something was released. */
export function Time(_: ToolProps) {
  const reading = useAnswer(readDays, []);
  return <Shown of={reading}>{(days) => <Slider days={days} />}</Shown>;
}

/** The days with a release, the oldest first, and today. */
async function readDays(): Promise<string[]> {
  const {releases} = await answerOf(client.GET('/releases', {params: {query: {limit: MOST}}}));
  return [...new Set([...releases.map(({released_at}) => dayOf(released_at)), today()])].sort();
}

function Slider({days}: {days: string[]}) {
  const day = view.value.day;
  const [typed, setTyped] = useState(day);
  const index = day ? Math.max(0, days.findLastIndex((each) => each <= day)) : days.length - 1;
  const choose = (next: string): void => {
    setTyped(next);
    change({day: next && next < today() ? next : ''});
  };
  return <>
    <p>{say('timeHow')}</p>
    <label class="field"><span>{say('day')}: {day ? localDate(day) : say('now')}</span>
      <input type="range" min={0} max={days.length - 1} value={index} disabled={days.length < 2}
        onChange={({currentTarget}) => choose(days[Number(currentTarget.value)] ?? '')} /></label>
    <label class="field"><span>{say('anyDay')}</span>
      <input type="date" value={typed} max={today()} onChange={({currentTarget}) => choose(currentTarget.value)} /></label>
    {day && day < days[0]! && <p class="note">{say('nothingBefore', {day: localDate(days[0]!)})}</p>}
    {day && <p><button type="button" class="button" onClick={() => choose('')}>{say('backToNow')}</button></p>}
  </>;
}
