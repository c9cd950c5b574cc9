/** Conditions in CQL2 text (OGC 21-065r2). */

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

/** A condition; words are compared without accents and case. type: of the column in its JSON schema. */
export function conditionText({column, operator, value}: Condition, type: string | undefined): string {
  const name = `"${column.replaceAll('"', '""')}"`;
  if (type === 'integer' || type === 'number') return `${name} ${operator} ${Number(value.replace(',', '.')) || 0}`;
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
  return simple && {column: unquoted(simple[1]!), operator: simple[2] as Operator, value: unquoted(simple[3]!)};
}

function unquoted(text: string): string {
  const mark = text[0]!;
  return mark === '"' || mark === "'" ? text.slice(1, -1).replaceAll(mark + mark, mark) : text;
}
