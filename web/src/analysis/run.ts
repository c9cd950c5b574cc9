/** The form of an analysis: runs it by the public API, and goes on to the page of its job. */
import {BadField} from './bad_field';
import {inputsOf} from './inputs';
import {followLayers} from './layers';
import {csrfHeader} from '../site/session';

interface Refusal {
  description?: string;
}

const form = document.querySelector<HTMLFormElement>('#run');
if (form) followLayers(form);
form?.addEventListener('submit', event => {
  event.preventDefault();
  void run(form);
});

async function run(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>('button[type=submit]');
  tell(form, '');
  if (button) button.disabled = true;
  try {
    const answer = await sent(form);
    const told = await answer.json() as Refusal & {jobID: string};
    if (answer.status === 201) location.assign(`../jobs/${told.jobID}?f=html&lang=${form.dataset.lang ?? 'vi'}`);
    else tell(form, told.description ?? answer.statusText);
  } catch (error) {
    tell(form, error instanceof BadField ? error.message : form.dataset.failed ?? '');
  } finally {
    if (button) button.disabled = false;
  }
}

async function sent(form: HTMLFormElement): Promise<Response> {
  const token = form.querySelector<HTMLInputElement>('#token')?.value;
  const json = {'Content-Type': 'application/json', Accept: 'application/json'};
  const headers = {...json, Prefer: 'respond-async', ...csrfHeader()};
  return await fetch(`${form.dataset.process ?? ''}/execution?lang=${form.dataset.lang ?? 'vi'}`, {
    method: 'POST',
    headers: token ? {...headers, Authorization: `Bearer ${token}`} : headers,
    body: JSON.stringify({inputs: await inputsOf(form), response: 'document'}),
  });
}

/** Shows what is wrong, and marks the fields that it names. */
function tell(form: HTMLFormElement, message: string): void {
  const place = form.querySelector('#wrong');
  if (place) place.textContent = message;
  for (const field of form.querySelectorAll<HTMLElement>('[data-field]')) {
    field.classList.toggle('wrong', message.includes(`"${field.dataset.field ?? ''}"`));
  }
}
