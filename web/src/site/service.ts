/** What the service is that the page came from, and who is signed in there. */
import {batch, signal} from '@preact/signals';
import {answerOf, client, type Answered} from '../client';
import {csrfHeader} from './session';

type Landing = Answered<'/', 'get'>;
export type Account = Answered<'/account', 'get'>;
export type Action = Account['may'][number];

const DESK = 'dothi:desk';
const [REPORT, RECEIVED_REPORTS] = ['dothi:report', 'dothi:received-reports'];
export const landing = signal<Landing | null>(null);
/** Null for who has not signed in; the public service has no accounts. */
export const account = signal<Account | null>(null);

/** Reads both once, and the landing page again in another language. */
export async function readService(): Promise<void> {
  const whole = await answerOf(client.GET('/'));
  const isSignedIn = linkOf(whole, DESK) !== null && Object.keys(csrfHeader()).length > 0;
  const known = isSignedIn ? await answerOf(client.GET('/account')).catch(() => null) : null;
  batch(() => {
    landing.value = whole;
    account.value = known;
  });
}

/** Whether it is the internal service, which has the desk. */
export const hasDesk = (): boolean => landing.value !== null && linkOf(landing.value, DESK) !== null;
/** Whether anybody may report something here, and whether reports are reviewed here. */
export const takesReports = (): boolean => landing.value !== null && linkOf(landing.value, REPORT) !== null;
export const reviewsReports = (): boolean => landing.value !== null && linkOf(landing.value, RECEIVED_REPORTS) !== null;
const linkOf = ({links}: Landing, relation: string): string | null => links.find(({rel}) => rel === relation)?.href ?? null;
export const may = (action: Action): boolean => account.value?.may.includes(action) ?? false;
/** Deliveries are listed for who may hand in some, or decide on them; the API refuses the others. */
export const seesDeliveries = (): boolean => may('deliver') || may('decide');
