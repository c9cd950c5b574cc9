import {useEffect, useState} from 'preact/hooks';
import {answerOf, client, type Answered} from '../../client';
import {reasonOf} from '../../site/answer';
import {momentOf} from '../../site/format';
import {say} from '../../site/language';

type State = Answered<'/reports/{code}', 'get'>;
const LOOKS = {received: 'note', accepted: 'note good', refused: 'note bad'};

/** What became of a report, by the code that its sender got. */
export function LookUp({code: first}: {code: string}) {
  const [typed, setTyped] = useState(first);
  const [state, setState] = useState<State | null>(null);
  const [fault, setFault] = useState('');
  const look = async (code: string): Promise<void> => {
    setFault('');
    setState(null);
    try {
      setState(await answerOf(client.GET('/reports/{code}', {params: {path: {code}}})));
    } catch (error) {
      setFault(reasonOf(error));
    }
  };
  useEffect(() => { if (first) void look(first); }, [first]);
  return <form class="stack" onSubmit={(event) => { event.preventDefault(); if (typed.trim()) void look(typed.trim()); }}>
    <label class="field"><span>{say('trackingCode')}</span>
      <input value={typed} maxLength={40} autocomplete="off" spellcheck={false} onInput={({currentTarget}) => setTyped(currentTarget.value)} /></label>
    <p><button type="submit" class="button">{say('lookUp')}</button></p>
    {fault && <p class="note bad" role="alert">{fault}</p>}
    {state && <div class={LOOKS[state.status]} role="status" id="report-state">
      <p><strong>{state.status_title}</strong></p>
      {state.reason && <p>{say('reasonPlain')}: {state.reason}</p>}
      <p>{say('sentAt')}: {momentOf(state.received_at)}</p>
      {state.decided_at && <p>{say('decidedAt')}: {momentOf(state.decided_at)}</p>}
    </div>}
  </form>;
}
