// Self time and critical path over columns. The server sends both; the browser computes them anew when the reader asks for
// corrected clocks. Iterative throughout: depth 10 000 happens.

import { Flag } from './columns';

export interface Intervals {
  count: number;
  parent: Int32Array;
  start: Float64Array;
  duration: Float64Array;
  flags: Uint16Array;
}

export interface CriticalPath {
  row: Uint32Array;
  start: Float64Array;
  end: Float64Array;
}

/** For every span the part of its time that no child covers. */
export function selfTimes({ count, parent, start, duration }: Intervals): Float64Array {
  const self = duration.slice();
  const coveredUntil = start.slice();
  for (const row of rowsByStart(count, start)) {
    const up = parent[row]!;
    if (up < 0) continue;
    const from = Math.max(start[row]!, coveredUntil[up]!);
    const to = Math.min(start[row]! + duration[row]!, start[up]! + duration[up]!);
    if (to <= from) continue;
    self[up] = Math.max(0, self[up]! - (to - from));
    coveredUntil[up] = to;
  }
  return self;
}

function rowsByStart(count: number, start: Float64Array): Uint32Array {
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row++) order[row] = row;
  return order.sort((a, b) => start[a]! - start[b]! || a - b);
}

/**
 * The chain of work that determines when `root` ends: from its end backwards, always the child that finished last before
 * the point reached; what no child explains is the span's own. Asynchronous children cannot hold their parent up, so they are left out. Where
 * siblings overlap this is an estimate: spans do not say which of them was waited for.
 */
export function criticalPath(spans: Intervals, root: number): CriticalPath {
  const { count, parent, start, duration, flags } = spans;
  const end = (row: number) => start[row]! + duration[row]!;

  const firstChild = new Uint32Array(count + 1);
  for (let row = 0; row < count; row++) if (parent[row]! >= 0) firstChild[parent[row]! + 1]!++;
  for (let row = 0; row < count; row++) firstChild[row + 1]! += firstChild[row]!;
  const byEnd = new Uint32Array(count);
  for (let row = 0; row < count; row++) byEnd[row] = row;
  byEnd.sort((a, b) => end(b) - end(a) || start[b]! - start[a]! || b - a);
  const children = new Uint32Array(count);
  const filled = firstChild.slice(0, count);
  for (const row of byEnd) if (parent[row]! >= 0) children[filled[parent[row]!]!++] = row;

  const rows: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const emit = (row: number, from: number, to: number) => {
    if (to > from) rows.push(row), starts.push(from), ends.push(to);
  };

  // One frame for each span that is being walked: how far back it is explained, and which child comes next.
  const frameRow: number[] = [root];
  const frameCursor: number[] = [end(root)];
  const frameChild: number[] = [firstChild[root]!];
  while (frameRow.length > 0) {
    const top = frameRow.length - 1;
    const row = frameRow[top]!;
    const next = frameChild[top]!;
    if (next < firstChild[row + 1]!) {
      frameChild[top]!++;
      const child = children[next]!;
      const cursor = frameCursor[top]!;
      const childEnd = end(child);
      if (flags[child]! & Flag.async || childEnd > cursor || start[child]! < start[row]! || childEnd <= start[row]!) continue;
      if (duration[child]! <= 0) continue;
      emit(row, childEnd, cursor);
      frameCursor[top] = start[child]!;
      frameRow.push(child), frameCursor.push(childEnd), frameChild.push(firstChild[child]!);
    } else {
      emit(row, start[row]!, frameCursor[top]!);
      frameRow.pop(), frameCursor.pop(), frameChild.pop();
    }
  }
  return {
    row: Uint32Array.from(rows.reverse()),
    start: Float64Array.from(starts.reverse()),
    end: Float64Array.from(ends.reverse()),
  };
}
