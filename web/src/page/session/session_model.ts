// A session as its page needs it: times as numbers from its start, what caused what, what went wrong, and the rows of the time
// line (with resources and idle time folded). Pure: an answer and choices in, rows out.
import type { SessionDetail, SessionEvent, SessionView } from '../../api/rum_sessions';
import { atOnce } from '../../app/breath';
import { merged, type Interval } from './time_scale';

/** As the server counts: longer than this a request is slow. */
export const kSlowNs = 2e9;
const kGapRowNs = 10e9;
const kFoldLeast = 2;
/** Events placed in one step. */
const kStep = 250;

export interface Placed {
  event: SessionEvent;
  /** Nanoseconds from the start of the session. */
  at: number;
  end: number;
  index: number;
}
export interface PlacedView {
  view: SessionView;
  from: number;
  to: number;
}

export interface SessionModel {
  detail: SessionDetail;
  startMs: number;
  from: number;
  to: number;
  events: Placed[];
  byId: ReadonlyMap<string, Placed>;
  /** What an event likely caused. */
  effects: ReadonlyMap<string, Placed[]>;
  views: PlacedView[];
  viewById: ReadonlyMap<string, PlacedView>;
  busy: Interval[];
  /** By filter, as the header counts: what a browser reported as one event with a number of times is that many. */
  counts: Readonly<Record<Filter, number>>;
  troubles: Placed[];
}

/** Some SDKs give events no id: such an event is known by its time. The server knows it by none, see `hasId`. */
function withId(event: SessionEvent, known: Set<string>): SessionEvent {
  let id = event.event_id;
  for (let n = 0; id === '' || known.has(id); n++) id = `~${event.at_ns}.${n}`;
  known.add(id);
  return id === event.event_id ? event : { ...event, event_id: id };
}
export function hasId(event: SessionEvent): boolean {
  return !event.event_id.startsWith('~');
}

export function since(ns: string, base: bigint): number {
  try {
    return Number(BigInt(ns) - base);
  } catch {
    return 0;
  }
}

export const sessionModel = (detail: SessionDetail): SessionModel => atOnce(modelSteps(detail));

/** The same step by step: a session may have thousands of events. */
export function* modelSteps(detail: SessionDetail): Generator<void, SessionModel> {
  const base = BigInt(detail.session.start_ns);
  const ids = new Set<string>();
  const events: Placed[] = [];
  let to = Math.max(1e6, since(detail.session.end_ns, base));
  for (const told of detail.events) {
    const event = withId(told, ids);
    const at = since(event.at_ns, base);
    const end = Math.max(at, event.end_ns !== null ? since(event.end_ns, base) : at + (event.duration_ns ?? 0));
    if (end > to) to = end;
    if (events.push({ event, at, end, index: 0 }) % kStep === 0) yield;
  }
  events.sort((a, b) => a.at - b.at);
  events.forEach((placed, index) => (placed.index = index));
  yield;
  const byId = new Map<string, Placed>();
  for (const placed of events) byId.set(placed.event.event_id, placed);
  yield;
  const effects = new Map<string, Placed[]>();
  for (const placed of events) {
    const cause = placed.event.caused_by;
    if (cause === null || !byId.has(cause)) continue;
    const list = effects.get(cause);
    if (list === undefined) effects.set(cause, [placed]);
    else list.push(placed);
  }
  const counts = Object.fromEntries(kFilters.map((filter) => [filter, 0])) as Record<Filter, number>;
  const troubles: Placed[] = [];
  for (const placed of events) {
    for (const filter of kFilters) if (passes(placed.event, filter)) counts[filter] += Math.max(1, placed.event.times);
    if (isTrouble(placed.event)) troubles.push(placed);
    if (placed.index % kStep === 0) yield;
  }
  const views = detail.views.map((view) => ({ view, from: since(view.start_ns, base), to: since(view.end_ns, base) }));
  views.sort((a, b) => a.from - b.from);
  // What a user looks at is one view at a time: each ends where the next begins.
  views.forEach((placed, index) => (placed.to = views[index + 1]?.from ?? Math.max(placed.to, since(detail.session.end_ns, base))));
  const from = Math.min(0, events[0]?.at ?? 0);
  const busy = merged(events.map(({ at, end }) => [at, end] as const));
  return {
    detail, startMs: Number(base / 1_000_000n) + Number(base % 1_000_000n) / 1e6, from, to, events, byId, effects, views,
    viewById: new Map(views.map((placed) => [placed.view.view_id, placed])), busy, counts, troubles,
  };
}

