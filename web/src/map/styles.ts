/** Changes of style: of the whole map, of single layers, and of the reader's view. */
import {effect} from '@preact/signals';
import type {Map as MapLibre} from 'maplibre-gl';
import {fetchStyle, type MapStyle} from './api';
import {DEFAULT, chosen, darkLook, keep, type Choice} from './choice';
import {chooser} from './chooser';
import {byId} from '../site/elements';
import {inLanguage, say} from '../site/language';
import {landing} from '../site/service';
import {Legend} from './legend';
import {reloadTiles, restyle} from './map';
import {change, view} from './view';
import {MESSAGES} from '../messages';
import {openTool} from './tools/tool';
import {hideFault, showFault} from './notice';

export class Styles {
  private readonly legend: Legend;
  /** The last one wins when answers come in another order than the questions. */
  private latest = 0;

  constructor(private readonly map: MapLibre, private style: MapStyle) {
    this.legend = new Legend(map, style, (layer, name) => void this.drawLayer(layer, name), (id) => openTool({name: 'layer', layer: id}));
    inLanguage(() => { this.writeMapStyles(); this.writeBaseMaps(); });
    darkLook.addEventListener('change', () => void this.take(chosen()).then(() => this.writeMapStyles()));
    let isFirst = true;
    effect(() => {
      // drawn as it is already when this begins; where a day ends depends on the zone, which comes later
      if (view.value.day) landing.value;
      if (!isFirst) restyle(this.map, this.style);
      isFirst = false;
    });
  }

  /** Draws what has been released meanwhile: tiles that are there are latest for again. */
  async refresh(): Promise<void> {
    await this.take(chosen());
    reloadTiles(this.map);
  }

  private writeMapStyles(): void {
    const styles = this.style.metadata['dothi:styles'];
    const select = chooser(styles, chosen().map, say('mapStyle'), (map) => void this.take({...chosen(), map}));
    byId('map-style').querySelector('select')!.replaceWith(select);
    byId('map-style').hidden = styles.length < 2;
  }

  private writeBaseMaps(): void {
    const bases = this.style.metadata['dothi:basemaps'];
    const own = {id: '', title: {vi: MESSAGES.vi.ownBase, en: MESSAGES.en.ownBase}};
    const select = chooser([own, ...bases], view.value.base, say('baseMap'), (base) => change({base}));
    byId('base-map').querySelector('select')!.replaceWith(select);
    byId('base-map').hidden = bases.length === 0;
  }

  private async drawLayer(layer: string, name: string): Promise<void> {
    const layers = new Map(chosen().layers);
    if (name === DEFAULT) layers.delete(layer);
    else layers.set(layer, name);
    await this.take({...chosen(), layers});
  }

  private async take(choice: Choice): Promise<void> {
    const number = ++this.latest;
    try {
      const style = await fetchStyle(choice);
      if (number !== this.latest) return;
      keep(choice);
      hideFault();
      this.style = style;
      this.legend.restyle(style);
      restyle(this.map, style);
    } catch (error) {
      console.warn(error);
      if (number !== this.latest) return;
      // the lists say again what is shown: the same choice twice is none to a browser
      this.writeMapStyles();
      this.legend.write();
      showFault('style');
    }
  }
}
