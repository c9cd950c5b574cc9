/** What the portal says, one catalogue per language; a message that a language lacks does not compile. */
import {EN} from './en';
import {VI} from './vi';

export type Message = keyof typeof VI;
export type Language = 'vi' | 'en';

/** A text of the data, as the API gives those that are in both languages. */
export interface Text {
  vi: string;
  en: string;
}

export const MESSAGES: Record<Language, Record<Message, string>> = {vi: VI, en: EN};
