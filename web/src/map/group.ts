import type {Theme} from './api';
import {make} from '../site/elements';
import {pick, say} from '../site/language';

const SVG = 'http://www.w3.org/2000/svg';

/** The layers of one theme in the legend, under a heading that folds them and counts those that are on. */
export class Group {
  readonly element: HTMLElement;
  private readonly button = make('button', {type: 'button'});
  private readonly count = make('span', {className: 'count'});
  private readonly list: HTMLElement;

  /** `folded` is told whenever a visitor folds or unfolds the group. */
  constructor(theme: Theme, private readonly rows: HTMLElement[], folded: (open: boolean) => void) {
    this.list = make('ul', {id: `theme-${theme.id}`, children: rows});
    this.button.append(chevron(), make('span', {className: 'theme-name', textContent: pick(theme.title)}), this.count);
    this.button.setAttribute('aria-controls', this.list.id);
    this.button.addEventListener('click', () => {
      this.open = !this.open;
      folded(this.open);
    });
    this.element = make('section', {className: 'theme', children: [make('h3', {children: [this.button]}), this.list]});
    this.element.dataset['theme'] = theme.id;
    this.open = false;
  }

  get open(): boolean {
    return !this.list.hidden;
  }

  set open(open: boolean) {
    this.list.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
  }

  /** Writes how many of the layers are on; who only hears the page hears what the numbers count. */
  countOn(on: number): void {
    this.count.replaceChildren(`${on}/${this.rows.length}`, make('span', {className: 'heard', textContent: ` ${say('layersOn')}`}));
    this.element.classList.toggle('some-on', on > 0);
  }
}

function chevron(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', 'M1.5 1l5 5-5 5');
  const attributes = {viewBox: '0 0 8 12', width: '8', height: '12', 'aria-hidden': 'true'};
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  svg.append(path);
  return svg;
}
