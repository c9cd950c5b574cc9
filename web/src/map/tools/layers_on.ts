import {shownBy} from '../drawn';
import {view} from '../view';
import type {LayerInfo, MapStyle} from '../api';
import {endOfDay} from '../../site/format';
import {pick} from '../../site/language';

/** The layers that are on, by title. */
export function layersOn(style: MapStyle): LayerInfo[] {
  const on = view.value.shown ?? shownBy(style);
  return style.metadata['dothi:layers'].filter(({id}) => on.has(id)).sort((a, b) => pick(a.title).localeCompare(pick(b.title), 'vi'));
}

/** The day as the API's `datetime` takes it, its end, or nothing for now. */
export const datetimeOf = (day: string): {datetime?: string} => day ? {datetime: endOfDay(day)} : {};
