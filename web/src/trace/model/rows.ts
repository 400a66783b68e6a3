// Which rows the waterfall shows, in one pass over the spans: collapsed subtrees, folded groups, hidden services and
// filters are skipped, and whatever is not shown is handed to the row that stands for it.

import { Flag, isError, type TraceColumns } from './columns';
import type { Groups } from './groups';

export const RowKind = { span: 0, group: 1, more: 2, missing: 3 } as const;
export const GROUP_PAGE = 200;

export interface Shown {
  /** Per span row 1 where its children are folded away. */
  collapsed: Uint8Array;
  /** Groups that are opened, with how many members are shown. */
  openGroups: ReadonlyMap<number, number>;
  /** Per service index 1 where it is hidden; errors of hidden services stay. */
  hiddenServices: Uint8Array;
  /** Per span row 1 where a filter wants it; its ancestors are shown as context. null: no filter. */
  keep: Uint8Array | null;
  /** Only spans that touch this time; null: all. */
  window: readonly [number, number] | null;
}

export interface VisibleRows {
  count: number;
  kind: Uint8Array;
  /** The span; of a group its first member, of `more` the first member not shown, of `missing` the orphan below. */
  row: Int32Array;
  group: Int32Array;
  indent: Uint16Array;
  /** Spans of hidden services that this row stands for. */
  hidden: Uint32Array;
  /** Spans below a `missing` row; members not shown of a `more` row. */
  below: Uint32Array;
  /** Per span row: the visible row it is drawn at, or that stands for it; −1 for none. */
  shownAt: Int32Array;
  /** Spans that filter, time window or hidden services leave out. */
  leftOut: number;
}

export function visibleRows(columns: TraceColumns, groups: Groups, shown: Shown): VisibleRows {
  const { count: n, parent, subtree, service, flags } = columns;
  const wanted = wantedRows(columns, shown);
  const capacity = n + 2 * groups.count + columns.facts.orphan_count;
  const out: VisibleRows = {
    count: 0,
    kind: new Uint8Array(capacity),
    row: new Int32Array(capacity),
    group: new Int32Array(capacity).fill(-1),
    indent: new Uint16Array(capacity),
    hidden: new Uint32Array(capacity),
    below: new Uint32Array(capacity),
    shownAt: new Int32Array(n).fill(-1),
    leftOut: 0,
  };
  const childIndent = new Uint16Array(n);
  const groupAt = new Int32Array(groups.count).fill(-1);
  const groupSeen = new Uint32Array(groups.count);
  const moreAt = new Int32Array(groups.count).fill(-1);
  const missing = new Map<number, number>();
  for (let i = 0; i < columns.orphanRow.length; i++) missing.set(columns.orphanRow[i]!, i);
  let heading = -1;
  let headingParent = -1n;

  const emit = (kind: number, row: number, indent: number): number => {
    const at = out.count++;
    out.kind[at] = kind;
    out.row[at] = row;
    out.indent[at] = Math.min(indent, 0xffff);
    return at;
  };

  let row = 0;
  while (row < n) {
    if (wanted !== null && wanted[row] === 0) {
      // Nothing below is wanted either, or this row would be there as its ancestor.
      const standsFor = parent[row]! >= 0 ? out.shownAt[parent[row]!]! : -1;
      out.leftOut += subtree[row]!;
      out.shownAt.fill(standsFor, row, row + subtree[row]!);
      row += subtree[row]!;
      continue;
    }
    let indent = parent[row]! >= 0 ? childIndent[parent[row]!]! : 0;
    if (flags[row]! & Flag.orphan) {
      const lost = columns.missingParent[missing.get(row) ?? -1] ?? -1n;
      if (heading < 0 || lost !== headingParent || parent[row]! >= 0) {
        heading = emit(RowKind.missing, row, indent);
        headingParent = lost;
      }
      out.below[heading]! += subtree[row]!;
      indent++;
    } else if (parent[row]! < 0) {
      heading = -1;
    }

    const group = groups.memberOf[row]!;
    if (group >= 0) {
      if (groupAt[group]! < 0) {
        groupAt[group] = emit(RowKind.group, row, indent);
        out.group[groupAt[group]!] = group;
      }
      const pageSize = shown.openGroups.get(group) ?? 0;
      if (groupSeen[group]! >= pageSize) {
        let standsFor = groupAt[group]!;
        if (pageSize > 0) {
          if (moreAt[group]! < 0) {
            moreAt[group] = emit(RowKind.more, row, indent + 1);
            out.group[moreAt[group]!] = group;
          }
          standsFor = moreAt[group]!;
          out.below[standsFor]!++;
        }
        out.shownAt.fill(standsFor, row, row + subtree[row]!);
        row += subtree[row]!;
        continue;
      }
      groupSeen[group]!++;
      indent++;
    } else if (shown.hiddenServices[service[row]!] === 1 && !isError(columns, row)) {
      const standsFor = parent[row]! >= 0 ? out.shownAt[parent[row]!]! : -1;
      if (standsFor >= 0) out.hidden[standsFor]!++;
      out.leftOut++;
      out.shownAt[row] = standsFor;
      childIndent[row] = indent;
      row++;
      continue;
    }

    const at = emit(RowKind.span, row, indent);
    out.shownAt[row] = at;
    childIndent[row] = indent + 1;
    if (shown.collapsed[row] === 1 && subtree[row]! > 1) {
      out.shownAt.fill(at, row, row + subtree[row]!);
      row += subtree[row]!;
    } else {
      row++;
    }
  }
  return out;
}

