/** Sends a report, with how much of it has gone; the same one twice is one. */
import {answerOf, client, type Answered} from '../../client';

export type Reporting = Answered<'/reports', 'get'>;
export type Place = [number, number];

export interface Draft {
  place: Place;
  kind: string;
  text: string;
  contact: string;
  photo: string;
}

/** The code by which the sender looks it up. key: the same for the same report; show: hears the share that has gone. */
export async function sendReport(draft: Draft, key: string, show: (share: number) => void): Promise<string> {
  // the document names the kinds of the demo, and each locality has its own
  const {tracking_code} = await answerOf(client.POST('/reports', {
    body: draft as never, params: {header: {'Idempotency-Key': key}}, fetch: (request) => fetchWithProgress(request, show),
  })) as {tracking_code: string};
  return tracking_code;
}

/** `crypto.randomUUID` is for pages with HTTPS alone. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  [bytes[6], bytes[8]] = [(bytes[6]! & 0x0f) | 0x40, (bytes[8]! & 0x3f) | 0x80];
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Does what fetch does, which says nothing while a body is on its way. */
async function fetchWithProgress(request: Request, show: (share: number) => void): Promise<Response> {
  const body = await request.text();
  return await new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open(request.method, request.url);
    request.headers.forEach((value, name) => sending.setRequestHeader(name, value));
    sending.upload.onprogress = ({loaded, total}) => show(loaded / total);
    sending.onload = () => resolve(new Response(sending.responseText, {status: sending.status, headers: {'Content-Type': 'application/json'}}));
    sending.onerror = () => reject(new TypeError('network'));
    sending.send(body);
  });
}
