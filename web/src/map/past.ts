/** The past of the feature in the card, asked for when the reader opens it. */
import type {LayerInfo} from './api';
import {answerOf, client} from '../client';
import {make} from '../site/elements';
import {localMinute} from '../site/format';
import {language, pick, say} from '../site/language';
import {written} from './values';

type Version = History['versions'][number];
type History = NonNullable<Awaited<ReturnType<typeof read>>>;

export function pastOf(layer: LayerInfo, id: number | string): HTMLElement {
  const body = make('div', {textContent: say('loading')});
  const card = make('details', {className: 'past', children: [make('summary', {textContent: say('featureHistory')}), body]});
  card.addEventListener('toggle', () => {
    if (!card.open || card.dataset['read']) return;
    card.dataset['read'] = 'yes';
    read(layer.id, Number(id)).then(
      ({versions}) => body.replaceChildren(make('ol', {children: versions.map((version, i) => entry(layer, version, versions[i + 1]))})),
      () => {
        delete card.dataset['read'];
        body.textContent = say('fault_item');
      },
    );
  });
  return card;
}

const read = (collectionId: string, featureId: number) => answerOf(client.GET('/collections/{collectionId}/items/{featureId}/history', {
  params: {path: {collectionId, featureId}, query: {lang: language()}},
}));

function entry(layer: LayerInfo, version: Version, older: Version | undefined): HTMLElement {
  const head = `${localMinute(version.released_minute)} · ${say('release')} ${version.release} · ${version.origin_title}`;
  const lines = changes(layer, version, older).map((text) => make('div', {className: 'change', textContent: text}));
  const ended = version.ended_minute ? [make('div', {className: 'kind', textContent: `${say('heldUntil')} ${localMinute(version.ended_minute)}`})] : [];
  return make('li', {children: [make('div', {className: 'kind', textContent: head}), ...lines, ...ended]});
}

function changes(layer: LayerInfo, {changed, geometry_changed: moved, properties}: Version, older: Version | undefined): string[] {
  if (changed === null) return [say('firstVersion')];
  const columns = changed.map((name) => {
    const column = layer.columns[name];
    return `${column ? pick(column.title) : name}: ${written(older?.properties[name], column)} → ${written(properties[name], column)}`;
  });
  return moved ? [...columns, say('shapeChanged')] : columns;
}
