/** The card with the attributes of what was clicked. */
import type {Feature} from 'geojson';
import {fetchItem, itemAddress, type LayerInfo} from './api';
import {byId, make} from '../site/elements';
import {inLanguage, pick, say} from '../site/language';
import {showFault} from './notice';
import {pastOf} from './past';
import {written} from './values';

export interface Found {
  layer: LayerInfo;
  id: number | string;
  /** What the feature is called, where the map has its name. */
  name: string | null;
}

export class Details {
  private found: Found[] = [];
  private chosen = 0;
  private item: Feature | null = null;

  /** `mark` draws the shown feature on the map, or nothing for null. */
  constructor(private readonly mark: (item: Feature | null) => void) {
    byId('details-close').addEventListener('click', () => this.close());
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !byId('details').hidden) this.close();
    });
    inLanguage(() => this.write());
  }

  async open(found: Found[]): Promise<void> {
    this.found = found;
    if (found.length === 0) return this.close();
    const items = found.map((_, index) => make('li', {children: [this.tab(index)]}));
    byId('details-found').replaceChildren(make('ul', {children: items}));
    await this.choose(0);
  }

  close(): void {
    if (byId('details').contains(document.activeElement)) {
      document.querySelector<HTMLElement>('.maplibregl-canvas')?.focus({preventScroll: true});
    }
    this.found = [];
    this.item = null;
    this.mark(null);
    this.write();
  }

  private async choose(index: number): Promise<void> {
    const wanted = this.found[index]!;
    this.chosen = index;
    this.item = null;
    this.write();
    try {
      const item = await fetchItem(wanted.layer.id, wanted.id);
      if (this.found[this.chosen] !== wanted) return; // another click came first
      this.item = item;
      this.mark(item);
      this.write();
    } catch {
      if (this.found[this.chosen] === wanted) this.close();
      showFault('item');
    }
  }

  private write(): void {
    const current = this.found[this.chosen];
    byId('details').hidden = !current;
    if (!current) return;
    const name = this.item && nameOf(current.layer, this.item);
    byId('details-head').textContent = name ?? pick(current.layer.title);
    byId('details-kind').textContent = name ? pick(current.layer.title) : '';
    byId('details-found').hidden = this.found.length < 2;
    // Made once: a button that is put in its place again when the feature comes would take the focus of a keyboard with it.
    for (const [index, button] of byId('details-found').querySelectorAll('button').entries()) {
      button.setAttribute('aria-pressed', String(index === this.chosen));
    }
    byId('details-body').replaceChildren(...(this.item ? this.body(current, this.item) : [say('loading')]));
  }

  private tab(index: number): HTMLElement {
    const {layer, name} = this.found[index]!;
    const twins = this.found.filter((other) => other.layer === layer && other.name === name);
    const number = twins.length > 1 ? ` ${twins.indexOf(this.found[index]!) + 1}` : '';
    const kind = make('span', {className: 'kind', textContent: ` ${pick(layer.title)}${number}`});
    const button = make('button', {type: 'button', children: name ? [name, kind] : [pick(layer.title) + number]});
    button.addEventListener('click', () => void this.choose(index));
    return button;
  }

  private body({layer, id}: Found, item: Feature): HTMLElement[] {
    const list = make('dl');
    for (const name of columnNames(layer, item)) {
      const column = layer.columns[name];
      list.append(make('dt', {textContent: column ? pick(column.title) : name}));
      list.append(make('dd', {textContent: written(item.properties?.[name], column)}));
    }
    const link = make('a', {href: `${itemAddress(layer.id, id)}`, textContent: say('openInApi')});
    const number = (item as Feature & {'dothi:release'?: number})['dothi:release'] ?? layer.release;
    const release = number === null ? '' : `${say('release')} ${number} · `;
    const foot = make('p', {className: 'foot', children: [release, link]});
    const mark = layer.demo ? [make('p', {className: 'demo-line', textContent: say('demoFeature')})] : [];
    return [list, ...mark, pastOf(layer, id), foot];
  }
}

/** What the feature is called, where its layer has names and this one has been given one. */
function nameOf({name_column: column}: LayerInfo, item: Feature): string | null {
  const name: unknown = column && item.properties?.[column];
  return name ? String(name) : null;
}

/** The columns that the API gave, in the layer's own order, then any that the metadata do not know. */
function columnNames(layer: LayerInfo, item: Feature): string[] {
  const given = Object.keys(item.properties ?? {});
  const known = Object.keys(layer.columns).filter((name) => given.includes(name));
  return [...known, ...given.filter((name) => !(name in layer.columns))];
}
