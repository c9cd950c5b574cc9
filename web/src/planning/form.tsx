/** The form of an analysis: what it asks, filled in as it can be sent, and what was wrong with it. */
import {useLayoutEffect, useState} from 'preact/hooks';
import {readDescription, readJob, readJobs, start, type Description, type Field} from './api';
import {FieldRow, type Values} from './fields';
import {StudyTrail} from './study_trail';
import {addRun} from './study_api';
import {Refused} from '../client';
import {reasonOf, Shown, useAnswer} from '../site/answer';
import {heldInStep, holdInStep, part, setParts} from '../site/address';
import {localNumber} from '../site/format';
import {say} from '../site/language';
import {Title} from '../site/page';
import {account} from '../site/service';

const [MOST_RUNS, LEAST_S] = [9, 0.2];

export function AnalysisForm({id}: {id: string}) {
  const from = part('from');
  const reading = useAnswer(async () => ({
    description: await readDescription(id), earlier: from ? (await readJob(from)).inputs ?? {} : null,
  }), [id, from]);
  return <>
    <StudyTrail />
    <Shown of={reading}>{({description, earlier}) => <>
      <Title title={description.title} lead={description.description} />
      <Form key={`${id}-${from}-${part('on')}`} description={description} first={withFilters(description.fields, onScenario(earlier ?? firstValues(description)))} />
    </>}</Shown>
  </>;
}

/** What stands in the fields at first: the example, else the default where the example has nothing in its place. */
const firstValues = ({fields, example}: Description): Values =>
  Object.fromEntries(fields.filter(({instead_of = []}) => !instead_of.some((other) => other in example))
    .map(({name, value}) => [name, example[name] ?? value]).filter(([, value]) => value !== undefined));

/** With the scenario from whose page somebody came. */
const onScenario = (values: Values): Values => part('on') ? {...values, scenario: part('on')} : values;

/** Filters that are inputs of their own stand in the field of the layer that they narrow. */
function withFilters(fields: Field[], values: Values): Values {
  const joined = {...values};
  for (const {name, filters} of fields) {
    if (!filters || typeof joined[name] !== 'string') continue;
    const layer = joined[filters];
    joined[filters] = typeof layer === 'string' ? {collection: layer, filter: joined[name]} : {...layer as object, filter: joined[name]};
    delete joined[name];
  }
  return joined;
}

function Form({description: {id, fields, example}, first}: {description: Description; first: Values}) {
  const [values, setValues] = useState<Values>(() => heldInStep<Values>() ?? first);
  const [fault, setFault] = useState('');
  const [isSending, setSending] = useState(false);
  // at once: an effect that waits for the next picture misses what was typed just before the page is left
  useLayoutEffect(() => { if (values !== first) holdInStep(values); }, [values]);
  const shown = fields.filter(({filters}) => !filters);
  // what somebody has chosen, what the example shows, and what may be said in place of that
  const isChosen = ({name, required, value}: Field): boolean =>
    Boolean(required) || name in example || JSON.stringify(first[name]) !== JSON.stringify(value);
  const isMain = (field: Field): boolean =>
    isChosen(field) || shown.some((each) => isChosen(each) && !each.required && field.instead_of?.includes(each.name));
  const set = (name: string, value: unknown): void => setValues((before) => {
    const left = new Set([name, ...value === undefined ? [] : fields.find((each) => each.name === name)?.instead_of ?? []]);
    const others = Object.fromEntries(Object.entries(before).filter(([each]) => !left.has(each)));
    return value === undefined ? others : {...others, [name]: value};
  });
  const send = async (): Promise<void> => {
    const undrawn = fields.find(({name}) => isUndrawn(values[name]));
    setFault(undrawn ? `${undrawn.name}: ${say('drawSomething')}` : '');
    if (undrawn) return;
    setSending(true);
    try {
      const job = await start(id, values);
      const study = part('study');
      if (study) await addRun(study, job.jobID);
      setParts({run: job.jobID, analysis: '', from: '', on: ''}, true);
      scrollTo(0, 0);
    } catch (error) {
      setFault(error instanceof Refused ? error.message : reasonOf(error));
      setSending(false);
    }
  };
  const named = shown.filter(({name}) => isNamed(fault, name));
  const row = (field: Field) => <FieldRow key={field.name} field={field} value={values[field.name]} values={values}
    change={(value) => set(field.name, value)} fault={named[0] === field ? inWords(fault, fields) : ''} isWrong={named.includes(field)} say={(text) => inWords(text, fields)} />;
  const others = shown.filter((field) => !isMain(field));
  return <form class="card planning" onSubmit={(event) => { event.preventDefault(); void send(); }}>
    {shown.filter(isMain).map(row)}
    {others.length > 0 && <details open={others.some((field) => named.includes(field))}><summary>{say('moreOptions')}</summary>{others.map(row)}</details>}
    {fault && named.length === 0 && <p class="note bad" role="alert">{inWords(fault, fields)}</p>}
    <p class="row"><button class="button first" disabled={isSending}>{say('runAnalysis')}</button>{isSending ? <span role="status">{say('sending')}</span> : <UsualTime analysis={id} />}</p>
  </form>;
}

/** How long the latest runs of the analysis took; nothing where there are none. */
function UsualTime({analysis}: {analysis: string}) {
  const {data} = useAnswer(async () => account.value ? await readJobs(MOST_RUNS, {processID: analysis, status: 'successful'}) : [], [analysis]);
  // one that was answered from the store took no time
  const lasted = (data ?? []).map(({started, finished}) => (Date.parse(finished ?? '') - Date.parse(started ?? '')) / 1000)
    .filter((seconds) => seconds > LEAST_S).sort((a, b) => a - b);
  const usual = lasted[Math.floor(lasted.length / 2)];
  return usual === undefined ? null : <span class="quiet">{say('usualTime', {n: localNumber(Math.ceil(usual), 0)})}</span>;
}

/** Whether something was to be drawn, and nothing was. */
const isUndrawn = (value: unknown): boolean =>
  (value as {type?: string} | undefined)?.type === 'FeatureCollection' && (value as {features: unknown[]}).features.length === 0;

/** Whether the message speaks of the input: by its name as a word. */
const isNamed = (message: string, name: string): boolean => new RegExp(`(^|[^\\w-])${name}($|[^\\w-])`).test(message);

/** The message with the titles of inputs in the place of their names. */
function inWords(message: string, fields: Field[]): string {
  return fields.reduce((text, {name, title}) => text.replace(new RegExp(`(^|[^\\w-])"?${name}(?:\\.\\d+)*"?(?=$|[^\\w-])`, 'g'), `$1«${title}»`), message);
}
