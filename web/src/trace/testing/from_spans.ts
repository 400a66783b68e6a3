// Columns from plain spans, as the server would make them, for tests. Iterative: depth 10 000 happens.

import { Flag, Kind, NO_GROUP, Status, type ServiceFacts, type TraceColumns } from '../model/columns';
import { criticalPath, selfTimes } from '../model/critical_path';

export interface PlainSpan {
  id: bigint;
  parent: bigint;
  service: string;
  name: string;
  kind: number;
  status: number;
  /** Nanoseconds; any common origin. */
  start: number;
  end: number;
  statement?: string;
  /** Flag.database, Flag.cache … and Flag.exception, Flag.links. */
  flags?: number;
  events?: number;
}

class Dictionary {
  readonly texts: string[] = [];
  private readonly codes = new Map<string, number>();
  code(text: string): number {
    let code = this.codes.get(text);
    if (code === undefined) {
      code = this.texts.length;
      this.codes.set(text, code);
      this.texts.push(text);
    }
    return code;
  }
}

export interface SpansOptions {
  traceId: string;
  /** Unix time of the origin of the spans' times. */
  originNs?: bigint;
  colorOf?: (service: string) => number | undefined;
}

export function columnsFromSpans(spans: readonly PlainSpan[], options: SpansOptions): TraceColumns {
  const n = spans.length;
  const { order, parentRow, orphans } = displayOrder(spans);
  let origin = Infinity, last = -Infinity;
  for (const span of spans) {
    origin = Math.min(origin, span.start);
    last = Math.max(last, span.end);
  }
  if (n === 0) origin = last = 0;

  const services = new Dictionary();
  const names = new Dictionary();
  const groupKeys = new Dictionary();
  const groupTexts: string[] = [];
  const facts: ServiceFacts[] = [];
  const columns: TraceColumns = {
    facts: {
      trace_id: options.traceId, start_time_ns: String((options.originNs ?? 0n) + BigInt(Math.round(origin))), duration_ns: last - origin,
      span_count: n, error_count: 0, root_row: 0, root_count: 0, orphan_count: orphans.size, skewed_count: 0, may_grow: false, depth_max: 0,
      services: facts, critical_path_ns: 0, split: { browser_ns: 0, network_ns: 0, backend_ns: 0 },
    },
    count: n,
    start: new Float64Array(n), duration: new Float64Array(n), self: new Float64Array(n), parent: Int32Array.from(parentRow),
    subtree: new Uint32Array(n).fill(1), depth: new Uint16Array(n), service: new Uint16Array(n), name: new Uint32Array(n),
    kind: new Uint8Array(n), status: new Uint8Array(n), flags: new Uint16Array(n), childCount: new Uint32Array(n),
    eventCount: new Uint16Array(n), spanId: new BigUint64Array(n), group: new Uint32Array(n).fill(NO_GROUP), skew: null,
    names: names.texts, groupOffsets: new Uint32Array(1), groupBytes: new Uint8Array(0),
    orphanRow: new Uint32Array(orphans.size), missingParent: new BigUint64Array(orphans.size),
    cpRow: new Uint32Array(0), cpStart: new Float64Array(0), cpEnd: new Float64Array(0),
  };

  let orphanCount = 0;
  let root = -1;
  for (let row = 0; row < n; row++) {
    const span = spans[order[row]!]!;
    const up = columns.parent[row]!;
    const service = services.code(span.service);
    facts[service] ??= {
      name: span.service, color: options.colorOf?.(span.service) ?? service, type: 'service', span_count: 0, error_count: 0, self_ns: 0,
    };
    columns.start[row] = span.start - origin;
    columns.duration[row] = span.end - span.start;
    columns.service[row] = service;
    columns.name[row] = names.code(span.name);
    columns.kind[row] = span.kind;
    columns.status[row] = span.status;
    columns.eventCount[row] = span.events ?? 0;
    columns.spanId[row] = span.id;
    columns.depth[row] = up >= 0 ? Math.min(0xffff, columns.depth[up]! + 1) : 0;
    columns.facts.depth_max = Math.max(columns.facts.depth_max, columns.depth[row]!);
    if (up >= 0) columns.childCount[up]!++;
    const statement = span.statement ?? '';
    const group = groupKeys.code(`${span.service}\0${span.name}\0${statement}`);
    groupTexts[group] = statement;
    columns.group[row] = group;

    let flags = span.flags ?? 0;
    if (statement !== '') flags |= Flag.statement;
    if (orphans.has(order[row]!)) {
      flags |= Flag.orphan;
      columns.orphanRow[orphanCount] = row;
      columns.missingParent[orphanCount++] = span.parent;
    } else if (up < 0) {
      flags |= Flag.root;
      columns.facts.root_count++;
      if (root < 0) root = row;
    }
    if (up >= 0 && (span.kind === Kind.consumer || columns.start[row]! >= columns.start[up]! + columns.duration[up]!)) flags |= Flag.async;
    columns.flags[row] = flags;
    facts[service]!.span_count++;
    if (span.status === Status.error) {
      facts[service]!.error_count++;
      columns.facts.error_count++;
    }
  }
  for (let row = n - 1; row > 0; row--) if (columns.parent[row]! >= 0) columns.subtree[columns.parent[row]!]! += columns.subtree[row]!;
  columns.facts.root_row = Math.max(0, root);
  columns.self = selfTimes(columns);
  markErrorCauses(columns);
  if (n > 0) markCriticalPath(columns);
  for (let row = 0; row < n; row++) facts[columns.service[row]!]!.self_ns += columns.self[row]!;
  packGroups(columns, groupTexts);
  return columns;
}

