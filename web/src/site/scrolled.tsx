import type {ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

interface ScrolledProps {
  label: string;
  children: ComponentChildren;
}

/** What may be wider than its place: it scrolls by itself, by keyboard too. */
export const Scrolled = ({label, children}: ScrolledProps) =>
  <div class="table" tabIndex={0} role="region" aria-label={label}>{children}</div>;

/** A table whose rows are blocks on a phone, each cell behind the title of its column. */
export function Stacked({label, children}: ScrolledProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => nameCells(place.current!));
  return <div class="table stacked" ref={place} tabIndex={0} role="region" aria-label={label}>{children}</div>;
}

function nameCells(place: HTMLElement): void {
  const titles = [...place.querySelectorAll('thead th')].map(({textContent}) => textContent);
  for (const row of place.querySelectorAll('tbody tr')) {
    [...row.children].forEach((cell, column) => { (cell as HTMLElement).dataset['title'] = titles[column] ?? ''; });
  }
}
