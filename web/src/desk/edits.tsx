import {Conflict} from './conflict';
import {EditSet} from './edit_set';
import {answerOf, client, type Answered} from '../client';
import {part, setParts} from '../site/address';
import {Shown, useAnswer} from '../site/answer';
import {momentOf} from '../site/format';
import {say} from '../site/language';

type SetLine = Answered<'/edits', 'get'>['edits'][number];
type ConflictLine = Answered<'/edits/conflicts', 'get'>['conflicts'][number];

const REFRESH_S = 30;

/** Edits that wait for their agency's decision, and conflicts between edits and deliveries; the chosen one beside them. */
export function Edits() {
  const edits = useAnswer(() => answerOf(client.GET('/edits')), [], REFRESH_S);
  const conflicts = useAnswer(() => answerOf(client.GET('/edits/conflicts')), [], REFRESH_S);
  const [setNumber, conflictNumber] = [Number(part('set')), Number(part('conflict'))];
  return <div class="two list-first">
    <div class="stack">
      <section class="card"><h2>{say('editsToReview')}</h2>
        <Shown of={edits}>{(answer) => <Sets sets={answer.edits} chosen={setNumber} />}</Shown></section>
      <section class="card"><h2>{say('conflicts')}</h2>
        <Shown of={conflicts}>{(answer) => <Conflicts conflicts={answer.conflicts} chosen={conflictNumber} />}</Shown></section>
    </div>
    {setNumber > 0 ? <EditSet key={setNumber} number={setNumber} decided={edits.again} />
      : conflictNumber > 0 ? <Conflict key={conflictNumber} number={conflictNumber} settled={conflicts.again} />
      : <p class="note">{say('chooseEdit')}</p>}
  </div>;
}

const Sets = ({sets, chosen}: {sets: SetLine[]; chosen: number}) => sets.length === 0 ? <p class="note">{say('noEdits')}</p> : <ul class="stack" id="sets">
  {sets.map((set) => <li key={set.id}>
    <Choice parts={{set: String(set.id), conflict: ''}} isChosen={set.id === chosen}>{`${set.id}. ${set.layer_title}`}</Choice>
    <span class="quiet"> {set.author}, {momentOf(set.opened_at)}, {say('editsCount', {n: set.edits})}</span>
  </li>)}
</ul>;

const Conflicts = ({conflicts, chosen}: {conflicts: ConflictLine[]; chosen: number}) => conflicts.length === 0
  ? <p class="note">{say('noConflict')}</p> : <ul class="stack" id="conflicts">
    {conflicts.map((conflict) => <li key={conflict.id}>
      <Choice parts={{conflict: String(conflict.id), set: ''}} isChosen={conflict.id === chosen}>{`${conflict.id}. ${conflict.layer_title}`}</Choice>
      <span class="quiet"> {say('featureNumber', {n: conflict.feature_id})}, {momentOf(conflict.opened_at)}</span>
    </li>)}
  </ul>;

const Choice = ({parts, isChosen, children}: {parts: Record<string, string>; isChosen: boolean; children: string}) =>
  <a href={`?${new URLSearchParams({tab: 'edits', ...parts}).toString()}`} aria-current={isChosen ? 'true' : undefined}
    onClick={(event) => { event.preventDefault(); setParts(parts, true); }}>{children}</a>;