/** As the server counts: redirects are no failures, though the SDK calls them so. */
export function isFailed(event: SessionEvent): boolean {
  if (event.kind === 'error') return true;
  if (event.kind !== 'request' && event.kind !== 'resource') return false;
  const status = Number(event.status_code ?? 0);
  if (status >= 400) return true;
  if (status >= 300) return false;
  return event.success === 0 || (event.success === null && event.status_code !== null && status === 0);
}
export function isSlow(event: SessionEvent): boolean {
  return (event.kind === 'request' || event.kind === 'resource') && (event.duration_ns ?? 0) > kSlowNs;
}
/** Something a reader looks for. */
export function isTrouble(event: SessionEvent): boolean {
  return isFailed(event) || isSlow(event) || event.rage;
}

export const kFilters = ['all', 'errors', 'slow', 'requests', 'actions', 'views', 'custom', 'resources'] as const;
export type Filter = (typeof kFilters)[number];

export function passes(event: SessionEvent, filter: Filter): boolean {
  switch (filter) {
    case 'errors':
      return isFailed(event);
    case 'slow':
      return isSlow(event) || event.kind === 'long_task';
    case 'requests':
      return event.kind === 'request';
    case 'actions':
      return event.kind === 'action';
    case 'views':
      return event.kind === 'view' || event.kind === 'vitals' || event.kind === 'perf';
    case 'custom':
      return event.kind === 'custom' || event.kind === 'application';
    case 'resources':
      return event.kind === 'resource';
    default:
      return true;
  }
}

/** What the reader may search for in an event. */
function textOf(event: SessionEvent): string {
  return [event.name, event.type, event.url, event.method, event.status_code, event.message, event.view_name, event.error?.type, event.error?.message, event.trace?.trace_id, event.event_id, event.trace?.backend?.service, event.trace?.backend?.operation]
    .filter((part) => part !== null && part !== undefined && part !== '')
    .join('\n')
    .toLowerCase();
}

export interface LineChoice {
  filter: Filter;
  text: string;
  window: Interval | null;
  /** Idle time and static resources are one row each. */
  isFolded: boolean;
  /** Folds that the reader has opened, by key. */
  open: ReadonlySet<string>;
}

export type LineRow =
  | { kind: 'event'; key: string; placed: Placed; indent: number }
  | { kind: 'fold'; key: string; events: Placed[]; isOpen: boolean; bytes: number; at: number; end: number }
  | { kind: 'gap'; key: string; at: number; end: number };

export interface Line {
  rows: LineRow[];
  shown: number;
  /** Left out by the window. */
  outside: number;
  /** Row of an event, itself or folded. */
  rowOf: Map<string, number>;
}

