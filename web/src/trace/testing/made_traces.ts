// Traces made for tests: drawn by hand as text, or large by rule.
import { Flag, Kind, Status } from '../model/columns';
import { columnsFromSpans, type PlainSpan } from './from_spans';

/**
 * A trace as lines "  service name start end words…": two spaces of indentation a level, times in ms. Words: error, client,
 * server, consumer, db, sql=…, lost (its parent was not received).
 */
export function drawn(text: string) {
  const spans: PlainSpan[] = [];
  const path: bigint[] = [];
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const level = (line.length - line.trimStart().length) / 2;
    const [service = '', name = '', start = '0', end = '0', ...words] = line.trim().split(/\s+/);
    const id = BigInt(spans.length + 1);
    path[level] = id;
    const kind = words.includes('client') ? Kind.client : words.includes('server') ? Kind.server : words.includes('consumer') ? Kind.consumer : Kind.internal;
    spans.push({
      id, service, name, kind,
      parent: words.includes('lost') ? 0xdeadn : level > 0 ? path[level - 1]! : 0n,
      status: words.includes('error') ? Status.error : Status.unset,
      start: Number(start) * 1e6, end: Number(end) * 1e6,
      flags: words.includes('db') ? Flag.database : 0,
      statement: words.find((word) => word.startsWith('sql='))?.slice(4) ?? '',
    });
  }
  return columnsFromSpans(spans, { traceId: '0123456789abcdef0123456789abcdef' });
}

/** `count` spans of a wide and deep request: fans of calls with calls below, every hundredth failed. */
export function largeTrace(count: number) {
  const spans: PlainSpan[] = [{ id: 1n, parent: 0n, service: 'gateway', name: 'GET /report', kind: Kind.server, status: 0, start: 0, end: count * 1000 }];
  for (let i = 1; i < count; i++) {
    const parent = i < 20 ? 0 : Math.floor(i / 7);
    const from = spans[parent]!.start;
    const length = spans[parent]!.end - from;
    const slot = i % 7;
    spans.push({
      id: BigInt(i + 1), parent: BigInt(parent + 1), service: `service-${i % 23}`, name: `operation ${i % 400}`, kind: Kind.client,
      status: i % 100 === 0 ? Status.error : Status.unset, start: from + (length * slot) / 8, end: from + (length * (slot + 1)) / 8,
    });
  }
  return columnsFromSpans(spans, { traceId: 'f'.repeat(32) });
}

export function deepTrace(depth: number) {
  const spans: PlainSpan[] = [];
  for (let i = 0; i < depth; i++) {
    spans.push({
      id: BigInt(i + 1), parent: BigInt(i), service: `s${i % 3}`, name: `level ${i % 10}`, kind: Kind.internal, status: 0,
      start: i * 10, end: depth * 40 - i * 10,
    });
  }
  return columnsFromSpans(spans, { traceId: 'd'.repeat(32) });
}
