// The table by operation: what each service and span name costs within the trace.

import { isError, type TraceColumns } from './columns';

export interface Operation {
  service: number;
  name: string;
  count: number;
  errors: number;
  /** Sum of durations: parallel and nested calls count each. */
  total: number;
  /** Time that no child covers: the sums of all operations add up. */
  self: number;
  critical: number;
  max: number;
  longestRow: number;
}

export function byOperation(columns: TraceColumns): Operation[] {
  const found = new Map<number, Operation>();
  const names = columns.names.length;
  for (let row = 0; row < columns.count; row++) {
    const key = columns.service[row]! * names + columns.name[row]!;
    let operation = found.get(key);
    if (operation === undefined) {
      const name = columns.names[columns.name[row]!]!;
      operation = { service: columns.service[row]!, name, count: 0, errors: 0, total: 0, self: 0, critical: 0, max: -1, longestRow: row };
      found.set(key, operation);
    }
    const duration = columns.duration[row]!;
    operation.count++;
    operation.total += duration;
    operation.self += columns.self[row]!;
    if (isError(columns, row)) operation.errors++;
    if (duration > operation.max) {
      operation.max = duration;
      operation.longestRow = row;
    }
  }
  for (let i = 0; i < columns.cpRow.length; i++) {
    const row = columns.cpRow[i]!;
    found.get(columns.service[row]! * names + columns.name[row]!)!.critical += columns.cpEnd[i]! - columns.cpStart[i]!;
  }
  return [...found.values()].sort((a, b) => b.self - a.self || b.total - a.total);
}

/** Critical path time of each row. */
export function criticalTimes(columns: TraceColumns): Float64Array {
  const times = new Float64Array(columns.count);
  for (let i = 0; i < columns.cpRow.length; i++) times[columns.cpRow[i]!]! += columns.cpEnd[i]! - columns.cpStart[i]!;
  return times;
}
