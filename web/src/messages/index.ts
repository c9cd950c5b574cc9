/** What the portal says, one catalogue per language; a message that a language lacks does not compile. */
import {EN} from './en';
import type {PLANNING_VI} from './planning.vi';
import {VI} from './vi';

export type Message = keyof typeof VI | keyof typeof PLANNING_VI;
export type Language = 'vi' | 'en';

/** A text of the data, as the API gives those that are in both languages. */
export interface Text {
  vi: string;
  en: string;
}

/** What the pages of analyses say comes with them (`planning.ts`): no other page waits for it. */
export const MESSAGES = {vi: {...VI}, en: {...EN}} as Record<Language, Record<Message, string>>;
