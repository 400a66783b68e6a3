// The builder's view of a query: a conjunction of conditions. Text and builder are two views of one query; a text that is more
// than a conjunction has no builder view, and is left alone.
import { tokens } from './tokens';

export type Operator = '=' | '!=' | '=~' | '!~' | '<' | '<=' | '>' | '>=';
export const kOperators: readonly Operator[] = ['=', '!=', '=~', '!~', '>', '>=', '<', '<='];

export interface Condition {
  field: string;
  operator: Operator;
  /** As TraceQL writes it: `"text"`, `500ms`, `error`, `nil`. */
  value: string;
}

export function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')}"`;
}

/** The text inside a quoted value, or the value as it stands. */
export function unquote(value: string): string {
  if (value.startsWith('`')) return value.slice(1, value.endsWith('`') && value.length > 1 ? -1 : undefined);
  if (!value.startsWith('"')) return value;
  const inner = value.slice(1, value.endsWith('"') && value.length > 1 ? -1 : undefined);
  const plain: Record<string, string> = { n: '\n', t: '\t', r: '\r' };
  return inner.replace(/\\(.)/g, (_, character: string) => plain[character] ?? character);
}

/** `span.http.route`; parts that the grammar could not read are quoted. */
export function fieldName(scope: string, name: string): string {
  if (scope === 'intrinsic') return name;
  return /^[^\s{}()=~!<>&|^,"]+$/.test(name) ? `${scope}.${name}` : `${scope}.${quote(name)}`;
}

export function writeCondition({ field, operator, value }: Condition): string {
  return `${field} ${operator} ${value}`;
}
export function writeQuery(conditions: readonly Condition[]): string {
  return conditions.length ? `{ ${conditions.map(writeCondition).join(' && ')} }` : '{ }';
}

/** The conjunction that the text is, or undefined where it is more than that (or no query at all). */
export function readQuery(text: string): Condition[] | undefined {
  const list = tokens(text).filter((token) => token.kind !== 'space');
  if (!list.length) return [];
  if (list[0]?.text !== '{' || list.at(-1)?.text !== '}') return undefined;
  const inner = list.slice(1, -1);
  if (!inner.length || (inner.length === 1 && inner[0]?.text === 'true')) return [];
  const conditions: Condition[] = [];
  for (let at = 0; at < inner.length; at += 4) {
    const [field, operator, value, joint] = inner.slice(at, at + 4);
    if (field?.kind !== 'field' || !operator || !kOperators.includes(operator.text as Operator)) return undefined;
    if (!value || !['text', 'number', 'word'].includes(value.kind)) return undefined;
    if (value.kind === 'text' && !/^(["`])[^]*\1$/.test(value.text)) return undefined;
    conditions.push({ field: field.text, operator: operator.text as Operator, value: value.text });
    if (joint && joint.text !== '&&') return undefined;
    if (joint && at + 4 >= inner.length) return undefined;
  }
  return conditions;
}

const same = (a: Condition, b: Condition) => a.field === b.field && a.operator === b.operator && a.value === b.value;

/** The query with one more condition. Works on any text: what is no conjunction is put in parentheses. */
export function addCondition(text: string, condition: Condition): string {
  const conditions = readQuery(text);
  if (conditions) {
    if (conditions.some((each) => same(each, condition))) return writeQuery(conditions);
    // A new equality replaces what contradicts it.
    const kept = condition.operator === '=' ? conditions.filter((each) => each.field !== condition.field || each.operator !== '=') : conditions;
    return writeQuery([...kept, condition]);
  }
  const inner = text.trim().replace(/^\{/, '').replace(/\}$/, '').trim();
  return `{ (${inner}) && ${writeCondition(condition)} }`;
}
export function removeCondition(text: string, condition: Condition): string {
  return writeQuery((readQuery(text) ?? []).filter((each) => !same(each, condition)));
}
export function hasCondition(text: string, condition: Condition): boolean {
  return (readQuery(text) ?? []).some((each) => same(each, condition));
}

/** A filter of parts that are there; undefined ones are left out. */
export function queryOf(parts: { service?: string | undefined; operation?: string | undefined; isError?: boolean; min?: string | undefined; max?: string | undefined; kind?: string | undefined; extra?: Condition[] }): string {
  const conditions: Condition[] = [];
  if (parts.service !== undefined) conditions.push({ field: 'resource.service.name', operator: '=', value: quote(parts.service) });
  if (parts.operation !== undefined) conditions.push({ field: 'name', operator: '=', value: quote(parts.operation) });
  if (parts.kind !== undefined) conditions.push({ field: 'kind', operator: '=', value: parts.kind });
  if (parts.isError) conditions.push({ field: 'status', operator: '=', value: 'error' });
  if (parts.min !== undefined) conditions.push({ field: 'duration', operator: '>=', value: parts.min });
  if (parts.max !== undefined) conditions.push({ field: 'duration', operator: '<', value: parts.max });
  return writeQuery([...conditions, ...(parts.extra ?? [])]);
}
