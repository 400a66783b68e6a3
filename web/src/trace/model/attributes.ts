// Attributes of a span, grouped by what they are about, and their values as text.

/** OTLP JSON's AnyValue. */
export interface TypedValue {
  stringValue?: string;
  intValue?: string | number;
  doubleValue?: number;
  boolValue?: boolean;
  bytesValue?: string;
  arrayValue?: { values?: TypedValue[] };
  kvlistValue?: { values?: Attribute[] };
}
export interface Attribute {
  key: string;
  value: TypedValue;
}

export const kAttributeGroups = ['http', 'rpc', 'database', 'messaging', 'rum', 'error', 'code', 'network', 'user', 'other'] as const;
export type AttributeGroup = (typeof kAttributeGroups)[number];

const kPrefixes: readonly (readonly [string, AttributeGroup])[] = [
  ['http.', 'http'], ['url.', 'http'], ['user_agent.', 'http'],
  ['rpc.', 'rpc'], ['grpc.', 'rpc'],
  ['db.', 'database'], ['redis.', 'database'],
  ['messaging.', 'messaging'],
  ['browser.', 'rum'], ['session.', 'rum'], ['view.', 'rum'], ['rum.', 'rum'], ['device.', 'rum'], ['screen.', 'rum'],
  ['exception.', 'error'], ['error.', 'error'], ['otel.status', 'error'],
  ['code.', 'code'], ['thread.', 'code'],
  ['net.', 'network'], ['network.', 'network'], ['server.', 'network'], ['client.', 'network'], ['peer.', 'network'], ['tls.', 'network'],
  ['enduser.', 'user'], ['user.', 'user'],
];

export function groupOf(key: string): AttributeGroup {
  if (key === 'error') return 'error';
  return kPrefixes.find(([prefix]) => key.startsWith(prefix))?.[1] ?? 'other';
}

/** By group in a fixed order, keys sorted. */
export function grouped(attributes: readonly Attribute[]): [AttributeGroup, Attribute[]][] {
  const found = new Map<AttributeGroup, Attribute[]>();
  for (const attribute of attributes) {
    const group = groupOf(attribute.key);
    found.set(group, [...(found.get(group) ?? []), attribute]);
  }
  const byKey = (a: Attribute, b: Attribute) => (a.key < b.key ? -1 : 1);
  return kAttributeGroups.filter((group) => found.has(group)).map((group) => [group, found.get(group)!.sort(byKey)]);
}

const kDepthMax = 32;

export function plainValue(value: TypedValue | undefined, depth = 0): unknown {
  if (value === undefined || depth > kDepthMax) return null;
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.intValue !== undefined) return Number.isSafeInteger(Number(value.intValue)) ? Number(value.intValue) : String(value.intValue);
  if (value.doubleValue !== undefined) return value.doubleValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.bytesValue !== undefined) return value.bytesValue;
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map((each) => plainValue(each, depth + 1));
  if (value.kvlistValue !== undefined) {
    return Object.fromEntries((value.kvlistValue.values ?? []).map((each) => [each.key, plainValue(each.value, depth + 1)]));
  }
  return null;
}

export function valueText(value: TypedValue | undefined): string {
  if (value?.intValue !== undefined) return String(value.intValue);
  const plain = plainValue(value);
  return typeof plain === 'string' ? plain : plain === null ? '' : JSON.stringify(plain);
}

/** An attribute's key as TraceQL names it. */
export function traceqlKey(scope: 'span' | 'resource', key: string): string {
  return /^[A-Za-z_][\w.\-/]*$/.test(key) ? `${scope}.${key}` : `${scope}."${key.replace(/["\\]/g, '\\$&')}"`;
}

/** A condition that selects spans with this value; undefined for values that TraceQL cannot compare. */
export function traceqlCondition(scope: 'span' | 'resource', attribute: Attribute, equal = true): string | undefined {
  const { value, key } = attribute;
  const operator = equal ? '=' : '!=';
  let text: string;
  if (value.stringValue !== undefined) text = traceqlText(value.stringValue);
  else if (value.intValue !== undefined) text = String(value.intValue);
  else if (value.doubleValue !== undefined) text = String(value.doubleValue);
  else if (value.boolValue !== undefined) text = String(value.boolValue);
  else return undefined;
  return `${traceqlKey(scope, key)} ${operator} ${text}`;
}

export function traceqlText(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t').replace(/\r/g, '\\r')}"`;
}
