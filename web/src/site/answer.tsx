/** Reading from the API in a component: what came, or why it did not. */
import {useCallback, useEffect, useState} from 'preact/hooks';
import type {ComponentChildren} from 'preact';
import {Refused} from '../client';
import {language, say} from './language';

const [FORBIDDEN, ABSENT] = [403, 404];

export interface Reading<Data> {
  data: Data | null;
  fault: string | null;
  /** Whether the reader may not see this, or it is not there: to try again does not help. */
  isForbidden: boolean;
  again: () => void;
}

/** Reads now, whenever one of `on` or the language changes, and every `every_s` seconds; what came last stays meanwhile. */
export function useAnswer<Data>(read: () => Promise<Data>, on: unknown[], every_s = 0): Reading<Data> {
  const [data, setData] = useState<Data | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [isForbidden, setForbidden] = useState(false);
  const [round, setRound] = useState(0);
  const lang = language();
  useEffect(() => {
    let isCurrent = true;
    read().then(
      (answer) => { if (isCurrent) { setData(answer); setFault(null); } },
      (error: unknown) => { if (isCurrent) { setFault(reasonOf(error)); setForbidden(error instanceof Refused && (error.status === FORBIDDEN || error.status === ABSENT)); } },
    );
    return () => { isCurrent = false; };
  }, [...on, lang, round]);
  useEffect(() => {
    if (!every_s) return;
    const timer = setInterval(() => setRound((before) => before + 1), every_s * 1000);
    return () => clearInterval(timer);
  }, [every_s]);
  return {data, fault, isForbidden, again: useCallback(() => setRound((before) => before + 1), [])};
}

/** What a person reads of an error: the server's words, or that it did not answer. */
export const reasonOf = (error: unknown): string => error instanceof Refused ? error.message : say('fault_unreachable');

/** What `children` make of the data; until it is there, that it is on its way or what is wrong. */
export function Shown<Data>({of, children}: {of: Reading<Data>; children: (data: Data) => ComponentChildren}) {
  const fault = of.fault && <p class="note bad" role="alert">
    {of.fault} {!of.isForbidden && <button type="button" class="link" onClick={of.again}>{say('retry')}</button>}
  </p>;
  if (of.data === null) return fault || <p class="wait" role="status">{say('loading')}</p>;
  return <>{fault}{children(of.data)}</>;
}
