/** Conditions in CQL2 text (OGC 21-065r2). */
import {readNumber, writeNumber} from './numbers';

export type Operator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'contains';

export interface Condition {
  column: string;
  operator: Operator;
  value: string;
}

/** The comparisons that fit a column, by its type. */
export const FITTING: Record<string, Operator[]> = {
  coded: ['=', '<>'],
  boolean: ['=', '<>'],
  string: ['contains', '=', '<>', '<', '<=', '>', '>='],
  integer: ['=', '<>', '<', '<=', '>', '>='],
  number: ['=', '<>', '<', '<=', '>', '>='],
};

const isNumeric = (type: string | undefined): boolean => type === 'integer' || type === 'number';

/** Whether something was written that is no value of a column of this type. */
export const isUnreadable = (value: string, type: string | undefined): boolean => value !== '' && isNumeric(type) && Number.isNaN(readNumber(value));

/** A condition that can be read; words are compared without accents and case. type: of the column in its JSON schema. */
export function conditionText({column, operator, value}: Condition, type: string | undefined): string {
  const name = `"${column.replaceAll('"', '""')}"`;
  if (isNumeric(type)) return `${name} ${operator} ${readNumber(value)}`;
  if (type === 'boolean') return `${name} ${operator} ${value === 'true'}`;
  const text = `'${value.replaceAll("'", "''")}'`;
  if (operator !== 'contains') return `${name} ${operator} ${text}`;
  const pattern = `'%${value.replaceAll("'", "''").replace(/[%_]/g, String.raw`\$&`)}%'`;
  return `ACCENTI(CASEI(${name})) LIKE ACCENTI(CASEI(${pattern}))`;
}

const SIMPLE = /^\s*("(?:[^"]|"")+"|[a-z_]\w*)\s*(=|<>|<=|>=|<|>)\s*('(?:[^']|'')*'|-?\d+(?:\.\d+)?|true|false)\s*$/i;
const CONTAINS = /^\s*ACCENTI\(CASEI\(("(?:[^"]|"")+")\)\) LIKE ACCENTI\(CASEI\('%(.*)%'\)\)\s*$/;

/** The conditions of a filter that was put together from them; null for one that says more. */
export function conditionsOf(filter: string): {conditions: Condition[]; joined: 'AND' | 'OR'} | null {
  const joined = / OR /.test(filter) ? 'OR' : 'AND';
  const conditions = filter.split(` ${joined} `).map(conditionOf);
  return conditions.every((each) => each !== null) ? {conditions: conditions as Condition[], joined} : null;
}

function conditionOf(text: string): Condition | null {
  const contains = CONTAINS.exec(text);
  if (contains) return {column: unquoted(contains[1]!), operator: 'contains', value: contains[2]!.replaceAll("''", "'").replace(/\\([%_])/g, '$1')};
  const simple = SIMPLE.exec(text);
  return simple && {column: unquoted(simple[1]!), operator: simple[2] as Operator, value: /^-?\d/.test(simple[3]!) ? writeNumber(Number(simple[3])) : unquoted(simple[3]!)};
}

function unquoted(text: string): string {
  const mark = text[0]!;
  return mark === '"' || mark === "'" ? text.slice(1, -1).replaceAll(mark + mark, mark) : text;
}
