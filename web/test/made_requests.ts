// OTLP requests for tests: small traces drawn by hand, and one of any size.

export interface MadeSpan {
  id: number;
  parent?: number;
  service: string;
  name: string;
  kind?: number;
  startMs: number;
  endMs: number;
  failed?: string;
  attributes?: Record<string, string | number>;
  events?: { name: string; atMs: number; attributes: Record<string, string> }[];
}

const spanId = (id: number) => id.toString(16).padStart(16, '0');
const attributesOf = (values: Record<string, string | number>) =>
  Object.entries(values).map(([key, value]) => ({ key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }));

/** Spans as ResourceSpans, one per service. Times count from `beginMs` of Unix time. */
export function resourceSpans(traceId: string, spans: readonly MadeSpan[], beginMs: number): unknown[] {
  const services = new Map<string, unknown[]>();
  const time = (ms: number) => `${BigInt(Math.round(beginMs)) * 1_000_000n + BigInt(Math.round(ms * 1e6))}`;
  for (const span of spans) {
    const list = services.get(span.service) ?? [];
    services.set(span.service, list);
    list.push({
      traceId, spanId: spanId(span.id), parentSpanId: span.parent === undefined ? '' : spanId(span.parent), name: span.name, kind: span.kind ?? 1,
      startTimeUnixNano: time(span.startMs), endTimeUnixNano: time(span.endMs), attributes: attributesOf(span.attributes ?? {}),
      events: (span.events ?? []).map((event) => ({ name: event.name, timeUnixNano: time(event.atMs), attributes: attributesOf(event.attributes) })),
      ...(span.failed === undefined ? {} : { status: { code: 2, message: span.failed } }),
    });
  }
  return [...services].map(([service, list]) => ({
    resource: { attributes: attributesOf({ 'service.name': service }) }, scopeSpans: [{ scope: { name: 'clew.test' }, spans: list }],
  }));
}

/** A trace of `count` spans over 40 services: fans of calls below calls, databases, now and then an error. */
export function* largeTrace(count: number): Generator<MadeSpan[]> {
  const starts = new Float64Array(count), ends = new Float64Array(count);
  let batch: MadeSpan[] = [];
  for (let i = 0; i < count; i++) {
    const parent = i === 0 ? undefined : i < 30 ? 0 : Math.floor((i - 1) / 6);
    if (parent === undefined) ends[0] = 60_000;
    else {
      const slots = i < 30 ? 30 : 7;
      const length = ends[parent]! - starts[parent]!;
      starts[i] = starts[parent]! + (length * (i % slots)) / slots;
      ends[i] = starts[i]! + (length / slots) * 0.9;
    }
    batch.push({
      id: i + 1, ...(parent === undefined ? {} : { parent: parent + 1 }), service: `service-${i % 40}`, name: i === 0 ? 'GET /large' : `operation ${i % 500}`, kind: 3,
      startMs: starts[i]!, endMs: ends[i]!, attributes: { item: i }, ...(i > 0 && i % 500 === 0 ? { failed: 'no answer' } : {}),
    });
    if (batch.length === 5000) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
