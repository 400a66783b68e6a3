// Clock skew: hosts whose clocks disagree put children outside their parents. The server says by how much each span is off;
// correcting moves the bars, never the rows.

import { Flag, type TraceColumns } from './columns';
import { criticalPath, selfTimes } from './critical_path';

/** The same trace with corrected starts, self times and critical path; the trace itself when no clock is off. */
export function withCorrectedClocks(columns: TraceColumns): TraceColumns {
  if (columns.skew === null) return columns;
  const start = columns.start.slice();
  for (let row = 0; row < columns.count; row++) start[row]! += columns.skew[row]!;
  const moved = { ...columns, start };
  const self = selfTimes(moved);
  const path = columns.count > 0 ? criticalPath(moved, columns.facts.root_row) : null;
  const flags = columns.flags.slice();
  for (let row = 0; row < columns.count; row++) flags[row]! &= ~Flag.critical;
  let length = 0;
  if (path !== null) {
    for (let i = 0; i < path.row.length; i++) {
      flags[path.row[i]!]! |= Flag.critical;
      length += path.end[i]! - path.start[i]!;
    }
  }
  return {
    ...moved,
    self,
    flags,
    cpRow: path?.row ?? columns.cpRow,
    cpStart: path?.start ?? columns.cpStart,
    cpEnd: path?.end ?? columns.cpEnd,
    facts: { ...columns.facts, critical_path_ns: length },
  };
}

/** Room behind the last bar, so that the durations written beside bars fit. */
const kLabelRoom = 0.07;

/** Begin and end of what is drawn: corrected or early spans may lie outside 0 … duration. */
export function extent(columns: TraceColumns): [number, number] {
  let from = 0;
  let to = columns.facts.duration_ns;
  for (let row = 0; row < columns.count; row++) {
    const start = columns.start[row]!;
    if (start < from) from = start;
    if (start + columns.duration[row]! > to) to = start + columns.duration[row]!;
  }
  return [from, to + Math.max(1, (to - from) * kLabelRoom)];
}
