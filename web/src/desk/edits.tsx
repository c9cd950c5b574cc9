import {answerOf, client} from '../client';
import {Shown, useAnswer} from '../site/answer';
import {language, momentOf, say} from '../site/language';

interface EditSet {
  number: number;
  layer: string;
  author: string;
  submitted_at?: string;
  title?: string;
}

const REFRESH_S = 30;

/** Edits that wait for their agency's decision, and conflicts between edits and deliveries. */
export function Edits() {
  const edits = useAnswer(() => answerOf(client.GET('/edits')) as Promise<unknown>, [], REFRESH_S);
  const conflicts = useAnswer(() => answerOf(client.GET('/edits/conflicts')) as Promise<unknown>, [], REFRESH_S);
  return <div class="stack">
    <section class="card"><h2>{say('editsToReview')}</h2>
      <Shown of={edits}>{(answer) => <EditTable sets={(answer as {edits: EditSet[]}).edits} />}</Shown></section>
    <section class="card"><h2>{say('conflicts')}</h2>
      <Shown of={conflicts}>{(answer) => {
        const {conflicts: open} = answer as {conflicts: unknown[]};
        return open.length === 0 ? <p class="note">{say('noConflict')}</p>
          : <p><a href={`./api/edits/conflicts?f=html&lang=${language()}`}>{say('openConflicts', {n: open.length})}</a></p>;
      }}</Shown></section>
  </div>;
}

const EditTable = ({sets}: {sets: EditSet[]}) => sets.length === 0 ? <p class="note">{say('noEdits')}</p> : <ul class="stack">
  {sets.map((set) => <li key={set.number}>
    <a href={`./api/edits/${set.number}?f=html&lang=${language()}`}>{set.number}. {set.layer}</a>
    <span class="quiet"> {set.author} {set.submitted_at && momentOf(set.submitted_at)}</span>
  </li>)}
</ul>;
