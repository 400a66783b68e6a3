// Find in trace, the part that needs no server: names, services and ids. The dictionary is matched once, then the id column
// is scanned. Attributes are the server's to search; its rows are joined with these.

import { Flag, isError, spanIdText, type TraceColumns } from './columns';

/** Per row 1 where name or service contains the text (any case), or the span id begins with it. */
export function findByName(columns: TraceColumns, text: string): Uint8Array {
  const found = new Uint8Array(columns.count);
  const needle = text.trim().toLowerCase();
  if (needle === '') return found;
  const names = Uint8Array.from(columns.names, (name) => (name.toLowerCase().includes(needle) ? 1 : 0));
  const services = Uint8Array.from(columns.facts.services, (each) => (each.name.toLowerCase().includes(needle) ? 1 : 0));
  const isId = /^[0-9a-f]{4,16}$/.test(needle);
  for (let row = 0; row < columns.count; row++) {
    if (names[columns.name[row]!] === 1 || services[columns.service[row]!] === 1) found[row] = 1;
    else if (isId && spanIdText(columns, row).startsWith(needle)) found[row] = 1;
  }
  return found;
}

/** The rows of a bitmap, ascending. */
export function rowsOf(bitmap: Uint8Array): Uint32Array {
  let count = 0;
  for (const bit of bitmap) count += bit;
  const rows = new Uint32Array(count);
  let at = 0;
  for (let row = 0; row < bitmap.length; row++) if (bitmap[row] === 1) rows[at++] = row;
  return rows;
}

/** The next of ascending rows behind (or before) `from`, going round at the end; −1 when there are none. */
export function nextRow(rows: Uint32Array, from: number, forward: boolean): number {
  if (rows.length === 0) return -1;
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]! < from || (forward && rows[middle] === from)) low = middle + 1;
    else high = middle;
  }
  return forward ? rows[low % rows.length]! : rows[(low - 1 + rows.length) % rows.length]!;
}

export function errorRows(columns: TraceColumns): Uint8Array {
  const found = new Uint8Array(columns.count);
  for (let row = 0; row < columns.count; row++) if (isError(columns, row)) found[row] = 1;
  return found;
}

export function criticalRows(columns: TraceColumns): Uint8Array {
  const found = new Uint8Array(columns.count);
  for (let row = 0; row < columns.count; row++) if (columns.flags[row]! & Flag.critical) found[row] = 1;
  return found;
}

/** The spans that own the most time: those whose self time is at least `share` of the trace, at most `most` of them. */
export function slowRows(columns: TraceColumns, share = 0.05, most = 50): Uint8Array {
  const found = new Uint8Array(columns.count);
  const least = columns.facts.duration_ns * share;
  const candidates: number[] = [];
  for (let row = 0; row < columns.count; row++) if (columns.self[row]! >= least && least > 0) candidates.push(row);
  candidates.sort((a, b) => columns.self[b]! - columns.self[a]!);
  for (const row of candidates.slice(0, most)) found[row] = 1;
  return found;
}

export function union(a: Uint8Array | null, b: Uint8Array): Uint8Array {
  if (a === null) return b;
  const both = a.slice();
  for (let i = 0; i < b.length; i++) if (b[i] === 1) both[i] = 1;
  return both;
}

export function intersection(a: Uint8Array | null, b: Uint8Array): Uint8Array {
  if (a === null) return b;
  const both = a.slice();
  for (let i = 0; i < b.length; i++) if (b[i] === 0) both[i] = 0;
  return both;
}
