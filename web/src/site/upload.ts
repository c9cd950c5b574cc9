/** Sends a file in parts (tus 1.0): after a break it goes on where it stopped, also when the page was closed. */
import {type DetailedError, Upload} from 'tus-js-client';
import {csrfHeader} from './session';

const PART_BYTES = 8 * 2 ** 20;
// In seconds: 36 together, in which a service starts again.
const PAUSES_MS = [0, 1000, 3000, 5000, 7000, 10000, 10000];

export interface Sending {
  /** Address of the uploads, with the reader's language. */
  endpoint: string;
  headers?: Record<string, string>;
  show: (share: number) => void;
}

/** The id of the file at the service, once all of it is there; throws what tus-js-client throws. */
export async function sendFile(file: File, {endpoint, headers = {}, show}: Sending): Promise<string> {
  return await new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint,
      headers: {...csrfHeader(), Accept: 'application/json', ...headers},
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

/** What the service said, in the reader's language; null where it said nothing. */
export function refusalOf(error: unknown): string | null {
  const body = (error as DetailedError).originalResponse?.getBody() ?? '';
  try {
    return (JSON.parse(body) as {description: string}).description;
  } catch {
    return null;
  }
}
