import {useState} from 'preact/hooks';
import {useSeen} from './use_seen';
import {answerOf, client, type Answered} from '../client';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {Copied} from '../site/copied';
import {momentOf} from '../site/format';
import {language, say} from '../site/language';
import {Moment} from '../site/moment';
import {Stacked} from '../site/scrolled';
import type {Action} from '../site/service';

type Account = Answered<'/account', 'get'>;
type Key = Account['keys'][number];

const USUAL_DAYS = 90;
const USUAL_ACTIONS: Action[] = ['see', 'download', 'run'];

/** One's own keys and sessions; password, one-time codes and mails are on the page of the account. */
export function AccountPage() {
  const reading = useAnswer(() => answerOf(client.GET('/account')), []);
  const [key, setKey] = useState('');
  const [fault, setFault] = useState('');
  const outcomePlace = useSeen([key, fault]);
  const run: Run = async (change) => {
    setFault('');
    setKey('');
    try {
      setKey(await change() ?? '');
      return true;
    } catch (error) {
      setFault(reasonOf(error));
      return false;
    } finally {
      reading.again();
    }
  };
  return <div class="stack" id="account">
    <div ref={outcomePlace}>
      {fault && <p class="note bad" role="alert">{fault}</p>}
      {key && <div class="note good" role="status" id="new-key"><p>{say('keyOnce')}</p><Copied text={key} /></div>}
    </div>
    <Shown of={reading}>{(account) => <>
      <p>{account.title} · <strong>{account.name}</strong> · {account.role_title} · <a href={`./api/account?f=html&lang=${language()}`}>{say('passwordAndMails')}</a></p>
      <Keys account={account} run={run} />
      <NewKey account={account} run={run} />
      <Sessions account={account} run={run} />
    </>}</Shown>
  </div>;
}

/** Does a change and says whether it was done; what it gives is a new key, which is shown once. */
type Run = (change: () => Promise<string | void>) => Promise<boolean>;

function Keys({account, run}: {account: Account; run: Run}) {
  const end = ({id}: Key) => () => void run(async () => {
    await answerOf(client.POST('/account/keys/{key}/revocation', {params: {path: {key: id}}, body: {}}));
  });
  return <section class="card"><h2>{say('keys')}</h2>
    {account.keys.length === 0 ? <p class="note">{say('noKey')}</p> : <Stacked label={say('keys')}><table>
      <thead><tr><th>{say('usedWhere')}</th><th>{say('allows')}</th><th>{say('expires')}</th><th>{say('lastUse')}</th><th>{say('actions')}</th></tr></thead>
      <tbody>{account.keys.map((key) => <tr key={key.id}>
        <td>{key.label}</td><td>{key.scopes.map((action) => account.action_titles[action]).join(', ')}</td>
        <td>{key.expires_at ? momentOf(key.expires_at) : say('never')}</td><td>{key.used_at ? momentOf(key.used_at) : say('never')}</td>
        <td>{!key.from_setting && <button type="button" class="link" onClick={end(key)}>{say('endKey')}</button>}</td>
      </tr>)}</tbody>
    </table></Stacked>}
  </section>;
}

function NewKey({account, run}: {account: Account; run: Run}) {
  const [label, setLabel] = useState('');
  const [days, setDays] = useState(USUAL_DAYS);
  const [scopes, setScopes] = useState<Action[]>(USUAL_ACTIONS.filter((action) => account.may.includes(action)));
  const toggle = (action: Action, on: boolean): void => setScopes(account.may.filter((each) => each === action ? on : scopes.includes(each)));
  const make = async (): Promise<void> => {
    const isDone = await run(async () => (await answerOf(client.POST('/account/keys', {body: {label, days, scopes}}))).key);
    if (isDone) setLabel('');
  };
  return <form class="card stack" id="new-key-form" onSubmit={(event) => { event.preventDefault(); void make(); }}>
    <h2>{say('newKey')}</h2>
    <div class="fields">
      <label class="field"><span>{say('usedWhere')}</span>
        <input required maxLength={200} placeholder="QGIS" value={label} onInput={({currentTarget}) => setLabel(currentTarget.value)} /></label>
      <label class="field"><span>{say('lastsDays')}</span>
        <input type="number" required min={1} max={account.most_key_days} value={days} onInput={({currentTarget}) => setDays(Number(currentTarget.value))} /></label>
    </div>
    <fieldset class="row"><legend>{say('allows')}</legend>{account.may.map((action) => <label key={action} class="row">
      <input type="checkbox" checked={scopes.includes(action)} onChange={({currentTarget}) => toggle(action, currentTarget.checked)} /> {account.action_titles[action]}
    </label>)}</fieldset>
    <p><button class="button first">{say('makeKey')}</button></p>
  </form>;
}

function Sessions({account, run}: {account: Account; run: Run}) {
  const end = (session: string) => () => void run(async () => {
    await answerOf(client.POST('/account/sessions/{session}/end', {params: {path: {session}}, body: {}}));
  });
  return <section class="card"><h2>{say('openSessions')}</h2>
    <Stacked label={say('openSessions')}><table>
      <thead><tr><th>{say('cameFrom')}</th><th>{say('browser')}</th><th>{say('began')}</th><th>{say('lastUse')}</th><th>{say('actions')}</th></tr></thead>
      <tbody>{account.sessions.map((session) => <tr key={session.id}>
        <td>{session.address}</td><td class="words" title={session.user_agent}>{session.user_agent}</td><td><Moment of={session.created_at} /></td><td><Moment of={session.seen_at} /></td>
        <td>{session.id === account.session ? say('thisSession') : <button type="button" class="link" onClick={end(session.id)}>{say('endSession')}</button>}</td>
      </tr>)}</tbody>
    </table></Stacked>
  </section>;
}
