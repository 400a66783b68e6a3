// Repeated siblings: at least five in a row of the same service, name and normalised statement become one row
// '× 38 · Σ 1.52 s · max 90 ms'. A sibling with an error inside is never folded away: it stays a row of its own.

import { Flag, isError, NO_GROUP, type TraceColumns } from './columns';

export const GROUP_SIZE_MIN = 5;
export const LIKELY_N_PLUS_ONE_MIN = 10;

export interface Groups {
  count: number;
  /** Per group: first member, row behind the last member's subtree, members. */
  first: Uint32Array;
  end: Uint32Array;
  size: Uint32Array;
  sum: Float64Array;
  max: Float64Array;
  from: Float64Array;
  to: Float64Array;
  /** How many members run at once at most: 1 is sequential. */
  overlap: Uint32Array;
  /** Per row: the group it is a member of, or −1. */
  memberOf: Int32Array;
}

/** Per row 1 where the subtree holds an error. */
export function errorInside(columns: TraceColumns): Uint8Array {
  const inside = new Uint8Array(columns.count);
  for (let row = columns.count - 1; row >= 0; row--) {
    if (isError(columns, row)) inside[row] = 1;
    if (inside[row] === 1 && columns.parent[row]! >= 0) inside[columns.parent[row]!] = 1;
  }
  return inside;
}

export function findGroups(columns: TraceColumns): Groups {
  const { count, subtree, group, start, duration } = columns;
  const inside = errorInside(columns);
  const memberOf = new Int32Array(count).fill(-1);
  const seen = new Uint8Array(count);
  const first: number[] = [], end: number[] = [], size: number[] = [], overlap: number[] = [];
  const sum: number[] = [], max: number[] = [], from: number[] = [], to: number[] = [];

  for (let row = 0; row < count; row++) {
    if (seen[row] === 1 || group[row] === NO_GROUP || columns.parent[row]! < 0) continue;
    // The run of siblings that begins here. Each sibling is visited once, so the whole is one pass.
    const members: number[] = [];
    let next = row;
    while (next < count && columns.parent[next] === columns.parent[row] && group[next] === group[row]) {
      seen[next] = 1;
      if (inside[next] === 0) members.push(next);
      next += subtree[next]!;
    }
    if (members.length < GROUP_SIZE_MIN) continue;
    let total = 0, longest = 0, begin = Infinity, last = -Infinity;
    for (const member of members) {
      memberOf[member] = first.length;
      total += duration[member]!;
      longest = Math.max(longest, duration[member]!);
      begin = Math.min(begin, start[member]!);
      last = Math.max(last, start[member]! + duration[member]!);
    }
    first.push(members[0]!), end.push(next), size.push(members.length), overlap.push(mostAtOnce(columns, members));
    sum.push(total), max.push(longest), from.push(begin), to.push(last);
  }
  return {
    count: first.length,
    first: Uint32Array.from(first),
    end: Uint32Array.from(end),
    size: Uint32Array.from(size),
    overlap: Uint32Array.from(overlap),
    sum: Float64Array.from(sum),
    max: Float64Array.from(max),
    from: Float64Array.from(from),
    to: Float64Array.from(to),
    memberOf,
  };
}

function mostAtOnce({ start, duration }: TraceColumns, members: number[]): number {
  const starts = Float64Array.from(members, (row) => start[row]!).sort();
  const ends = Float64Array.from(members, (row) => start[row]! + duration[row]!).sort();
  let running = 0, most = 0, ended = 0;
  for (const begin of starts) {
    while (ended < ends.length && ends[ended]! <= begin) ended++, running--;
    running++;
    most = Math.max(most, running);
  }
  return most;
}

/** Many sequential calls of a database: the classic N+1. */
export function isLikelyNPlusOne(columns: TraceColumns, groups: Groups, group: number): boolean {
  const database = (columns.flags[groups.first[group]!]! & Flag.database) !== 0;
  return database && groups.overlap[group]! <= 1 && groups.size[group]! >= LIKELY_N_PLUS_ONE_MIN;
}

/** The members of a group, in row order. */
export function membersOf(columns: TraceColumns, groups: Groups, group: number): Uint32Array {
  const members = new Uint32Array(groups.size[group]!);
  let count = 0;
  for (let row = groups.first[group]!; row < groups.end[group]!; row += columns.subtree[row]!) {
    if (groups.memberOf[row] === group) members[count++] = row;
  }
  return members;
}
