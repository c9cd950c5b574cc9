/** Following a job of the API until it has ended. */
import {answerOf, client, Refused} from '../client';

const [SOON_MS, LATER_MS] = [400, 5_000];
const OPEN = new Set(['accepted', 'running']);

export interface JobState {
  jobID: string;
  status: string;
  progress?: number;
  message?: string;
}

/** Returns when the job has ended well; `show` hears how far it is. Throws Refused with what it failed by. */
export async function followJob(jobId: string, show: (state: JobState) => void): Promise<void> {
  for (let wait = SOON_MS; ; wait = Math.min(wait * 1.2, LATER_MS)) {
    const job = await state(jobId);
    if (job) show(job);
    if (job?.status === 'successful') return;
    if (job && !OPEN.has(job.status)) throw new Refused(422, job.message ?? job.status);
    await new Promise(resolve => setTimeout(resolve, wait));
  }
}

/** Null while the server cannot be reached, which passes. */
async function state(jobId: string): Promise<JobState | null> {
  try {
    return await answerOf(client.GET('/jobs/{jobId}', {params: {path: {jobId}}})) as unknown as JobState;
  } catch (error) {
    if (error instanceof Refused && error.status < 500) throw error;
    return null;
  }
}
