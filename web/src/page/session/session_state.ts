// What the reader has made of a session: the event that is open, filters, the window, what the axis shows. What a link should
// reopen is in the address; the row under the keys and the zoom of the moment are not.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { addressStore, setQuery } from '../../app/address';
import { useStore } from '../../app/store';
import { kFilters, lineOf, type Filter, type Line, type Placed, type SessionModel } from './session_model';
import { merged, TimeScale, type Interval } from './time_scale';

export type AxisMode = 'session' | 'event';

export interface SessionState {
  model: SessionModel;
  line: Line;
  filter: Filter;
  text: string;
  window: Interval | null;
  isFolded: boolean;
  /** The event that is open. */
  opened: Placed | undefined;
  /** The row under the keys. */
  cursor: string;
  axis: AxisMode;
  scale: TimeScale;
  /** Zoomed by hand. */
  zoom: Interval | null;
  span: string;
  act: SessionActions;
}

export interface SessionActions {
  open(id: string | undefined, options?: { span?: string }): void;
  setCursor(key: string): void;
  setFilter(filter: Filter): void;
  setText(text: string): void;
  setWindow(window: Interval | null, isDone?: boolean): void;
  setFolded(folded: boolean): void;
  toggleFold(key: string): void;
  setAxis(axis: AxisMode): void;
  setZoom(zoom: Interval | null): void;
  setSpan(span: string): void;
  /** The extent of the open event's trace, in times of the session. */
  setExtent(extent: Interval | null): void;
  showAll(): void;
}

const kAddressDelayMs = 200;

function readWindow(query: URLSearchParams, model: SessionModel): Interval | null {
  const found = /^(\d{1,12})-(\d{1,12})$/.exec(query.get('win') ?? '');
  if (!found) return null;
  const from = Math.max(model.from, Number(found[1]) * 1e6);
  const to = Math.min(model.to, Number(found[2]) * 1e6);
  return to > from ? [from, to] : null;
}

/** A little room on both sides. */
export function eventWindow(at: number, end: number): Interval {
  const length = Math.max(end - at, 2e6);
  return [at - length * 0.04, at + length * 1.1];
}

