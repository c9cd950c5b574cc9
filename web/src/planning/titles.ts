/** What analyses and layers are called, read once in each language. */
import {effect, signal} from '@preact/signals';
import {read, readAnalyses, type Analysis} from './api';
import {language} from '../site/language';

/** Steps of other pages, and a tool of programmers: no questions of planners. */
export const ELSEWHERE = new Set(['deliver-layer', 'decide-delivery', 'preview-delivery', 'roll-back', 'settle-conflict', 'print-map', 'present-result',
  'keep-result', 'report-study', 'echo', 'compare-results']);

/** Analyses that are not computed on a scenario: they copy, find addresses, or compare releases. */
export const WITHOUT_SCENARIO = new Set(['geocode', 'export-features', 'compare-releases']);

interface Collection {
  id: string;
  title: string;
  itemType?: string;
}

export const analyses = signal<Analysis[] | null>(null);
/** Id and title of everything that can be read, and of the rasters among it. */
export const layerTitles = signal(new Map<string, string>());
export const coverages = signal(new Map<string, string>());

effect(() => {
  language(); // titles come in the reader's language
  void readAnalyses().then((all) => { analyses.value = all; }, () => null);
  void read<{collections: Collection[]}>('/collections').then(({collections}) => {
    const data = collections.filter(({itemType}) => itemType !== 'record');
    layerTitles.value = new Map(data.map(({id, title}) => [id, title]));
    coverages.value = new Map(data.filter(({itemType}) => itemType === 'coverage').map(({id, title}) => [id, title]));
  }, () => null);
});

export const processTitle = (id: string): string => analyses.value?.find((each) => each.id === id)?.title ?? id;
