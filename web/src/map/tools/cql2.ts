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
