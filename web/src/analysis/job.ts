/** The page of a job: follows it until it has ended, ends it, runs it again. */
import {csrfHeader} from '../site/session';

interface Status {
  jobID: string;
  status: string;
  message: string;
  progress: number;
}

const OPEN = ['accepted', 'running'];
const [SOON_MS, LATER_MS] = [700, 3000];
const place = document.querySelector<HTMLElement>('#job');
if (place) {
  document.querySelector('#cancel')?.addEventListener('click', () => void end(place));
  document.querySelector('#again')?.addEventListener('click', () => void again(place));
  if (OPEN.includes(place.dataset.status ?? '')) void follow(place);
}

const address = (place: HTMLElement, below = ''): string =>
  `${place.dataset.id ?? ''}${below}?f=json&lang=${place.dataset.lang ?? 'vi'}`;

async function follow(place: HTMLElement): Promise<void> {
  for (let wait = SOON_MS; ; wait = Math.min(wait * 1.1, LATER_MS)) {
    await new Promise(resolve => setTimeout(resolve, wait));
    const job = await state(place);
    if (job && !OPEN.includes(job.status)) break;
    if (job) show(job);
  }
  location.reload();
}

/** The state of the job; null while the server cannot be reached, which passes. */
async function state(place: HTMLElement): Promise<Status | null> {
  try {
    const answer = await fetch(address(place), {headers: {Accept: 'application/json'}});
    return answer.ok ? await answer.json() as Status : null;
  } catch {
    return null;
  }
}

function show(job: Status): void {
  const bar = document.querySelector<HTMLProgressElement>('#progress');
  if (bar) bar.value = job.progress;
  const message = document.querySelector('#message');
  if (message) message.textContent = job.message;
}

async function end(place: HTMLElement): Promise<void> {
  await fetch(address(place), {method: 'DELETE', headers: csrfHeader()});
  location.reload();
}

async function again(place: HTMLElement): Promise<void> {
  const answer = await fetch(address(place, '/rerun').replace('f=json&', ''), {method: 'POST', headers: csrfHeader()});
  const job = await answer.json() as Status & {description?: string};
  if (answer.status === 201) location.assign(`${job.jobID}?f=html&lang=${place.dataset.lang ?? 'vi'}`);
  else place.append(job.description ?? answer.statusText);
}
