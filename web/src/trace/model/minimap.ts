// The minimap as pixels: every span is written into bins of columns and lanes, so that 100 000 spans cost a few milliseconds.
// The first span that reaches a bin keeps it; a bin that is filled is never visited again.

import { isError, type TraceColumns } from './columns';

export interface MinimapShape {
  width: number;
  lanes: number;
  from: number;
  to: number;
}

export interface MinimapBins {
  /** Per lane and column: service index + 1; 0 is empty. */
  service: Uint16Array;
  /** Per column 1 where an error span begins. */
  error: Uint8Array;
}

export function minimapBins(columns: TraceColumns, { width, lanes, from, to }: MinimapShape): MinimapBins {
  const service = new Uint16Array(width * lanes);
  const error = new Uint8Array(width);
  // nextEmpty[lane][x]: the first column at or behind x that is still empty.
  const nextEmpty = new Uint32Array((width + 1) * lanes);
  for (let lane = 0; lane < lanes; lane++) for (let x = 0; x <= width; x++) nextEmpty[lane * (width + 1) + x] = x;
  const empty = (base: number, x: number): number => {
    let last = x;
    while (nextEmpty[base + last] !== last) last = nextEmpty[base + last]!;
    while (nextEmpty[base + x] !== last) {
      const next = nextEmpty[base + x]!;
      nextEmpty[base + x] = last;
      x = next;
    }
    return last;
  };

  const scale = width / Math.max(1, to - from);
  const levels = columns.facts.depth_max + 1;
  for (let row = 0; row < columns.count; row++) {
    const start = columns.start[row]!;
    const x0 = Math.max(0, Math.min(width - 1, Math.floor((start - from) * scale)));
    const x1 = Math.max(x0 + 1, Math.min(width, Math.ceil((start + columns.duration[row]! - from) * scale)));
    const depth = columns.depth[row]!;
    const lane = levels <= lanes ? depth : Math.min(lanes - 1, Math.floor((depth * lanes) / levels));
    const base = lane * (width + 1);
    const value = columns.service[row]! + 1;
    for (let x = empty(base, x0); x < x1; x = empty(base, x + 1)) {
      service[lane * width + x] = value;
      nextEmpty[base + x] = x + 1;
    }
    if (isError(columns, row)) error[x0] = 1;
  }
  return { service, error };
}
