// What a row's bar consists of, in time: which parts children cover, where group members lie, which critical segments it shows.
import type { TraceColumns } from '../model/columns';
import type { VisibleRows } from '../model/rows';

const kCoveredCacheMax = 4000;

/** Times of a span that its children cover, as pairs from, to; kept for the rows drawn lately. */
export class CoveredTimes {
  private readonly known = new Map<number, Float64Array>();

  constructor(private readonly columns: TraceColumns) {}

  of(row: number): Float64Array {
    let covered = this.known.get(row);
    if (covered === undefined) {
      if (this.known.size >= kCoveredCacheMax) this.known.clear();
      covered = this.compute(row);
      this.known.set(row, covered);
    }
    return covered;
  }

  private compute(row: number): Float64Array {
    const { start, duration, subtree } = this.columns;
    const begin = start[row]!;
    const end = begin + duration[row]!;
    const stop = row + subtree[row]!;
    const pairs: number[] = [];
    let isSorted = true;
    for (let child = row + 1; child < stop; child += subtree[child]!) {
      const from = Math.max(begin, start[child]!);
      const to = Math.min(end, start[child]! + duration[child]!);
      if (to <= from) continue;
      const last = pairs.length - 1;
      if (last > 0 && from <= pairs[last]! && from >= pairs[last - 1]!) pairs[last] = Math.max(pairs[last]!, to);
      else {
        if (last > 0 && from < pairs[last]!) isSorted = false;
        pairs.push(from, to);
      }
    }
    return Float64Array.from(isSorted ? pairs : merged(pairs));
  }
}

function merged(pairs: number[]): number[] {
  const intervals: [number, number][] = [];
  for (let i = 0; i < pairs.length; i += 2) intervals.push([pairs[i]!, pairs[i + 1]!]);
  intervals.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [from, to] of intervals) {
    if (out.length > 0 && from <= out.at(-1)!) out[out.length - 1] = Math.max(out.at(-1)!, to);
    else out.push(from, to);
  }
  return out;
}

/** Critical path segments by visible row: folded and hidden spans hand theirs to the row that stands for them. */
export interface RowSegments {
  first: Uint32Array;
  segment: Uint32Array;
}

export function segmentsByRow(columns: TraceColumns, rows: VisibleRows): RowSegments {
  const first = new Uint32Array(rows.count + 1);
  for (const row of columns.cpRow) {
    const at = rows.shownAt[row]!;
    if (at >= 0) first[at + 1]!++;
  }
  for (let at = 0; at < rows.count; at++) first[at + 1]! += first[at]!;
  const segment = new Uint32Array(first[rows.count]!);
  const filled = first.slice(0, rows.count);
  for (let i = 0; i < columns.cpRow.length; i++) {
    const at = rows.shownAt[columns.cpRow[i]!]!;
    if (at >= 0) segment[filled[at]!++] = i;
  }
  return { first, segment };
}
