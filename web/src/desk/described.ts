/** Values of features as the desk shows them, by what the API says of their columns. */
import type {Answered} from '../client';
import {written} from '../map/values';

export type DescribedColumns = Answered<'/edits/conflicts/{number}', 'get'>['described_columns'];
export type Properties = Record<string, unknown> | null;

/** What a column is called; its name where the layer has it no more. */
export const titleOf = (name: string, columns: DescribedColumns): string => columns[name]?.title ?? name;

/** A value with its unit, or with the title that the layer gives it. */
export function valueOf(properties: Properties, name: string, columns: DescribedColumns): string {
  const value = properties?.[name];
  const column = columns[name];
  return column?.domain?.[String(value)] ?? written(value, column && {title: {vi: column.title, en: column.title}, unit: column.unit});
}

/** The columns in which two versions differ, in the order of the layer. */
export function differing(before: Properties, after: Properties, columns: DescribedColumns): string[] {
  const names = [...new Set([...Object.keys(columns), ...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names.filter((name) => JSON.stringify(before?.[name] ?? null) !== JSON.stringify(after?.[name] ?? null));
}
