/** What analyses are called, read once in each language. */
import {effect, signal} from '@preact/signals';
import {readAnalyses, type Analysis} from './api';
import {language} from '../site/language';

export const analyses = signal<Analysis[] | null>(null);

effect(() => {
  language(); // titles come in the reader's language
  void readAnalyses().then((all) => { analyses.value = all; }, () => null);
});

export const processTitle = (id: string): string => analyses.value?.find((each) => each.id === id)?.title ?? id;
