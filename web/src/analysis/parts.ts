/** Sends a chosen file of a form in parts, with a bar. */
import {refusalOf, sendFile} from '../site/upload';
import {BadField} from './bad_field';

/** The id of the file at the service, once all of it is there; what is refused is said at the field. */
export async function sendInParts(control: HTMLInputElement, form: HTMLFormElement): Promise<string | undefined> {
  const file = control.files?.[0];
  if (!file) return undefined;
  const bar = form.querySelector<HTMLProgressElement>(`#sent-${control.name}`);
  const token = form.querySelector<HTMLInputElement>('#token')?.value;
  if (bar) bar.hidden = false;
  try {
    return await sendFile(file, {
      endpoint: `../uploads?lang=${form.dataset.lang ?? 'vi'}`,
      headers: token ? {Authorization: `Bearer ${token}`} : {},
      show: share => { if (bar) bar.value = share; },
    });
  } catch (error) {
    throw new BadField(control.name, `"${control.name}": ${refusalOf(error) ?? form.dataset.failed ?? ''}`);
  } finally {
    if (bar) bar.hidden = true;
  }
}
