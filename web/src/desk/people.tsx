import {useState} from 'preact/hooks';
import {useSeen} from './use_seen';
import {answerOf, client, type Answered} from '../client';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {Copied} from '../site/copied';
import {language, say} from '../site/language';
import {Moment} from '../site/moment';
import {Stacked} from '../site/scrolled';
import type {Message} from '../messages';

type List = Answered<'/people', 'get'>;
type Person = List['people'][number];
/** A link that is shown once, or what was done. */
interface Outcome {
  name: string;
  link?: string;
  days?: number;
  mailed_to?: string | null;
  done?: string;
}

const forName = (name: string) => ({params: {path: {name}}, body: {}});
const ACTS = {
  'recovery': (name: string) => answerOf(client.POST('/people/{name}/recovery', forName(name))),
  'signing-out': (name: string) => answerOf(client.POST('/people/{name}/signing-out', forName(name))),
  'disabling': (name: string) => answerOf(client.POST('/people/{name}/disabling', forName(name))),
  'enabling': (name: string) => answerOf(client.POST('/people/{name}/enabling', forName(name))),
  'removal': (name: string) => answerOf(client.POST('/people/{name}/removal', forName(name))),
};
const DONE: Record<string, Message> = {
  'change': 'personChanged', 'signing-out': 'personSignedOut', 'disabling': 'personDisabled', 'enabling': 'personEnabled', 'removal': 'personRemoved',
};

/** Who may sign in, for administrators: invite, change roles, end sessions, give a new link, lock out. */
export function People() {
  const reading = useAnswer(() => answerOf(client.GET('/people')), []);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [fault, setFault] = useState('');
  const outcomePlace = useSeen([outcome, fault]);
  const run: Run = async (change) => {
    setFault('');
    setOutcome(null);
    try {
      setOutcome(await change());
      return true;
    } catch (error) {
      setFault(reasonOf(error));
      return false;
    } finally {
      reading.again();
    }
  };
  return <div class="stack" id="people">
    <div ref={outcomePlace}>
      {fault && <p class="note bad" role="alert">{fault}</p>}
      {outcome && <OutcomeNote outcome={outcome} />}
    </div>
    <Shown of={reading}>{(list) => <>
      <section class="card"><h2>{say('people')}</h2>
        <Stacked label={say('people')}><table>
          <thead><tr><th>{say('name')}</th><th>{say('roleAndAgency')}</th><th>{say('state')}</th><th>{say('lastSignIn')}</th><th>{say('actions')}</th></tr></thead>
          <tbody>{list.people.map((person) => <Row key={person.name} person={person} list={list} run={run} />)}</tbody>
        </table></Stacked>
        <p class="quiet">{say('peopleMore')} <a href={`./api/people?f=html&lang=${language()}`}>{say('peopleAndLog')}</a></p>
      </section>
      <Invite list={list} run={run} />
    </>}</Shown>
  </div>;
}

/** Does a change, shows what came of it, and says whether it was done. */
type Run = (change: () => Promise<Outcome>) => Promise<boolean>;

const OutcomeNote = ({outcome: {name, link, days, mailed_to, done}}: {outcome: Outcome}) => <div class="note good" role="status" id="outcome">
  {link ? <>
    <p>{say('linkOnce', {name, days: days ?? 0})}{mailed_to && ` ${say('alsoMailed', {address: mailed_to})}`}</p>
    <Copied text={link} />
  </> : <p>{name}: {say(DONE[done ?? ''] ?? 'personChanged')}</p>}
</div>;

