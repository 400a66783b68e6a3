// The cells of a latency heat map as the server sends them, and what can be read off them.

export interface HeatData {
  /** Milliseconds of Unix time. */
  start: number;
  stepMs: number;
  /** Lower bounds of the rows in ns, ascending, and the upper bound of the last: one more than rows. */
  bounds: readonly number[];
  /** [column][row] */
  counts: readonly (readonly number[])[];
  errors?: readonly (readonly number[])[];
}
export interface HeatArea {
  start: number;
  end: number;
  /** Nanoseconds; undefined where the area reaches the edge. */
  min: number | undefined;
  max: number | undefined;
}

export const kHeatSteps = 7;

/** 0 for empty cells, else 1…7 by the logarithm of the count, the fullest cell being 7. */
export function heatLevel(count: number, max: number): number {
  if (count <= 0) return 0;
  if (max <= 1) return 4;
  return 1 + Math.min(kHeatSteps - 1, Math.floor((Math.log(count) / Math.log(max)) * (kHeatSteps - 0.001)));
}

export function heatMax(data: HeatData): number {
  let max = 0;
  for (const column of data.counts) for (const count of column) if (count > max) max = count;
  return max;
}

/** The rows that hold anything, so that the map does not show empty decades; at least `least` rows. */
export function usedRows(data: HeatData, least = 8): { first: number; last: number } {
  const rowCount = data.bounds.length - 1;
  let first = rowCount;
  let last = -1;
  for (const column of data.counts) {
    for (let row = 0; row < column.length; row++) {
      if (!column[row]) continue;
      if (row < first) first = row;
      if (row > last) last = row;
    }
  }
  if (last < 0) return { first: 0, last: rowCount - 1 };
  first = Math.max(0, first - 1);
  last = Math.min(rowCount - 1, last + 1);
  while (last - first + 1 < Math.min(least, rowCount)) {
    if (first > 0) first--;
    if (last < rowCount - 1) last++;
  }
  return { first, last };
}

/** Sums of an area: what the menu at its corner says. */
export function countArea(data: HeatData, area: HeatArea): { count: number; errors: number } {
  let count = 0;
  let errors = 0;
  data.counts.forEach((column, x) => {
    const time = data.start + (x + 0.5) * data.stepMs;
    if (time < area.start || time >= area.end) return;
    column.forEach((each, row) => {
      const middle = Math.sqrt((data.bounds[row] || 1) * (data.bounds[row + 1] || 1));
      if ((area.min !== undefined && middle < area.min) || (area.max !== undefined && middle >= area.max)) return;
      count += each;
      errors += data.errors?.[x]?.[row] ?? 0;
    });
  });
  return { count, errors };
}