/** The time line: events in order, runs of static resources of one view as one row, idle time as one row. */
export function lineOf(model: SessionModel, choice: LineChoice): Line {
  const needle = choice.text.trim().toLowerCase();
  const rows: LineRow[] = [];
  const rowOf = new Map<string, number>();
  let outside = 0;
  let shown = 0;
  let run: Placed[] = [];
  let busyUntil = -Infinity;
  const push = (row: LineRow) => rows.push(row) - 1;
  const single = (placed: Placed, extra: number) => {
    const cause = placed.event.caused_by;
    const isCaused = cause !== null && rowOf.has(cause);
    rowOf.set(placed.event.event_id, push({ kind: 'event', key: placed.event.event_id, placed, indent: (isCaused ? 1 : 0) + extra }));
  };
  const flush = () => {
    const list = run;
    run = [];
    if (list.length === 0) return;
    if (list.length < kFoldLeast) return single(list[0]!, 0);
    const key = `fold ${list[0]!.event.event_id}`;
    const isOpen = choice.open.has(key);
    const bytes = list.reduce((sum, { event }) => sum + (event.transfer_size ?? event.size ?? 0), 0);
    const at = push({ kind: 'fold', key, events: list, isOpen, bytes, at: list[0]!.at, end: Math.max(...list.map(({ end }) => end)) });
    for (const placed of list) {
      if (isOpen) single(placed, 1);
      else rowOf.set(placed.event.event_id, at);
    }
  };
  const folds = choice.isFolded && choice.filter !== 'resources' && needle === '';
  for (const placed of model.events) {
    const { event } = placed;
    if (!passes(event, choice.filter)) continue;
    if (needle !== '' && !textOf(event).includes(needle)) continue;
    if (choice.window !== null && (placed.at > choice.window[1] || placed.end < choice.window[0])) {
      outside++;
      continue;
    }
    shown++;
    if (choice.isFolded && busyUntil > -Infinity && placed.at - busyUntil >= kGapRowNs) {
      flush();
      push({ kind: 'gap', key: `gap ${event.event_id}`, at: busyUntil, end: placed.at });
    }
    busyUntil = Math.max(busyUntil, placed.end);
    if (folds && event.kind === 'resource' && !isTrouble(event)) {
      if (run.length > 0 && run[0]!.event.view_id !== event.view_id) flush();
      run.push(placed);
      continue;
    }
    flush();
    single(placed, 0);
  }
  flush();
  return { rows, shown, outside, rowOf };
}

/** The next event for which `wanted` holds, going round; undefined when there is none. */
export function nextEvent(model: SessionModel, from: string | undefined, forward: boolean, wanted: (event: SessionEvent) => boolean): Placed | undefined {
  const fits = model.events.filter(({ event }) => wanted(event));
  if (fits.length === 0) return undefined;
  const at = from === undefined ? (forward ? -1 : Infinity) : (model.byId.get(from)?.index ?? -1);
  if (forward) return fits.find(({ index }) => index > at) ?? fits[0];
  return [...fits].reverse().find(({ index }) => index < at) ?? fits.at(-1);
}

/** Troubles for the summary: failures first, then the slowest. Equal names are told once with their number. */
export function troublesOf(model: SessionModel, most = 8): { placed: Placed; count: number }[] {
  const found = new Map<string, { placed: Placed; count: number }>();
  for (const placed of model.troubles) {
    const { event } = placed;
    const key = [event.kind, isFailed(event), event.method, event.name, event.status_code, event.error?.message].join('\0');
    const held = found.get(key);
    if (held === undefined) found.set(key, { placed, count: Math.max(1, event.times) });
    else {
      held.count += Math.max(1, event.times);
      if ((event.duration_ns ?? 0) > (held.placed.event.duration_ns ?? 0)) held.placed = placed;
    }
  }
  const weight = ({ event }: Placed) => (event.kind === 'error' ? 3 : isFailed(event) ? 2 : isSlow(event) ? 1 : 0);
  return [...found.values()].sort((a, b) => weight(b.placed) - weight(a.placed) || b.count - a.count || (b.placed.event.duration_ns ?? 0) - (a.placed.event.duration_ns ?? 0)).slice(0, most);
}

/** Events in equal steps of the session, for the overview. */
export function histogram(model: SessionModel, bins: number): { all: Uint32Array; troubled: Uint32Array } {
  const all = new Uint32Array(bins);
  const troubled = new Uint32Array(bins);
  const per = bins / Math.max(1, model.to - model.from);
  const binOf = ({ at }: Placed) => Math.min(bins - 1, Math.max(0, Math.floor((at - model.from) * per)));
  for (const placed of model.events) all[binOf(placed)]!++;
  for (const placed of model.troubles) troubled[binOf(placed)]!++;
  return { all, troubled };
}
