// The few rows of a trace that say where its time went and what failed, for where there is room for a dozen: failures, the
// slowest database call, and what owns the critical path, each below its ancestors.
import { Flag, isError, type TraceColumns } from './columns';
import type { Groups } from './groups';

export const kEssentialRows = 12;

/** Per row 1 where it is wanted; what it shows with ancestors and folded groups is at most `most` rows, unless one path alone is longer. */
export function essentialRows(columns: TraceColumns, groups: Groups, most = kEssentialRows): Uint8Array {
  const keep = new Uint8Array(columns.count);
  const groupShown = new Uint8Array(groups.count);
  let used = 0;

  /** The rows that `row` would add: itself (or its group's row) and ancestors that are not there yet. */
  const path = (row: number): { rows: number[]; groupsNew: number[] } => {
    const rows: number[] = [];
    const groupsNew: number[] = [];
    for (let at = row; at >= 0; at = columns.parent[at]!) {
      const group = groups.memberOf[at]!;
      if (group >= 0) {
        // A folded group is one row, and hides what is below its members.
        rows.length = 0;
        groupsNew.length = 0;
        if (groupShown[group] === 0) groupsNew.push(group);
      } else if (keep[at] === 0) rows.push(at);
    }
    return { rows, groupsNew };
  };
  const add = (row: number) => {
    const { rows, groupsNew } = path(row);
    const cost = rows.length + groupsNew.length;
    if (cost === 0 || (used > 0 && used + cost > most)) return;
    used += cost;
    for (const each of rows) keep[each] = 1;
    for (const group of groupsNew) {
      groupShown[group] = 1;
      for (let member = groups.first[group]!; member < columns.count; member++) if (groups.memberOf[member] === group) keep[member] = 1;
    }
  };

  for (const row of candidates(columns, groups)) {
    if (used >= most) break;
    add(row);
  }
  return keep;
}

/** Rows in the order of their worth. */
function candidates(columns: TraceColumns, groups: Groups): number[] {
  const causes: number[] = [];
  const errors: number[] = [];
  const critical: number[] = [];
  let database = -1;
  let databaseWorth = -1;
  for (let row = 0; row < columns.count; row++) {
    const flags = columns.flags[row]!;
    if (isError(columns, row)) (flags & Flag.errorCause ? causes : errors).push(row);
    if (flags & Flag.critical) critical.push(row);
    if (flags & (Flag.database | Flag.statement)) {
      const group = groups.memberOf[row]!;
      const worth = group >= 0 ? groups.sum[group]! : columns.duration[row]!;
      if (worth > databaseWorth) (database = row), (databaseWorth = worth);
    }
  }
  critical.sort((a, b) => columns.self[b]! - columns.self[a]!);
  const root = columns.facts.root_row;
  // The statement comes before further failures: their ancestors may fill what room there is.
  return [...(root < columns.count ? [root] : []), ...causes.slice(0, 1), ...(database >= 0 ? [database] : []), ...causes.slice(1, 3), ...critical.slice(0, 40), ...errors.slice(0, 8)];
}

/** Where a trace lies on the clock of the browser that caused it. */
export interface Anchor {
  /** To add to times of the trace to have times of the session, both in nanoseconds. */
  shift: number;
  by: 'span' | 'response' | 'start';
}

/**
 * The request's own span is the browser's, on the browser's clock: it begins with the request. Where it is not part of the
 * trace, the backend's part ends with the response; where even that does not fit, it begins with the request.
 */
export function anchorOf(columns: TraceColumns, spanRow: number, request: { at: number; end: number }): Anchor {
  if (spanRow >= 0) return { shift: request.at - columns.start[spanRow]!, by: 'span' };
  const root = columns.facts.root_row;
  if (root >= columns.count) return { shift: request.at, by: 'start' };
  const length = columns.duration[root]!;
  if (length > request.end - request.at) return { shift: request.at - columns.start[root]!, by: 'start' };
  return { shift: request.end - length - columns.start[root]!, by: 'response' };
}