function Row({person, list, run}: {person: Person; list: List; run: Run}) {
  const [role, setRole] = useState<Person['role']>(person.role);
  const [agency, setAgency] = useState(person.agency ?? '');
  const isChanged = role !== person.role || agency !== (person.agency ?? '');
  const save = (): Promise<boolean> => run(async () => await answerOf(client.POST('/people/{name}', {
    params: {path: {name: person.name}}, body: {role, agency},
  })));
  const act = (which: keyof typeof ACTS) => () => void run(() => ACTS[which](person.name));
  return <tr>
    <td><strong>{person.name}</strong><br />{person.title}</td>
    <td><div class="row"><Choose label={`${say('role')}, ${person.name}`} value={role} choices={list.roles} set={(value) => setRole(value as Person['role'])} />
      <Choose label={`${say('agency')}, ${person.name}`} value={agency} choices={list.agencies} set={setAgency} none={say('theCentre')} />
      {isChanged && <button type="button" class="button" onClick={() => void save()}>{say('save')}</button>}</div></td>
    <td>{stateOf(person)}</td>
    <td>{person.last_sign_in && <Moment of={person.last_sign_in} />}</td>
    <td><div class="row acts">
      <button type="button" class="link" onClick={act('recovery')}>{say('newLink')}</button>
      <button type="button" class="link" onClick={act('signing-out')}>{say('endSessions')}</button>
      <button type="button" class="link" onClick={act(person.disabled ? 'enabling' : 'disabling')}>{say(person.disabled ? 'enablePerson' : 'disablePerson')}</button>
      <details><summary>{say('removePerson')}</summary><p class="quiet">{say('noWayBack')}</p>
        <button type="button" class="button" onClick={act('removal')}>{say('removePerson')}</button></details>
    </div></td>
  </tr>;
}

function stateOf(person: Person): string {
  if (person.disabled) return say('isDisabled');
  if (person.has_second_factor) return say('oneTimeCodes');
  if (person.subject) return 'OpenID Connect';
  if (person.has_password) return '';
  return say(person.keys > 0 ? 'keysOnly' : 'isInvited');
}

interface ChooseProps {
  label: string;
  value: string;
  choices: {id: string; title: string}[];
  set: (value: string) => void;
  /** What the empty choice is called; without it one has to be chosen. */
  none?: string;
}

const Choose = ({label, value, choices, set, none}: ChooseProps) =>
  <select aria-label={label} value={value} onChange={({currentTarget}) => set(currentTarget.value)}>
    {none && <option value="">{none}</option>}
    {choices.map(({id, title}) => <option key={id} value={id}>{title}</option>)}
  </select>;

const NOBODY = {name: '', title: '', email: '', role: 'viewer' as Person['role'], agency: ''};

function Invite({list, run}: {list: List; run: Run}) {
  const [person, setPerson] = useState(NOBODY);
  const [isBusy, setBusy] = useState(false);
  const set = (part: keyof typeof NOBODY) => (value: string): void => setPerson({...person, [part]: value});
  const typed = (part: keyof typeof NOBODY) => ({currentTarget}: {currentTarget: HTMLInputElement}): void => set(part)(currentTarget.value);
  const invite = async (): Promise<void> => {
    setBusy(true);
    const isDone = await run(async () => await answerOf(client.POST('/people', {body: {...person, language: language()}})));
    if (isDone) setPerson(NOBODY);
    setBusy(false);
  };
  return <form class="card stack" id="invite" onSubmit={(event) => { event.preventDefault(); void invite(); }}>
    <h2>{say('invite')}</h2>
    <div class="fields">
      <label class="field"><span>{say('signInName')}</span>
        <input required maxLength={64} pattern="[a-z0-9][a-z0-9._@\-]*" title={say('signInNameHow')} placeholder="lan.tran" autocapitalize="none" spellcheck={false} value={person.name} onInput={typed('name')} /></label>
      <label class="field"><span>{say('calledWhat')}</span><input required maxLength={200} value={person.title} onInput={typed('title')} /></label>
      <label class="field"><span>{say('emailOptional')}</span><input type="email" maxLength={254} value={person.email} onInput={typed('email')} /></label>
      <label class="field"><span>{say('role')}</span><Choose label={say('role')} value={person.role} choices={list.roles} set={set('role')} /></label>
      <label class="field"><span>{say('agency')}</span><Choose label={say('agency')} value={person.agency} choices={list.agencies} set={set('agency')} none={say('theCentre')} /></label>
    </div>
    <p><button class="button first" disabled={isBusy}>{say('invite')}</button></p>
  </form>;
}
