/** A problem reported on the map: where, what, in words and with a photo; then a code to look up what becomes of it. */
import {useEffect, useRef, useState} from 'preact/hooks';
import {LookUp} from './look_up';
import {packed} from './photo';
import {PlaceField} from './place';
import {newKey, sendReport, type Place, type Reporting} from './sending';
import type {ToolProps} from '../tools/index';
import {answerOf, client, Refused} from '../../client';
import {part, setParts} from '../../site/address';
import {reasonOf, Shown, useAnswer} from '../../site/answer';
import {Copied} from '../../site/copied';
import {localBytes, localNumber} from '../../site/format';
import {language, say} from '../../site/language';

const NEW = 'new';
type FieldName = 'place' | 'kind' | 'text' | 'contact' | 'photo';
type Faults = Partial<Record<FieldName | '', string>>;

export function Report({map}: ToolProps) {
  const reading = useAnswer(() => answerOf(client.GET('/reports')), []);
  const [code, setCode] = useState(part('report') === NEW ? '' : part('report'));
  // the address leads back here while the card is open
  useEffect(() => {
    setParts({report: code || NEW});
    return () => setParts({report: ''});
  }, [code]);
  const [isSent, setSent] = useState(false);
  const sent = (made: string): void => { setCode(made); setSent(true); };
  const anew = (): void => { setCode(''); setSent(false); };
  return <Shown of={reading}>{(rules) => code && isSent ? <Sent code={code} anew={anew} />
    : code ? <><LookUp code={code} /><p><button type="button" class="link" onClick={anew}>{say('anotherReport')}</button></p></>
      : <><Form map={map} rules={rules} sent={sent} /><details><summary>{say('lookUpReport')}</summary><LookUp code="" /></details></>}
  </Shown>;
}

function Sent({code, anew}: {code: string; anew: () => void}) {
  const head = useRef<HTMLParagraphElement>(null);
  useEffect(() => head.current?.focus(), []);
  return <div class="stack" id="report-sent">
    <p class="note good" role="status" tabIndex={-1} ref={head}>{say('reportSent')}</p>
    <p>{say('trackingCode')}:</p>
    <p class="code"><Copied text={code} /></p>
    <p class="quiet">{say('keepCode')}</p>
    <p><a href={`./?report=${code}&lang=${language()}`}>{say('whatBecame')}</a></p>
    <p><button type="button" class="button plain" onClick={anew}>{say('anotherReport')}</button></p>
  </div>;
}

