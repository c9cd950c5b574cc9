/** Releases that arrive while the map is open. */
import {hasFault} from './notice';
import {answerOf, client} from '../client';

const LOOK_MS = 60_000;

/**
 * Calls `refresh` whenever there is a newer release than when it was looked last, and when the server answers again after
 * tiles could not be had; a server that is away is asked again.
 */
export function watchReleases(refresh: () => Promise<void>): void {
  let newest: number | null = null;
  const look = async (): Promise<void> => {
    const {releases} = await answerOf(client.GET('/releases', {params: {query: {limit: 1}}}));
    const number = releases[0]?.number ?? 0;
    if (newest !== null && (number > newest || hasFault('tiles'))) await refresh();
    newest = number;
  };
  const again = (): void => { if (!document.hidden) void look().catch(() => null); };
  again();
  setInterval(again, LOOK_MS);
  addEventListener('visibilitychange', again);
}
