/** Changes of style: of the whole map, and of single layers. */
import type {Map as MapLibre} from 'maplibre-gl';
import {fetchStyle, type MapStyle} from './api';
import {DEFAULT, chosen, keep, type Choice} from './choice';
import {chooser} from './chooser';
import {byId} from './elements';
import {inLanguage, say} from './language';
import {Legend} from './legend';
import {restyle} from './map';
import {hideFault, showFault} from './notice';

export class Styles {
  private readonly legend: Legend;
  /** The last one wins when answers come in another order than the questions. */
  private asked = 0;

  constructor(private readonly map: MapLibre, private readonly style: MapStyle) {
    this.legend = new Legend(map, style, (layer, name) => void this.drawLayer(layer, name));
    inLanguage(() => this.writeMapStyles());
  }

  private writeMapStyles(): void {
    const styles = this.style.metadata['dothi:styles'];
    const select = chooser(styles, chosen().map, say('mapStyle'), (map) => void this.take({...chosen(), map}));
    byId('map-style').querySelector('select')!.replaceWith(select);
    byId('map-style').hidden = styles.length < 2;
  }

  private async drawLayer(layer: string, name: string): Promise<void> {
    const layers = new Map(chosen().layers);
    if (name === DEFAULT) layers.delete(layer);
    else layers.set(layer, name);
    await this.take({...chosen(), layers});
  }

  private async take(choice: Choice): Promise<void> {
    const number = ++this.asked;
    try {
      const style = await fetchStyle(choice);
      if (number !== this.asked) return;
      keep(choice);
      hideFault();
      restyle(this.map, this.legend.restyle(style));
    } catch (error) {
      console.warn(error);
      if (number !== this.asked) return;
      // the lists say again what is shown: the same choice twice is none to a browser
      this.writeMapStyles();
      this.legend.write();
      showFault('style');
    }
  }
}
