/** Sends a chosen file in parts (tus 1.0): after a break it goes on where it stopped, also when the page was closed. */
import {type DetailedError, Upload} from 'tus-js-client';
import {csrfHeader} from '../session';
import {BadField} from './bad_field';

const PART_BYTES = 8 * 2 ** 20;
// In seconds: 36 together, in which a service starts again.
const PAUSES_MS = [0, 1000, 3000, 5000, 7000, 10000, 10000];

/** The id of the file at the service, once all of it is there; what is refused is said at the field. */
export async function sendInParts(control: HTMLInputElement, form: HTMLFormElement): Promise<string | undefined> {
  const file = control.files?.[0];
  if (!file) return undefined;
  const bar = form.querySelector<HTMLProgressElement>(`#sent-${control.name}`);
  if (bar) bar.hidden = false;
  try {
    return await send(file, form, share => { if (bar) bar.value = share; });
  } catch (error) {
    throw new BadField(control.name, `"${control.name}": ${reasonOf(error, form)}`);
  } finally {
    if (bar) bar.hidden = true;
  }
}

async function send(file: File, form: HTMLFormElement, show: (share: number) => void): Promise<string> {
  const token = form.querySelector<HTMLInputElement>('#token')?.value;
  const language = form.dataset.lang ?? 'vi';
  return await new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: `../uploads?lang=${language}`,
      headers: {...csrfHeader(), Accept: 'application/json', ...(token && {Authorization: `Bearer ${token}`})},
      metadata: {filename: file.name},
      chunkSize: PART_BYTES,
      retryDelays: PAUSES_MS,
      removeFingerprintOnSuccess: true,
      onProgress: (sent, total) => show(sent / total),
      onSuccess: () => resolve(new URL(upload.url ?? '').pathname.split('/').pop() ?? ''),
      onError: reject,
    });
    void upload.findPreviousUploads().then(previous => {
      if (previous[0]) upload.resumeFromPreviousUpload(previous[0]);
      upload.start();
    });
  });
}

/** What the service said, in the reader's language. */
function reasonOf(error: unknown, form: HTMLFormElement): string {
  const body = (error as DetailedError).originalResponse?.getBody() ?? '';
  try {
    return (JSON.parse(body) as {description: string}).description;
  } catch {
    return form.dataset.failed ?? '';
  }
}
