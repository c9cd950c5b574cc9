/** The box that looks for an address or a place, and shows on the map what was chosen of the answers. */
import {LngLat, LngLatBounds, type Map as MapLibre} from 'maplibre-gl';
import type {Feature, Point} from 'geojson';
import {fetchNamed, fetchPlaces, type NamedFeature, type Places} from './api';
import {byId, make} from '../site/elements';
import {localNumber} from '../site/format';
import {inLanguage, say} from '../site/language';
import {showFault} from './notice';
import type {Message} from '../messages';

/** What is shown around a house, in metres: its neighbours, too. */
const AROUND_M = 150;
/** Pixels around it. */
const MARGIN = 40;
const PRECISIONS: Record<string, Message> = {
  corrected: 'confirmedPlace', house: 'housePlace', place: 'namedPlace', street: 'streetPlace', commune: 'unitPlace', coordinates: 'coordinatesPlace',
};

export class Search {
  private asked = '';
  private places: Places | null = null;
  private named: NamedFeature[] = [];
  /** What choosing each answer does, in their order; and which one the arrow keys are at. */
  private choices: (() => void)[] = [];
  private active = -1;

  /** `mark` draws the chosen place on the map, or nothing for null; `open` shows the attributes of a feature. */
  constructor(
    private readonly map: MapLibre, private readonly mark: (item: Feature | null) => void, private readonly open: (feature: NamedFeature) => void,
  ) {
    byId('search').hidden = false;
    byId('search').addEventListener('submit', (event) => {
      event.preventDefault();
      const choice = this.choices[this.active];
      if (choice) choice();
      else void this.look(this.words());
    });
    byId('search').addEventListener('keydown', (event) => this.followKey(event));
    byId('search-words').addEventListener('input', () => {
      this.activate(-1); // other words: Enter looks for them
      if (this.words() === '') this.clear();
    });
    inLanguage(() => this.write());
  }

  /** Arrow keys go through the answers while the words keep the focus, as in every combobox; Escape ends the search. */
  private followKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      this.clear();
      byId('search-words').focus(); // what had the focus may be gone
    }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!step || this.choices.length === 0) return;
    event.preventDefault();
    // from the last answer to the words, and on to the first
    const places = this.choices.length + 1;
    this.activate((this.active + 1 + step + places) % places - 1);
  }

  private activate(index: number): void {
    this.active = index;
    const options = [...byId('search-places').children];
    options.forEach((option, place) => option.setAttribute('aria-selected', String(place === index)));
    options[index]?.scrollIntoView({block: 'nearest'});
    if (options[index]) byId('search-words').setAttribute('aria-activedescendant', options[index].id);
    else byId('search-words').removeAttribute('aria-activedescendant');
  }

  private words(): string {
    return byId<HTMLInputElement>('search-words').value.trim();
  }

  private clear(): void {
    byId<HTMLInputElement>('search-words').value = '';
    this.asked = '';
    this.forget();
  }

  private forget(): void {
    this.places = null;
    this.named = [];
    this.mark(null);
    this.write();
  }

  private async look(address: string): Promise<void> {
    if (!address) return this.clear();
    this.asked = address;
    this.forget();
    try {
      // what cannot be a name is no reason to have no address
      const [places, named] = await Promise.all([fetchPlaces(address), fetchNamed(address).catch(() => [])]);
      if (this.asked !== address) return; // other words came first
      this.asked = '';
      this.named = named.filter(({properties: {name}}) => !places.features.some(({properties}) => properties.place.startsWith(name)));
      this.places = places;
      this.write();
      const only = places.features.length === 0 && this.named.length === 1 ? this.named[0] : undefined;
      if (places.features[0] && places.summary.sure) this.show(places.features[0]);
      else if (only) this.showNamed(only);
    } catch {
      if (this.asked !== address) return;
      this.asked = '';
      this.write();
      showFault('search');
    }
  }

  /** Moves the map to a place: as much of it as the place may be anywhere within. */
  private show(place: Places['features'][number]): void {
    this.mark(place);
    const [lon, lat] = (place.geometry as Point).coordinates as [number, number];
    const around = LngLatBounds.fromLngLat(new LngLat(lon, lat), Math.max(place.properties.radius_m, AROUND_M));
    this.map.fitBounds(around, {padding: this.besideTheAnswers(), maxZoom: 18});
  }

  private showNamed(feature: NamedFeature): void {
    if (feature.geometry) {
      const [lon, lat] = feature.geometry.coordinates as [number, number];
      this.map.fitBounds(LngLatBounds.fromLngLat(new LngLat(lon, lat), AROUND_M), {padding: this.besideTheAnswers(), maxZoom: 17});
    }
    this.open(feature);
  }

  /** What the answers leave free of the map: below them on a phone, else to their right. */
  private besideTheAnswers(): {top: number; right: number; bottom: number; left: number} {
    const [map, answers] = [this.map.getContainer(), byId('search')].map((element) => element.getBoundingClientRect());
    const free = {top: MARGIN, right: MARGIN, bottom: MARGIN, left: MARGIN};
    if (!map || !answers) return free;
    if (answers.right - map.left > map.width * 0.6) free.top += Math.min(answers.bottom - map.top, map.height / 2);
    else free.left += answers.right - map.left;
    return free;
  }

  private write(): void {
    const places = this.places?.features ?? [];
    this.choices = [...places.map((place) => () => this.show(place)), ...this.named.map((feature) => () => this.showNamed(feature))];
    const words = [...places.map(wordsOfPlace), ...this.named.map(wordsOfNamed)];
    byId('search-places').replaceChildren(...words.map((names, index) => this.option(names, index)));
    this.activate(-1);
    byId('search-words').setAttribute('aria-expanded', String(words.length > 0));
    byId('search-says').textContent = this.asked ? say('searching') : this.places !== null && words.length === 0 ? say('noPlace') : this.doubt();
    byId('search-answer').hidden = this.places === null && !this.asked;
  }

  private doubt(): string {
    // of an address that is none there is nothing to doubt where names were found
    if (this.places === null || this.places.summary.sure || this.places.features.length === 0) return '';
    return this.places.summary.evidence.join(' ');
  }

  private option({name, kind}: Words, index: number): HTMLLIElement {
    const option = make('li', {id: `search-option-${index}`, role: 'option', children: [
      make('span', {className: 'name', textContent: name}), make('span', {className: 'kind', textContent: kind}),
    ]});
    option.addEventListener('click', () => {
      this.activate(index);
      this.choices[index]?.();
    });
    return option;
  }
}

/** What an answer is called, and what it is. */
interface Words {
  name: string;
  kind: string;
}

function wordsOfPlace({properties: {place, precision, radius_m: radius}}: Places['features'][number]): Words {
  const kind = PRECISIONS[precision];
  return {name: place, kind: `${kind ? say(kind) : precision} · ±${localNumber(radius)}\u00a0m`};
}

function wordsOfNamed({properties: {name, collection_title: title, count}}: NamedFeature): Words {
  return {name, kind: count > 1 ? `${title} · ${localNumber(count)}` : title};
}
