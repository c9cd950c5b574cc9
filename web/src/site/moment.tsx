import {momentOf} from './format';

/** A moment in a table: where it needs two lines, the day stays on one. */
export function Moment({of}: {of: string}) {
  const [day = '', minute = ''] = momentOf(of).split(' ');
  return <><span class="nowrap">{day}</span> {minute}</>;
}