/** Depth first, children by start. Spans on a cycle of parents are taken for orphans, so that none is lost. */
function displayOrder(spans: readonly PlainSpan[]): { order: Uint32Array; parentRow: Int32Array; orphans: Set<number> } {
  const n = spans.length;
  const byId = new Map<bigint, number>();
  spans.forEach((span, index) => byId.has(span.id) || byId.set(span.id, index));
  const byStart = Uint32Array.from(spans.keys()).sort((a, b) => spans[a]!.start - spans[b]!.start || spans[b]!.end - spans[a]!.end || a - b);
  const parentOf = new Int32Array(n).fill(-1);
  const orphans = new Set<number>();
  const childStart = new Uint32Array(n + 1);
  for (let i = 0; i < n; i++) {
    if (spans[i]!.parent === 0n) continue;
    const parent = byId.get(spans[i]!.parent);
    if (parent === undefined || parent === i) orphans.add(i);
    else {
      parentOf[i] = parent;
      childStart[parent + 1]!++;
    }
  }
  for (let i = 0; i < n; i++) childStart[i + 1]! += childStart[i]!;
  const children = new Uint32Array(n);
  const filled = childStart.slice(0, n);
  for (const i of byStart) if (parentOf[i]! >= 0) children[filled[parentOf[i]!]!++] = i;

  const order = new Uint32Array(n);
  const parentRow = new Int32Array(n).fill(-1);
  const rowOf = new Int32Array(n).fill(-1);
  let row = 0;
  const visit = (root: number) => {
    const stack = [root];
    while (stack.length > 0) {
      const index = stack.pop()!;
      if (rowOf[index]! >= 0) continue;
      rowOf[index] = row;
      parentRow[row] = index !== root && parentOf[index]! >= 0 ? rowOf[parentOf[index]!]! : -1;
      order[row++] = index;
      for (let child = childStart[index + 1]! - 1; child >= childStart[index]!; child--) {
        if (rowOf[children[child]!]! < 0) stack.push(children[child]!);
      }
    }
  };
  for (const i of byStart) if (parentOf[i]! < 0) visit(i);
  for (const i of byStart) {
    if (rowOf[i]! >= 0) continue;
    orphans.add(i);
    visit(i);
  }
  return { order, parentRow, orphans };
}

function markErrorCauses(columns: TraceColumns): void {
  const childFailed = new Uint8Array(columns.count);
  for (let row = columns.count - 1; row >= 0; row--) {
    if (columns.status[row] !== Status.error) continue;
    if (childFailed[row] === 0) columns.flags[row]! |= Flag.errorCause;
    if (columns.parent[row]! >= 0) childFailed[columns.parent[row]!] = 1;
  }
}

function markCriticalPath(columns: TraceColumns): void {
  const path = criticalPath(columns, columns.facts.root_row);
  columns.cpRow = path.row;
  columns.cpStart = path.start;
  columns.cpEnd = path.end;
  for (let i = 0; i < path.row.length; i++) {
    columns.flags[path.row[i]!]! |= Flag.critical;
    columns.facts.critical_path_ns += path.end[i]! - path.start[i]!;
  }
  columns.facts.split.backend_ns = columns.facts.critical_path_ns;
}

function packGroups(columns: TraceColumns, texts: string[]): void {
  const utf8 = new TextEncoder();
  const parts = texts.map((text) => utf8.encode(text));
  columns.groupOffsets = new Uint32Array(parts.length + 1);
  parts.forEach((part, i) => (columns.groupOffsets[i + 1] = columns.groupOffsets[i]! + part.length));
  columns.groupBytes = new Uint8Array(columns.groupOffsets[parts.length]!);
  parts.forEach((part, i) => columns.groupBytes.set(part, columns.groupOffsets[i]!));
}
