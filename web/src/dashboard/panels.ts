/** What the dashboard shows, as the layers of the locality declare it. */
import {answerOf, client, type Answered} from '../client';

export type Panels = Answered<'/dashboard', 'get'>;
export type Cases = Panels['cases'][number];
export type Readings = Panels['readings'][number];

let asked: {language: string; panels: Promise<Panels>} | null = null;

/** Read once for each language: what is declared changes with a restart of the service. */
export function readPanels(language: string): Promise<Panels> {
  if (asked?.language !== language) asked = {language, panels: answerOf(client.GET('/dashboard'))};
  asked.panels.catch(() => { asked = null; });
  return asked.panels;
}
