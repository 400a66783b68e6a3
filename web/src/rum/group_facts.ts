// What the pages of browser errors work out from the answers: names of places in code, which groups a tab shows, what a change
// of state does, which frames are folded. Pure.
import type { ErrorGroupRow, Frame, GroupSort, GroupState, MapState, Position, SourceMapUse, StateChange, Steps } from '../api/rum_errors';
import type { Span } from '../app/range';
import { fromNanoseconds } from '../format/instant';

/** What the list shows: `unresolved` is what somebody should look at, `new` those of it that were never seen before this range. */
export type View = 'unresolved' | 'new' | 'regressed' | 'open' | 'resolved' | 'ignored';
export const kViews: readonly View[] = ['unresolved', 'new', 'regressed', 'open', 'resolved', 'ignored'];

export function statesOf(view: View): readonly GroupState[] {
  return view === 'unresolved' || view === 'new' ? ['open', 'regressed'] : [view];
}
/** New ones are asked by first appearance, so that they come within the limit. */
export function sortOf(view: View, chosen: GroupSort): GroupSort {
  return view === 'new' && chosen === 'impact' ? 'first' : chosen;
}
export function isNew(row: Pick<ErrorGroupRow, 'first_ns'>, rangeStart: number): boolean {
  return fromNanoseconds(row.first_ns) >= rangeStart;
}

/** Users × recency: an error that stopped a sixth of the range ago counts half, one from its start a sixty-fourth. Clients that
 * know no users count by sessions. */
export function impactOf(row: Pick<ErrorGroupRow, 'users' | 'sessions' | 'last_ns'>, range: Span): number {
  const age = Math.max(0, range.end - fromNanoseconds(row.last_ns)) / Math.max(1, range.end - range.start);
  return (row.users || row.sessions) * 2 ** (-6 * Math.min(1, age));
}
/** By impact, equal ones as the server has them. */
export function byImpact<Row extends Pick<ErrorGroupRow, 'users' | 'sessions' | 'last_ns'>>(rows: readonly Row[], range: Span): Row[] {
  return rows.map((row) => ({ row, impact: impactOf(row, range) })).sort((a, b) => b.impact - a.impact).map(({ row }) => row);
}

/** The last two parts of a path, without host, query and the prefixes of bundlers. */
export function shortFile(file: string): string {
  const path = file.replace(/[?#].*$/, '').replace(/^[a-z-]+:\/\/[^/]*\//i, '').replace(/^(?:\.{0,2}\/)+/, '');
  return path.split('/').filter(Boolean).slice(-2).join('/') || file;
}
/** `cart/checkout.ts:412:7`, as editors understand it; empty where nothing is known. */
export function positionText(position: Pick<Position, 'file' | 'line' | 'column'> | null | undefined, whole = false): string {
  if (!position?.file) return '';
  const place = [position.line, position.column].filter((each) => typeof each === 'number' && each >= 0);
  return [whole ? position.file : shortFile(position.file), ...place].join(':');
}

/** The group as it is after the change, before the server has said so. */
export function applyChange(row: ErrorGroupRow, change: StateChange, nowMs: number): ErrorGroupRow {
  return {
    ...row, state: change.state, note: change.note ?? row.note, regressed_ns: null,
    resolved_in_version: change.state === 'resolved' ? (change.resolved_in_version ?? null) : null,
    state_since_ns: change.state === row.state ? row.state_since_ns : `${Math.round(nowMs)}000000`,
  };
}
/** What takes a change back. A regressed group is one that was resolved too early: its resolution is put back as it was. */
export function undoOf(row: ErrorGroupRow): StateChange {
  const state = row.state === 'regressed' ? 'resolved' : row.state;
  const since = row.state === 'open' ? undefined : row.state_since_ns;
  return {
    state, ...(row.note === null ? { note: '' } : { note: row.note }),
    ...(state === 'resolved' && row.resolved_in_version ? { resolved_in_version: row.resolved_in_version } : {}),
    ...(since ? { state_since_ns: since } : {}),
  };
}

/** How counts by state move with what was changed here since the server counted. */
export function countsAfter(counts: Readonly<Record<GroupState, number>>, before: readonly ErrorGroupRow[], changed: ReadonlyMap<string, ErrorGroupRow>): Record<GroupState, number> {
  const next = { ...counts };
  for (const row of before) {
    const now = changed.get(row.group_id);
    if (!now || now.state === row.state) continue;
    next[row.state] = Math.max(0, next[row.state] - 1);
    next[now.state] += 1;
  }
  return next;
}

export type StackPart = { kind: 'frame'; frame: Frame; index: number } | { kind: 'folded'; frames: readonly Frame[]; index: number };

/** Runs of two and more frames of libraries become one line, unless nothing else would be left. */
export function foldFrames(frames: readonly Frame[]): StackPart[] {
  if (!frames.some((frame) => frame.in_app)) return frames.map((frame, index) => ({ kind: 'frame', frame, index }));
  const parts: StackPart[] = [];
  for (let at = 0; at < frames.length; ) {
    let end = at;
    while (end < frames.length && !frames[end]?.in_app) end++;
    if (end - at >= 2) parts.push({ kind: 'folded', frames: frames.slice(at, end), index: at });
    else if (end > at) parts.push({ kind: 'frame', frame: frames[at] as Frame, index: at });
    if (end < frames.length) parts.push({ kind: 'frame', frame: frames[end] as Frame, index: end });
    at = end + 1;
  }
  return parts;
}
/** The frame to open first: the uppermost of the application that has source to show, else the uppermost with source. */
export function firstWithSource(frames: readonly Frame[]): number {
  const own = frames.findIndex((frame) => frame.in_app && (frame.source?.context.length ?? 0) > 0);
  return own >= 0 ? own : frames.findIndex((frame) => (frame.source?.context.length ?? 0) > 0);
}

export function mapUseOf(told: SourceMapUse | MapState | null | undefined, frames: readonly Frame[]): SourceMapUse {
  if (told && typeof told === 'object') return told;
  return { state: told ?? (frames.some((frame) => frame.source) ? 'applied' : 'none') };
}

/** A word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
/** The line that uploads what is missing: of this application, of the version that failed, to this server. */
export function uploadCommand(app: string, version: string, url: string): string {
  return `clew sourcemaps upload --app ${shellWord(app)} --version ${shellWord(version || 'VERSION')} --url ${shellWord(url)} dist/`;
}

/** Releases whose first event lies within the chart, as marks. What was there from the start is no release. */
export function releaseMarks(releases: readonly { version: string; first_ns: string }[] | null | undefined, steps: Steps | null | undefined): { time: number; label: string }[] {
  if (!releases || !steps) return [];
  const start = fromNanoseconds(steps.start_ns);
  const step = steps.step_ns / 1e6;
  return releases
    .map((each) => ({ time: fromNanoseconds(each.first_ns), label: each.version }))
    .filter((mark) => mark.time > start + step && mark.time < start + step * steps.count)
    .sort((a, b) => a.time - b.time);
}
/** Milliseconds of the steps of a series. */
export function stepTimes(steps: Steps, length: number): number[] {
  const start = fromNanoseconds(steps.start_ns);
  return Array.from({ length }, (_, index) => start + (index * steps.step_ns) / 1e6);
}

/** An HTTP status that says failure; 0 is the network's. */
export function isFailure(status: string | number | null | undefined, success?: number | null): boolean {
  if (success === 0) return true;
  if (status === null || status === undefined || status === '') return false;
  const code = Number(status);
  return code === 0 || code >= 400;
}
