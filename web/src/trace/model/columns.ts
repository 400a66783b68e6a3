// A trace as columns: what `GET /api/v1/traces/{id}/columns` answers, read in place. Rows are in display order (depth
// first, children by start), so a parent stands before its children and a subtree is a range of rows.
// Layout: docs/reference/trace_columns.md. Nothing here allocates per span: 100 000 spans are about 7 MB of typed arrays.

export const Flag = {
  exception: 1,
  root: 2,
  orphan: 4,
  async: 8,
  skewed: 16,
  critical: 32,
  errorCause: 64,
  statement: 128,
  database: 256,
  cache: 512,
  messaging: 1024,
  external: 2048,
  links: 4096,
} as const;

export const Kind = { unspecified: 0, internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
export const Status = { unset: 0, ok: 1, error: 2 } as const;
export const NO_GROUP = 0xffffffff;

export interface ServiceFacts {
  name: string;
  color: number;
  type: string;
  span_count: number;
  error_count: number;
  self_ns: number;
}

/** What the answer says about the trace as a whole. */
export interface TraceFacts {
  trace_id: string;
  start_time_ns: string;
  duration_ns: number;
  span_count: number;
  error_count: number;
  root_row: number;
  root_count: number;
  orphan_count: number;
  skewed_count: number;
  may_grow: boolean;
  depth_max: number;
  services: ServiceFacts[];
  critical_path_ns: number;
  split: { browser_ns: number; network_ns: number; backend_ns: number };
}

export interface TraceColumns {
  facts: TraceFacts;
  count: number;
  /** Nanoseconds from the start of the trace. */
  start: Float64Array;
  duration: Float64Array;
  self: Float64Array;
  parent: Int32Array;
  /** Rows of the subtree with the row itself: the next sibling is `row + subtree[row]`. */
  subtree: Uint32Array;
  depth: Uint16Array;
  service: Uint16Array;
  name: Uint32Array;
  kind: Uint8Array;
  status: Uint8Array;
  flags: Uint16Array;
  childCount: Uint32Array;
  eventCount: Uint16Array;
  spanId: BigUint64Array;
  /** Equal for spans of the same service, name and normalised statement. */
  group: Uint32Array;
  /** What to add to `start` to correct the clock of the span's host; null where no clock is off. */
  skew: Float64Array | null;
  names: string[];
  groupOffsets: Uint32Array;
  groupBytes: Uint8Array;
  orphanRow: Uint32Array;
  missingParent: BigUint64Array;
  /** Segments of the critical path, ascending and disjoint. */
  cpRow: Uint32Array;
  cpStart: Float64Array;
  cpEnd: Float64Array;
}

interface Section {
  name: string;
  type: string;
  offset: number;
  count: number;
}

const MAGIC = 'CLEWTRC1';
const utf8 = new TextDecoder();

/** A body that is not what docs/reference/trace_columns.md describes. */
export class MalformedColumns extends Error {}

const arrays = {
  f64: (buffer: ArrayBuffer, at: number, count: number) => new Float64Array(buffer, at, count),
  i32: (buffer: ArrayBuffer, at: number, count: number) => new Int32Array(buffer, at, count),
  u32: (buffer: ArrayBuffer, at: number, count: number) => new Uint32Array(buffer, at, count),
  u16: (buffer: ArrayBuffer, at: number, count: number) => new Uint16Array(buffer, at, count),
  u8: (buffer: ArrayBuffer, at: number, count: number) => new Uint8Array(buffer, at, count),
  u64: (buffer: ArrayBuffer, at: number, count: number) => new BigUint64Array(buffer, at, count),
};
type ArrayType = keyof typeof arrays;

/** Reads the body of endpoint `columns`; throws MalformedColumns with the place of the first fault. */
export function decodeColumns(buffer: ArrayBuffer): TraceColumns {
  if (buffer.byteLength < 16) throw new MalformedColumns(`${buffer.byteLength} bytes are too few for a header`);
  const magic = utf8.decode(new Uint8Array(buffer, 0, 8));
  if (magic !== MAGIC) throw new MalformedColumns(`begins with “${magic}”, not ${MAGIC}`);
  const view = new DataView(buffer);
  const jsonLength = view.getUint32(8, true);
  const base = view.getUint32(12, true);
  if (16 + jsonLength > buffer.byteLength || base % 8 !== 0 || base < 16 + jsonLength) {
    throw new MalformedColumns(`header of ${jsonLength} bytes and sections at ${base} do not fit`);
  }
  const head = JSON.parse(utf8.decode(new Uint8Array(buffer, 16, jsonLength))) as TraceFacts & { sections: Section[] };
  const sections = new Map(head.sections.map((section) => [section.name, section]));

  const optional = <T extends ArrayType>(name: string, type: T, count?: number): ReturnType<(typeof arrays)[T]> | null => {
    const section = sections.get(name);
    if (section === undefined) return null;
    if (section.type !== type) throw new MalformedColumns(`section ${name} is ${section.type}, not ${type}`);
    if (count !== undefined && section.count !== count) {
      throw new MalformedColumns(`section ${name} has ${section.count} entries, not ${count}`);
    }
    try {
      return arrays[type](buffer, base + section.offset, section.count) as ReturnType<(typeof arrays)[T]>;
    } catch {
      throw new MalformedColumns(`section ${name} lies outside the body`);
    }
  };
  const required = <T extends ArrayType>(name: string, type: T, count?: number): ReturnType<(typeof arrays)[T]> => {
    const found = optional(name, type, count);
    if (found === null) throw new MalformedColumns(`section ${name} is missing`);
    return found;
  };

  const n = head.span_count;
  const { sections: _, ...facts } = head;
  const columns: TraceColumns = {
    facts,
    count: n,
    start: required('start', 'f64', n),
    duration: required('duration', 'f64', n),
    self: required('self', 'f64', n),
    parent: required('parent', 'i32', n),
    subtree: required('subtree', 'u32', n),
    depth: required('depth', 'u16', n),
    service: required('service', 'u16', n),
    name: required('name', 'u32', n),
    kind: required('kind', 'u8', n),
    status: required('status', 'u8', n),
    flags: required('flags', 'u16', n),
    childCount: required('child_count', 'u32', n),
    eventCount: required('event_count', 'u16', n),
    spanId: required('span_id', 'u64', n),
    group: required('group', 'u32', n),
    skew: optional('skew', 'f64', n),
    names: strings(required('name_offsets', 'u32'), required('name_bytes', 'u8')),
    groupOffsets: required('group_offsets', 'u32'),
    groupBytes: required('group_bytes', 'u8'),
    orphanRow: required('orphan_row', 'u32'),
    missingParent: required('missing_parent', 'u64'),
    cpRow: required('cp_row', 'u32'),
    cpStart: required('cp_start', 'f64'),
    cpEnd: required('cp_end', 'f64'),
  };
  checkReferences(columns);
  return columns;
}

function strings(offsets: Uint32Array, bytes: Uint8Array): string[] {
  const texts: string[] = [];
  for (let i = 0; i + 1 < offsets.length; i++) texts.push(utf8.decode(bytes.subarray(offsets[i]!, offsets[i + 1]!)));
  return texts;
}

/** Everything that later indexes without looking is looked at here, once. */
function checkReferences(columns: TraceColumns): void {
  const { count, parent, subtree, service, name, names } = columns;
  const services = columns.facts.services.length;
  for (let row = 0; row < count; row++) {
    const end = row + subtree[row]!;
    if (parent[row]! >= row || parent[row]! < -1 || subtree[row]! < 1 || end > count) {
      throw new MalformedColumns(`row ${row}: parent ${parent[row]} or subtree ${subtree[row]} is impossible`);
    }
    if (service[row]! >= services || name[row]! >= names.length) throw new MalformedColumns(`row ${row}: unknown service or name`);
  }
  for (let i = 0; i < columns.cpRow.length; i++) {
    if (columns.cpRow[i]! >= count) throw new MalformedColumns(`critical path names row ${columns.cpRow[i]}`);
  }
}

export function spanIdText(columns: TraceColumns, row: number): string {
  return columns.spanId[row]!.toString(16).padStart(16, '0');
}

export function statementOf(columns: TraceColumns, row: number): string {
  const group = columns.group[row]!;
  if (group === NO_GROUP || group + 1 >= columns.groupOffsets.length) return '';
  return utf8.decode(columns.groupBytes.subarray(columns.groupOffsets[group]!, columns.groupOffsets[group + 1]!));
}

/** The row of a span id given as hex, or −1. Ids may be shared (Zipkin's client and server): the first wins. */
export function rowOfSpan(columns: TraceColumns, id: string): number {
  if (!/^[0-9a-fA-F]{1,16}$/.test(id)) return -1;
  return columns.spanId.indexOf(BigInt(`0x${id}`));
}

export function serviceOf(columns: TraceColumns, row: number): ServiceFacts {
  return columns.facts.services[columns.service[row]!]!;
}

export function nameOf(columns: TraceColumns, row: number): string {
  return columns.names[columns.name[row]!]!;
}

export function isError(columns: TraceColumns, row: number): boolean {
  return columns.status[row] === Status.error;
}

/** The ancestors of a row, outermost first. */
export function ancestors(columns: TraceColumns, row: number): number[] {
  const path: number[] = [];
  for (let up = columns.parent[row] ?? -1; up >= 0; up = columns.parent[up]!) path.push(up);
  return path.reverse();
}