function Form({map, rules, sent}: Pick<ToolProps, 'map'> & {rules: Reporting; sent: (code: string) => void}) {
  const [place, setPlace] = useState<Place | null>(null);
  const [values, setValues] = useState({kind: '', text: '', contact: ''});
  const [photo, setPhoto] = useState<File | null>(null);
  const [faults, setFaults] = useState<Faults>({});
  const [share, setShare] = useState<number | null>(null);
  // until something is changed, it is the same report that is sent again
  const key = useRef(newKey());
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => { key.current = newKey(); }, [place, values, photo]);
  const correct = (name: FieldName): void => setFaults(({[name]: _, ...others}) => others);
  const set = (name: keyof typeof values, value: string): void => { setValues({...values, [name]: value}); correct(name); };
  const show = (found: Faults): void => {
    setFaults(found);
    const first = (['place', 'kind', 'text', 'photo', 'contact'] as const).find((name) => found[name]);
    if (first) form.current?.querySelector<HTMLElement>(`#report-${first}`)?.focus();
  };
  const send = async (): Promise<void> => {
    const missing = {...missingIn(rules, place, values), ...(photo?.size === 0 && {photo: say('emptyPhoto')})};
    if (!place || Object.keys(missing).length > 0) return show(missing);
    setFaults({});
    setShare(0);
    try {
      sent(await sendReport({...values, place, photo: photo ? await packed(photo) : ''}, key.current, setShare));
    } catch (error) {
      setShare(null);
      show(faultsOf(error));
    }
  };
  const described = (name: FieldName) => ({id: `report-${name}`, 'aria-invalid': !!faults[name], ...(faults[name] && {'aria-describedby': `report-${name}-fault`})});
  return <form class="stack" ref={form} noValidate onSubmit={(event) => { event.preventDefault(); if (share === null) void send(); }}>
    <PlaceField map={map} place={place} choose={(chosen) => { setPlace(chosen); correct('place'); }} fault={faults.place ?? ''} />
    <label class="field"><span>{say('whatIsIt')}</span>
      <select {...described('kind')} required value={values.kind} onChange={({currentTarget}) => set('kind', currentTarget.value)}>
        <option value="">{say('choose')}</option>
        {rules.kinds.map(({id, title}) => <option key={id} value={id}>{title}</option>)}
      </select><FaultText name="kind" text={faults.kind} /></label>
    <label class="field"><span>{say('describeIt')}</span>
      <textarea {...described('text')} rows={3} required maxLength={rules.max_characters} value={values.text} onInput={({currentTarget}) => set('text', currentTarget.value)} />
      <FaultText name="text" text={faults.text} /></label>
    {rules.photo_types.length > 0 && <label class="field"><span>{say('photoOptional', {size: localBytes(rules.max_photo_bytes)})}</span>
      <input {...described('photo')} type="file" accept={rules.photo_types.join(',')} onChange={({currentTarget}) => { setPhoto(currentTarget.files?.[0] ?? null); correct('photo'); }} />
      <FaultText name="photo" text={faults.photo} /></label>}
    {photo && <Preview file={photo} />}
    <label class="field"><span>{say('contactOptional')}</span>
      <input {...described('contact')} maxLength={rules.max_contact_characters} autocomplete="tel" value={values.contact} onInput={({currentTarget}) => set('contact', currentTarget.value)} />
      <FaultText name="contact" text={faults.contact} /></label>
    <p class="quiet">{privacyOf(rules)}</p>
    {faults[''] && <p class="note bad" role="alert">{faults['']}</p>}
    {share !== null && <p role="status">{say('sending')} <progress max={1} value={share} aria-label={say('sending')} /></p>}
    <p><button type="submit" class="button first" disabled={share !== null}>{say('send')}</button></p>
  </form>;
}

const FaultText = ({name, text}: {name: FieldName; text: string | undefined}) =>
  text ? <span class="fault" role="alert" id={`report-${name}-fault`}>{text}</span> : null;

function Preview({file}: {file: File}) {
  const [address, setAddress] = useState('');
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  // what is no picture that the browser can draw is for the server to refuse
  return <img class="preview" alt={say('yourPhoto')} src={address} onError={({currentTarget}) => { currentTarget.hidden = true; }} />;
}

/** Who reads what of it, and for how long. */
function privacyOf({keep_days, rounded_to_m, publishes_text}: Reporting): string {
  const place = rounded_to_m > 0 ? say('publishedRounded', {m: localNumber(rounded_to_m)}) : say('publishedPlace');
  return [say('reportPrivacy', {n: localNumber(keep_days)}), place, ...(publishes_text ? [say('publishedText')] : [])].join(' ');
}

/** What is left out, or too short, before anything is sent. */
function missingIn(rules: Reporting, place: Place | null, {kind, text}: {kind: string; text: string}): Faults {
  return {
    ...(!place && {place: say('placeMissing')}),
    ...(!kind && {kind: say('kindMissing')}),
    ...(text.trim().length < rules.min_characters && {text: say('textShort', {n: rules.min_characters})}),
  };
}

/** By field what the server says of it; what belongs to no field stands at the end. */
function faultsOf(error: unknown): Faults {
  if (!(error instanceof Refused) || error.faults.length === 0) return {'': reasonOf(error)};
  return Object.fromEntries(error.faults.map(({pointer, detail}) => [pointer.slice(1), detail]));
}
