/** What the form of an analysis holds, as the inputs of an execute request. */
import {BadField} from './bad_field';

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The inputs that are filled in, by name; what is left empty is left out. */
export async function inputsOf(form: HTMLFormElement): Promise<Record<string, unknown>> {
  const inputs: Record<string, unknown> = {};
  for (const control of form.querySelectorAll<Control>('[data-kind]')) {
    const inParts = control.dataset.inParts;
    const value = inParts ? await inPartsOf(control as HTMLInputElement, form) : await valueOf(control, form);
    if (value !== undefined) inputs[inParts ?? control.name] = value;
  }
  return inputs;
}

/** The id of the chosen file, sent; only forms that take such files load what sends them. */
async function inPartsOf(control: HTMLInputElement, form: HTMLFormElement): Promise<string | undefined> {
  const {sendInParts} = await import('./parts');
  return await sendInParts(control, form);
}

async function valueOf(control: Control, form: HTMLFormElement): Promise<unknown> {
  const text = control.value.trim();
  switch (control.dataset.kind) {
    case 'layer': return layer(control.name, text, form);
    case 'yes-no': return (control as HTMLInputElement).checked;
    case 'whole': case 'number': return text === '' ? undefined : Number(text);
    case 'file': return await file(control as HTMLInputElement);
    case 'numbers': return text === '' ? undefined : text.split(/[;\s]+/).filter(Boolean).map((number) => Number(number.replace(',', '.')));
    case 'choices': return [...(control as HTMLSelectElement).selectedOptions].map(({value}) => value);
    case 'lines': return text === '' ? undefined : text.split('\n').map((line) => line.trim()).filter(Boolean);
    case 'json': return text === '' ? undefined : json(control.name, text, form);
    default: return text === '' ? undefined : text;
  }
}

/** A collection by its id, or with its filter and time; or the job that is named instead. */
function layer(name: string, collection: string, form: HTMLFormElement): unknown {
  const part = (which: string): string =>
    form.querySelector<HTMLInputElement>(`[data-of="${name}"][data-part="${which}"]`)?.value.trim() ?? '';
  const filter = part('filter');
  if (part('job')) return {job: part('job'), ...(filter && {filter})};
  if (!collection) return undefined;
  const datetime = part('datetime');
  return filter || datetime ? {collection, ...(filter && {filter}), ...(datetime && {datetime})} : collection;
}

function json(name: string, text: string, form: HTMLFormElement): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadField(name, `"${name}" ${form.dataset.notJson ?? ''}`);
  }
}

async function file(control: HTMLInputElement): Promise<unknown> {
  const chosen = control.files?.[0];
  if (!chosen) return undefined;
  const bytes = new Uint8Array(await chosen.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return {value: btoa(text), encoding: 'base64'};
}