function wantedRows(columns: TraceColumns, { keep, window }: Shown): Uint8Array | null {
  if (keep === null && window === null) return null;
  const wanted = keep === null ? new Uint8Array(columns.count).fill(1) : keep.slice();
  if (window !== null) {
    for (let row = 0; row < columns.count; row++) {
      const start = columns.start[row]!;
      if (start > window[1] || start + columns.duration[row]! < window[0]) wanted[row] = 0;
    }
  }
  for (let row = columns.count - 1; row >= 0; row--) {
    if (wanted[row] === 1 && columns.parent[row]! >= 0) wanted[columns.parent[row]!] = 1;
  }
  return wanted;
}

/** Collapses everything deeper than `level`; level 0 leaves the roots alone. */
export function collapseBelow(columns: TraceColumns, level: number): Uint8Array {
  const collapsed = new Uint8Array(columns.count);
  for (let row = 0; row < columns.count; row++) if (columns.depth[row]! >= level) collapsed[row] = 1;
  return collapsed;
}

/** Opens what hides `row`: its ancestors, and its group as far as needed. */
export function reveal(columns: TraceColumns, groups: Groups, shown: Shown, row: number): Shown {
  const collapsed = shown.collapsed.slice();
  const openGroups = new Map(shown.openGroups);
  for (let at = row; at >= 0; at = columns.parent[at]!) {
    if (at !== row) collapsed[at] = 0;
    const group = groups.memberOf[at]!;
    if (group < 0) continue;
    let position = 0;
    for (let member = groups.first[group]!; member < at; member += columns.subtree[member]!) {
      if (groups.memberOf[member] === group) position++;
    }
    const needed = (Math.floor(position / GROUP_PAGE) + 1) * GROUP_PAGE;
    if ((openGroups.get(group) ?? 0) < needed) openGroups.set(group, needed);
  }
  return { ...shown, collapsed, openGroups };
}

/** Only what lies on the critical path stays open. */
export function collapseOffCriticalPath(columns: TraceColumns): Uint8Array {
  const inside = new Uint8Array(columns.count);
  for (let row = columns.count - 1; row >= 0; row--) {
    if (columns.flags[row]! & Flag.critical) inside[row] = 1;
    if (inside[row] === 1 && columns.parent[row]! >= 0) inside[columns.parent[row]!] = 1;
  }
  const collapsed = new Uint8Array(columns.count);
  for (let row = 0; row < columns.count; row++) if (inside[row] === 0) collapsed[row] = 1;
  return collapsed;
}
