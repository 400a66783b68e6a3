// What can be asked for: attribute keys of the data, and values of a field with their counts. Kept for a minute, since typing
// asks again and again.
import type { TagsAnswer, TagValuesAnswer, TypedValue } from '../api/answers';
import { ask, nanoseconds } from '../api/client';
import { spanNow } from '../app/range';
import { fieldName, quote } from './conditions';

export interface FieldInfo {
  field: string;
  type: string;
  count: number;
}
export interface ValueInfo {
  /** As TraceQL writes it. */
  value: string;
  text: string;
  count: number;
}

const kKeepMs = 60e3;
const kept = new Map<string, { at: number; answer: Promise<unknown> }>();

function keep<T>(key: string, make: () => Promise<T>): Promise<T> {
  const found = kept.get(key);
  if (found && Date.now() - found.at < kKeepMs) return found.answer as Promise<T>;
  const answer = make();
  kept.set(key, { at: Date.now(), answer });
  answer.catch(() => kept.delete(key));
  if (kept.size > 200) kept.delete(kept.keys().next().value ?? '');
  return answer;
}

const range = () => {
  const span = spanNow();
  return { start: nanoseconds(span.start), end: nanoseconds(span.end) };
};

/** Short names of intrinsics, as people write them. */
const kShort: Record<string, string> = {
  'span:duration': 'duration', 'span:name': 'name', 'span:status': 'status', 'span:statusMessage': 'statusMessage', 'span:kind': 'kind',
};

export function knownFields(): Promise<FieldInfo[]> {
  const asked = range();
  return keep(`fields ${asked.start} ${asked.end}`, async () => {
    const { tags } = await ask<TagsAnswer>('/tags', asked);
    const fields = new Map<string, FieldInfo>();
    for (const { scope, name, type, span_count } of tags) {
      const field = scope === 'intrinsic' ? (kShort[name] ?? name) : fieldName(scope, name);
      const known = fields.get(field);
      if (!known || known.count < span_count) fields.set(field, { field, type: name === 'span:duration' || name === 'trace:duration' ? 'duration' : type, count: span_count });
    }
    const first = ['resource.service.name', 'name', 'status', 'duration', 'kind'];
    const rank = (field: string) => (first.includes(field) ? first.indexOf(field) : first.length);
    return [...fields.values()].sort((a, b) => rank(a.field) - rank(b.field) || b.count - a.count || a.field.localeCompare(b.field));
  });
}

/** A value of an answer as TraceQL writes it; undefined for what cannot be compared. */
export function writeValue(value: TypedValue, field: string): string | undefined {
  if (value.stringValue !== undefined) return field === 'status' || field === 'kind' || field === 'span:status' || field === 'span:kind' ? value.stringValue : quote(value.stringValue);
  if (value.intValue !== undefined) return String(value.intValue);
  if (value.doubleValue !== undefined) return String(value.doubleValue);
  if (value.boolValue !== undefined) return String(value.boolValue);
  return undefined;
}

export function valuesOf(field: string, q: string, limit: number): Promise<ValueInfo[]> {
  const asked = range();
  return keep(`values ${field} ${q} ${limit} ${asked.start} ${asked.end}`, async () => {
    const { values } = await ask<TagValuesAnswer>('/tag-values', { tag: field, q, limit, ...asked });
    return values.flatMap(({ value, span_count }) => {
      const written = writeValue(value, field);
      return written === undefined ? [] : [{ value: written, text: value.stringValue ?? written, count: span_count }];
    });
  });
}
