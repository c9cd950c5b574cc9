import type {ComponentChildren} from 'preact';

/** What may be wider than its place: it scrolls by itself, by keyboard too. */
export const Scrolled = ({label, children}: {label: string; children: ComponentChildren}) =>
  <div class="table" tabIndex={0} role="region" aria-label={label}>{children}</div>;