export function useSessionState(model: SessionModel): SessionState {
  const { query } = useStore(addressStore);
  const filter = kFilters.find((each) => each === query.get('show')) ?? 'all';
  const isFolded = query.get('fold') !== '0';
  const text = query.get('find') ?? '';
  const opened = model.byId.get(query.get('event') ?? '');
  const winText = query.get('win') ?? '';
  const [dragged, setDragged] = useState<Interval | null>();
  const written = useMemo(() => readWindow(query, model), [winText, model.from, model.to]);
  const window = dragged === undefined ? written : dragged;
  const [openFolds, setOpenFolds] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState(opened?.event.event_id ?? '');
  const [zoom, setZoom] = useState<Interval | null>(null);
  const [extent, setExtent] = useState<Interval | null>(null);
  const span = useSpan(query.get('span') ?? '');

  const line = useMemo(() => lineOf(model, { filter, text, window, isFolded, open: openFolds }), [model, filter, text, window?.[0], window?.[1], isFolded, openFolds]);
  // A request is too short to be seen on the session's axis: it opens on its own.
  const isLong = opened !== undefined && (opened.event.kind === 'request' || opened.event.kind === 'resource' || opened.event.kind === 'long_task' || opened.event.kind === 'view' || opened.event.kind === 'perf');
  const wantsSession = query.get('axis') === 'session';
  const axis: AxisMode = isLong && !wantsSession ? 'event' : 'session';

  const scale = useMemo(() => {
    if (zoom !== null) return TimeScale.linear(zoom[0], zoom[1]);
    if (axis === 'event' && opened) {
      const view = opened.event.kind === 'view' || opened.event.kind === 'perf' ? loadExtent(model, opened) : null;
      const from = Math.min(opened.at, extent?.[0] ?? Infinity);
      const to = Math.max(opened.end, extent?.[1] ?? -Infinity, view ?? -Infinity);
      return TimeScale.linear(...eventWindow(from, to));
    }
    const [from, to] = window ?? [model.from, model.to];
    const busy = opened ? merged([...model.busy, extent ?? [opened.at, opened.end]]) : model.busy;
    return isFolded ? TimeScale.folded(from, to, busy) : TimeScale.linear(from, to);
  }, [model, window?.[0], window?.[1], zoom?.[0], zoom?.[1], axis, opened, extent?.[0], extent?.[1], isFolded]);

  const latest = useRef({ model, line, filter, text, opened, span: span.text });
  latest.current = { model, line, filter, text, opened, span: span.text };

  const act = useMemo<SessionActions>(() => {
    const toggleFold = (key: string) => setOpenFolds((held) => {
      const next = new Set(held);
      if (!next.delete(key)) next.add(key);
      return next;
    });
    const setWindow = (next: Interval | null, isDone = true) => {
      const { model: now } = latest.current;
      const bounded: Interval | null = next === null ? null : [Math.max(now.from, next[0]), Math.min(now.to, next[1])];
      setZoom(null);
      if (!isDone) return setDragged(bounded);
      setDragged(undefined);
      setQuery({ win: bounded === null ? undefined : `${Math.max(0, Math.floor(bounded[0] / 1e6))}-${Math.ceil(bounded[1] / 1e6)}` }, 'replace');
    };
    return {
      open(id, { span: wanted = '' } = {}) {
        const { model: now, line: shown, opened: before } = latest.current;
        if (id === undefined) {
          span.set('');
          setZoom(null);
          setQuery({ event: undefined, span: undefined, axis: undefined });
          return;
        }
        const placed = now.byId.get(id);
        if (placed === undefined) return;
        if (before?.event.event_id !== id) setExtent(null), setZoom(null);
        span.set(wanted);
        setCursor(id);
        const change: Record<string, string | undefined> = { event: id, span: wanted || undefined };
        const at = shown.rowOf.get(id);
        if (at === undefined) Object.assign(change, { show: undefined, find: undefined, win: undefined }), setDragged(undefined);
        else if (shown.rows[at]!.kind === 'fold') toggleFold(shown.rows[at]!.key);
        setQuery(change);
      },
      setCursor,
      setFilter: (next) => setQuery({ show: next === 'all' ? undefined : next }),
      setText: (next) => setQuery({ find: next || undefined }, 'replace'),
      setWindow,
      setFolded: (folded) => setQuery({ fold: folded ? undefined : '0' }, 'replace'),
      toggleFold,
      setAxis(next) {
        setZoom(null);
        setQuery({ axis: next === 'session' ? 'session' : undefined }, 'replace');
      },
      setZoom: (next) => setZoom(next !== null && next[1] - next[0] < 1e3 ? [next[0], next[0] + 1e3] : next),
      setSpan: span.set,
      setExtent: (next) => setExtent((held) => (held?.[0] === next?.[0] && held?.[1] === next?.[1] ? held : next)),
      showAll() {
        setDragged(undefined);
        setQuery({ show: undefined, find: undefined, win: undefined });
      },
    };
  }, []);

  // A link may name what lies in a fold.
  const foldedIn = opened ? line.rows[line.rowOf.get(opened.event.event_id) ?? -1] : undefined;
  const unfoldedFor = useRef('');
  useEffect(() => {
    const id = opened?.event.event_id ?? '';
    if (unfoldedFor.current === id) return;
    unfoldedFor.current = id;
    if (foldedIn?.kind === 'fold' && !foldedIn.isOpen) act.toggleFold(foldedIn.key);
  }, [opened, foldedIn]);

  return { model, line, filter, text, window, isFolded, opened, cursor, axis, scale, zoom, span: span.text, act };
}

/** Where the load of an opened page ends. */
function loadExtent(model: SessionModel, opened: Placed): number | null {
  const view = model.viewById.get(opened.event.view_id ?? '');
  if (!view) return null;
  const { phases, vitals } = view.view;
  const parts = phases === null ? 0 : Object.values(phases).reduce<number>((sum, ns) => sum + (typeof ns === 'number' ? ns : 0), 0);
  return view.from + Math.max(parts, vitals?.load_ns ?? 0, vitals?.lcp_ns ?? 0, vitals?.fcp_ns ?? 0);
}

/** The selected span changes with every key: the address follows a moment later, and is followed when Back changes it. */
function useSpan(inAddress: string): { text: string; set: (span: string) => void } {
  const [text, setText] = useState(inAddress);
  const written = useRef(inAddress);
  useEffect(() => {
    if (inAddress !== written.current) setText(inAddress);
    written.current = inAddress;
  }, [inAddress]);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (written.current === text) return;
      written.current = text;
      setQuery({ span: text || undefined }, 'replace');
    }, kAddressDelayMs);
    return () => clearTimeout(timer);
  }, [text]);
  const set = useCallback((span: string) => setText(span), []);
  return { text, set };
}
