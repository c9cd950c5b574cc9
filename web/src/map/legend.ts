/** The legend: every layer with its switch and its colours, grouped by theme. */
import type {LayerSpecification, Map as MapLibre} from 'maplibre-gl';
import type {LayerInfo, LegendLayer, MapStyle, Theme} from './api';
import {DEFAULT} from './choice';
import {chooser} from './chooser';
import {byId, make} from '../site/elements';
import {Group} from './group';
import {inLanguage, pick, say} from '../site/language';
import {shownBy} from './drawn';
import {firstZoom, partsByCollection} from './layers';
import {change, view} from './view';
import {swatch} from './swatch';

/** Narrower than this the legend is a sheet that opens from the lower edge; portal.css says the same. */
const PHONE = matchMedia('(max-width: 640px)');

/** Letters that fit on a line where the names of categories stand in two columns. */
const ONE_LINE = 18;

export class Legend {
  private parts: Map<string, LayerSpecification[]>;
  private readonly groups = new Map<string, Group>();
  /** Themes whose layers are unfolded. */
  private readonly open = new Set<string>();

  /**
   * `drawBy` is told whenever a visitor wants a layer in another of its styles, `about` when they want to know more of
   * it.
   */
  constructor(
    private readonly map: MapLibre, private style: MapStyle, private readonly drawBy: (layer: string, style: string) => void,
    private readonly about: (layer: string) => void,
  ) {
    this.parts = partsByCollection(style);
    followPhone();
    inLanguage(() => this.write());
    map.on('zoomend', () => this.markZoom());
    byId('legend').hidden = false;
    this.openWhatFits();
  }

  /** Says what the colours of another style mean. */
  restyle(style: MapStyle): void {
    this.style = style;
    this.parts = partsByCollection(style);
    this.write();
  }

  private get shown(): ReadonlySet<string> {
    return view.value.shown ?? shownBy(this.style);
  }

  write(): void {
    document.body.style.setProperty('--land', this.style.metadata['dothi:paper']);
    for (const theme of this.style.metadata['dothi:themes']) this.groups.set(theme.id, this.group(theme));
    const focused = placeOfFocus();
    byId('legend-layers').replaceChildren(...[...this.groups.values()].map((group) => group.element));
    if (focused) byId('legend-layers').querySelector<HTMLElement>(focused)?.focus({preventScroll: true});
    this.markZoom();
    this.markDemo();
    this.count();
  }

  private group(theme: Theme): Group {
    const group = new Group(theme, this.layersOf(theme.id).map((id) => this.row(id)), (open) => {
      if (open) this.open.add(theme.id);
      else this.open.delete(theme.id);
    });
    group.open = this.open.has(theme.id);
    return group;
  }

  /** Unfolds the themes that have a layer on, as long as every heading stays in sight without scrolling. */
  private openWhatFits(): void {
    const body = byId('legend-body');
    if (body.hidden) return;
    for (const [id, group] of this.groups) {
      if (this.countOn(id) === 0) continue;
      group.open = true;
      group.open = body.scrollHeight <= body.clientHeight;
      if (group.open) this.open.add(id);
    }
  }

  private count(): void {
    for (const [id, group] of this.groups) group.countOn(this.countOn(id));
  }

  private countOn(theme: string): number {
    return this.layersOf(theme).filter((id) => this.shown.has(id)).length;
  }

  private layersOf(theme: string): string[] {
    return [...this.parts.keys()].filter((id) => this.info(id).theme === theme);
  }

  private row(id: string): HTMLElement {
    const legend = this.style.metadata['dothi:legend'].find((entry) => entry.layer === id);
    const info = this.info(id);
    const item = make('li', {children: [this.heading(id, info, legend)]});
    item.dataset['layer'] = id;
    const choice = this.choice(info);
    if (choice) item.append(choice);
    if (legend && legend.entries.length > 1) item.append(entryList(legend, this.signs));
    return item;
  }

