import {answerOf, client, type Answered} from '../client';
import {Shown, useAnswer} from '../site/answer';
import {language, momentOf, say} from '../site/language';

type EditSet = Answered<'/edits', 'get'>['edits'][number];

const REFRESH_S = 30;

/** Edits that wait for their agency's decision, and conflicts between edits and deliveries. */
export function Edits() {
  const edits = useAnswer(() => answerOf(client.GET('/edits')), [], REFRESH_S);
  const conflicts = useAnswer(() => answerOf(client.GET('/edits/conflicts')), [], REFRESH_S);
  return <div class="stack">
    <section class="card"><h2>{say('editsToReview')}</h2>
      <Shown of={edits}>{(answer) => <EditTable sets={answer.edits} />}</Shown></section>
    <section class="card"><h2>{say('conflicts')}</h2>
      <Shown of={conflicts}>{({conflicts: open}) => open.length === 0 ? <p class="note">{say('noConflict')}</p>
        : <p><a href={`./api/edits/conflicts?f=html&lang=${language()}`}>{say('openConflicts', {n: open.length})}</a></p>}</Shown></section>
  </div>;
}

const EditTable = ({sets}: {sets: EditSet[]}) => sets.length === 0 ? <p class="note">{say('noEdits')}</p> : <ul class="stack">
  {sets.map((set) => <li key={set.id}>
    <a href={`./api/edits/${set.id}?f=html&lang=${language()}`}>{set.id}. {set.layer_id}</a>
    <span class="quiet"> {set.author}, {momentOf(set.opened_at)}, {say('editsCount', {n: set.edits})}</span>
  </li>)}
</ul>;
