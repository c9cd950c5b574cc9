import type {RefObject} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

/** For the element that says what came of something: it comes into sight whenever one of `on` has a value. */
export function useSeen(on: unknown[]): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => { if (on.some(Boolean)) place.current?.scrollIntoView({block: 'nearest'}); }, on);
  return place;
}
