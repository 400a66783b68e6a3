// The filter of all pages about users, `?q=`: TraceQL of one spanset over the attributes of events. Pure text work; the server
// alone decides what a filter means.
import { addCondition, quote, readQuery, removeCondition, unquote, writeQuery, type Condition } from '../traceql/conditions';

/** What can be filtered by with a click, in the order of the menu. More keys can be typed. */
export const kDimensions = [
  'view.name', 'user_agent.name', 'os.type', 'device.type', 'resource.service.version', 'geo.country', 'network.effective_type', 'resource.deployment.environment.name',
  'user_agent.version', 'os.version', 'device.brand', 'device.model', 'geo.province', 'geo.city', 'isp.name', 'user.id', 'user.name', 'rum.app.framework',
] as const;
export type Dimension = (typeof kDimensions)[number];

/** `view.name` as TraceQL names it: `.view.name`; what is of the resource says so already. */
export function fieldOf(key: string): string {
  if (key.startsWith('resource.') || key.startsWith('span.') || key.startsWith('.')) return key;
  return `.${key}`;
}
/** The key that a field of a filter is about, without its scope's dot. */
export function keyOf(field: string): string {
  return field.replace(/^(?:span)?\./, '');
}

/** An empty value is one that is not known. */
export function conditionOf(key: string, value: string, isExcluded = false): Condition {
  return { field: fieldOf(key), operator: isExcluded ? '!=' : '=', value: value === '' ? 'nil' : quote(value) };
}

const textOf = (conditions: readonly Condition[]) => (conditions.length ? writeQuery(conditions) : '');

export function withCondition(q: string, condition: Condition): string {
  // Excluding what was asked for, or the other way round, replaces it.
  const opposite: Condition = { ...condition, operator: condition.operator === '=' ? '!=' : '=' };
  const cleared = readQuery(q) ? removeCondition(q, opposite) : q;
  return addCondition(cleared === '{ }' ? '' : cleared, condition);
}
export function withoutCondition(q: string, condition: Condition): string {
  return textOf(readQuery(removeCondition(q, condition)) ?? []);
}
/** The same condition, turned round: what was wanted is excluded. */
export function invertedCondition(q: string, condition: Condition): string {
  const turned: Record<string, Condition['operator']> = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~', '<': '>=', '>=': '<', '>': '<=', '<=': '>' };
  return textOf((readQuery(q) ?? []).map((each) => (each.field === condition.field && each.operator === condition.operator && each.value === condition.value ? { ...each, operator: turned[each.operator] ?? each.operator } : each)));
}
/** The filter and another one together, as for "this row" within what is shown. */
export function joined(q: string, more: string): string {
  const added = readQuery(more);
  if (added) return added.reduce((text, condition) => withCondition(text, condition), q);
  const inner = (text: string) => text.trim().replace(/^\{/, '').replace(/\}$/, '').trim();
  return inner(q) ? `{ (${inner(q)}) && (${inner(more)}) }` : more;
}
/** What a filter says about one key by equality. */
export function valueIn(q: string, key: string): string | undefined {
  const found = readQuery(q)?.find((each) => each.operator === '=' && keyOf(each.field) === keyOf(fieldOf(key)));
  return found && (found.value === 'nil' ? '' : unquote(found.value));
}
export function isEmptyFilter(q: string): boolean {
  return q.trim() === '' || readQuery(q)?.length === 0;
}