  /** The styles that are the layer's own, for those of the whole map are chosen for all layers together. */
  private choice(info: LayerInfo): HTMLElement | null {
    const common = this.style.metadata['dothi:styles'].map((style) => style.id).filter((id) => id !== DEFAULT);
    const own = info.styles.filter((style) => !common.includes(style.id));
    if (own.length < 2) return null;
    const now = own.some((style) => style.id === info.style) ? info.style : DEFAULT;
    const label = `${say('layerStyle')}: ${pick(info.title)}`;
    return make('div', {className: 'choose', children: [chooser(own, now, label, (style) => this.drawBy(info.id, style))]});
  }

  private get signs(): Record<string, string> {
    return this.style.metadata['dothi:markers'];
  }

  private heading(id: string, info: LayerInfo, legend: LegendLayer | undefined): HTMLElement {
    const box = make('input', {type: 'checkbox', checked: this.shown.has(id)});
    box.addEventListener('change', () => this.toggle(id, box.checked));
    const label = make('label', {children: [box, make('span', {className: 'name', textContent: pick(info.title)})]});
    if (info.demo && !this.allDemo()) label.append(make('span', {className: 'tag', textContent: say('demoTag')}));
    label.append(make('span', {className: 'hint', textContent: say('zoomToSee')}));
    const only = legend?.entries.length === 1 ? legend.entries[0] : undefined;
    if (only) label.append(swatch(only, this.signs));
    return make('div', {className: 'heading', children: [label, this.aboutButton(info)]});
  }

  private aboutButton(info: LayerInfo): HTMLElement {
    const button = make('button', {type: 'button', className: 'about', textContent: 'i', title: say('aboutLayer', {title: pick(info.title)})});
    button.setAttribute('aria-label', say('aboutLayer', {title: pick(info.title)}));
    button.addEventListener('click', () => this.about(info.id));
    return button;
  }

  private toggle(id: string, on: boolean): void {
    const shown = new Set(this.shown);
    if (on) shown.add(id);
    else shown.delete(id);
    change({shown});
    this.markDemo();
    this.count();
  }

  private markZoom(): void {
    for (const [id, parts] of this.parts) {
      const row = document.querySelector(`#legend-layers [data-layer="${CSS.escape(id)}"]`);
      row?.classList.toggle('too-far', this.map.getZoom() < firstZoom(parts));
    }
  }

  private markDemo(): void {
    byId('demo').hidden = ![...this.shown].some((id) => this.info(id).demo);
  }

  private allDemo(): boolean {
    return this.style.metadata['dothi:layers'].every((layer) => layer.demo);
  }

  private info(id: string): LayerInfo {
    return this.style.metadata['dothi:layers'].find((layer) => layer.id === id)!;
  }
}

/** Which part of the legend has the focus, as a selector: its elements are made anew when a layer is switched. */
function placeOfFocus(): string | null {
  const focused = document.activeElement;
  const place = focused?.closest<HTMLElement>('#legend-layers [data-layer], #legend-layers [data-theme]');
  if (!focused || !place) return null;
  const kind = ['input', 'select', '.about'].find((selector) => focused.matches(selector)) ?? '[aria-expanded]';
  const {layer, theme} = place.dataset;
  return `${layer ? `[data-layer="${CSS.escape(layer)}"]` : `[data-theme="${CSS.escape(theme ?? '')}"]`} ${kind}`;
}

function entryList(legend: LegendLayer, signs: Record<string, string>): HTMLElement {
  const items = legend.entries.map((entry) => make('li', {children: [swatch(entry, signs), pick(entry.label)]}));
  const list = make('ul', {children: items});
  list.classList.toggle('one-column', legend.entries.some(({label}) => pick(label).length > ONE_LINE));
  return list;
}

/** Open where there is room for it, closed on a phone, and switched by its heading everywhere. */
function followPhone(): void {
  const button = byId('legend-switch');
  const open = (on: boolean): void => {
    button.setAttribute('aria-expanded', String(on));
    byId('legend-body').hidden = !on;
  };
  button.addEventListener('click', () => open(button.getAttribute('aria-expanded') !== 'true'));
  PHONE.addEventListener('change', () => open(!PHONE.matches));
  open(!PHONE.matches);
}
