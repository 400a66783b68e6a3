// What the reader has made of a trace: selection, zoom, what is folded, hidden, wanted. Everything that a link should reopen is
// in the address; the rest (open groups, hover) is not. One state for all views of the trace.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { addressStore, setQuery } from '../app/address';
import { useStore } from '../app/store';
import { findInTrace, type TraceKey } from './load_trace';
import { rowOfSpan, spanIdText, type TraceColumns } from './model/columns';
import { criticalRows, errorRows, findByName, intersection, rowsOf, slowRows, union } from './model/find';
import { findGroups, type Groups } from './model/groups';
import { GROUP_PAGE, reveal, visibleRows, type Shown, type VisibleRows } from './model/rows';
import { extent, withCorrectedClocks } from './model/skew';

export const kViews = ['waterfall', 'flame', 'operations', 'map', 'events'] as const;
export type ViewName = (typeof kViews)[number];
export const kPills = ['critical', 'errors', 'slow'] as const;
export type Pill = (typeof kPills)[number];

export type Window = readonly [from: number, to: number];

export interface TraceState {
  key: TraceKey;
  /** As drawn: with corrected clocks where the reader asked for them. */
  columns: TraceColumns;
  groups: Groups;
  rows: VisibleRows;
  shown: Shown;
  full: Window;
  zoom: Window;
  isZoomed: boolean;
  zoomFilters: boolean;
  view: ViewName;
  selected: number;
  pills: ReadonlySet<Pill>;
  find: string;
  matches: Uint32Array | null;
  matchBits: Uint8Array | null;
  onlyMatches: boolean;
  isFindPartial: boolean;
  isCorrected: boolean;
  /** Rows of a finding that the reader looks at. */
  pointed: Uint8Array | null;
  act: TraceActions;
}

export interface TraceActions {
  select(row: number, options?: { reveal?: boolean }): void;
  setZoom(zoom: Window | null): void;
  setView(view: ViewName): void;
  toggle(row: number): void;
  setCollapsed(collapsed: Uint8Array): void;
  toggleGroup(group: number): void;
  showMore(group: number): void;
  hideService(service: number, hidden: boolean): void;
  showOnlyService(service: number | null): void;
  togglePill(pill: Pill): void;
  clearFilters(): void;
  setFind(text: string): void;
  setOnlyMatches(only: boolean): void;
  setZoomFilters(filters: boolean): void;
  setCorrected(corrected: boolean): void;
  point(rows: readonly number[]): void;
}

const kCollapsedInAddressMax = 60;
const kFindDelayMs = 180;
const kAddressDelayMs = 200;

export function useTraceState(loaded: TraceColumns, key: TraceKey): TraceState {
  const { query } = useStore(addressStore);
  const { isCorrected, pills, view, onlyMatches, hiddenServices } = useView(loaded, query);
  const columns = useMemo(() => (isCorrected ? withCorrectedClocks(loaded) : loaded), [loaded, isCorrected]);
  const groups = useMemo(() => findGroups(columns), [columns]);
  const full = useMemo<Window>(() => extent(columns), [columns]);
  const [collapsed, setCollapsed] = useState(() => readCollapsed(loaded, query));
  const [openGroups, setOpenGroups] = useState<ReadonlyMap<number, number>>(new Map());
  const [zoom, setZoomState] = useState<Window | null>(() => readZoom(query));
  const [zoomFilters, setZoomFilters] = useState(false);
  const [selected, setSelected] = useState(() => readSelected(loaded, query));
  const [find, setFind] = useState(query.get('find') ?? '');
  const [pointed, setPointed] = useState<Uint8Array | null>(null);
  const { matchBits, isPartial } = useFind(loaded, key, find);
  const matches = useMemo(() => (matchBits === null ? null : rowsOf(matchBits)), [matchBits]);

  const keep = useMemo(() => {
    let wanted: Uint8Array | null = null;
    if (pills.has('critical')) wanted = union(wanted, criticalRows(columns));
    if (pills.has('errors')) wanted = union(wanted, errorRows(columns));
    if (pills.has('slow')) wanted = union(wanted, slowRows(columns));
    if (onlyMatches && matchBits !== null) wanted = intersection(wanted, matchBits);
    return wanted;
  }, [columns, pills, onlyMatches, matchBits]);
  const filterWindow = zoomFilters && zoom !== null ? zoom : null;
  const shown = useMemo<Shown>(
    () => ({ collapsed, openGroups, hiddenServices, keep, window: filterWindow }),
    [collapsed, openGroups, hiddenServices, keep, filterWindow],
  );
  const rows = useMemo(() => visibleRows(columns, groups, shown), [columns, groups, shown]);

  // The trace may have grown: what is remembered by row follows its span.
  const before = useRef(loaded);
  useEffect(() => {
    if (before.current === loaded) return;
    const id = selected >= 0 && selected < before.current.count ? spanIdText(before.current, selected) : '';
    before.current = loaded;
    setSelected(id === '' ? -1 : rowOfSpan(loaded, id));
    setCollapsed(new Uint8Array(loaded.count));
    setOpenGroups(new Map());
    setPointed(null);
  }, [loaded]);

  const latest = useRef({ columns, groups, shown, pills, hiddenServices });
  latest.current = { columns, groups, shown, pills, hiddenServices };

  const setZoom = useCallback((next: Window | null) => {
    const [from, to] = extent(latest.current.columns);
    let bounded: Window | null = null;
    if (next !== null) {
      const least = Math.max(1, (to - from) * 1e-7);
      const length = Math.min(to - from, Math.max(least, next[1] - next[0]));
      const begin = Math.min(Math.max(from, next[0]), to - length);
      bounded = length >= (to - from) * 0.9999 ? null : [begin, begin + length];
    }
    setZoomState(bounded);
  }, []);

  const act = useMemo<TraceActions>(() => {
    const writeHidden = (hidden: Uint8Array) => {
      const names = latest.current.columns.facts.services.filter((_, index) => hidden[index] === 1).map((service) => service.name);
      setQuery({ hide: names });
    };
    return {
      select(row, { reveal: shows = true } = {}) {
        setSelected(row);
        if (row < 0 || !shows) return;
        const { columns: now, groups: folded, shown: held } = latest.current;
        const opened = reveal(now, folded, held, row);
        if (opened.openGroups.size !== held.openGroups.size || [...opened.openGroups].some(([group, size]) => held.openGroups.get(group) !== size)) {
          setOpenGroups(opened.openGroups);
        }
        if (opened.collapsed.some((bit, at) => bit !== held.collapsed[at])) setCollapsed(opened.collapsed);
      },
      setZoom,
      setView: (next) => setQuery({ view: next === 'waterfall' ? undefined : next }),
      toggle(row) {
        setCollapsed((held) => {
          const next = held.slice();
          next[row] = next[row] === 1 ? 0 : 1;
          return next;
        });
      },
      setCollapsed,
      toggleGroup(group) {
        setOpenGroups((held) => {
          const next = new Map(held);
          if (!next.delete(group)) next.set(group, GROUP_PAGE);
          return next;
        });
      },
      showMore: (group) => setOpenGroups((held) => new Map(held).set(group, (held.get(group) ?? 0) + GROUP_PAGE)),
      hideService(service, isHidden) {
        const next = latest.current.hiddenServices.slice();
        next[service] = isHidden ? 1 : 0;
        writeHidden(next);
      },
      showOnlyService(service) {
        const next = new Uint8Array(latest.current.hiddenServices.length);
        if (service !== null) next.fill(1), (next[service] = 0);
        writeHidden(next);
      },
      togglePill(pill) {
        const next = new Set(latest.current.pills);
        if (!next.delete(pill)) next.add(pill);
        setQuery({ only: [...next].join(',') });
      },
      clearFilters() {
        setZoomFilters(false);
        setQuery({ only: undefined, hide: undefined, match: undefined });
      },
      setFind(text) {
        setFind(text);
        if (text === '') setQuery({ match: undefined }, 'replace');
      },
      setOnlyMatches: (only) => setQuery({ match: only ? 'only' : undefined }),
      setZoomFilters,
      setCorrected: (corrected) => setQuery({ clocks: corrected ? 'corrected' : undefined }),
      point(list) {
        const bits = new Uint8Array(latest.current.columns.count);
        for (const row of list) if (row < bits.length) bits[row] = 1;
        setPointed(list.length > 0 ? bits : null);
      },
    };
  }, [setZoom]);

  // What changes with every key or wheel step is in the state first and in the address a moment after the last change (browsers
  // limit how often it may change). What Back or a link changes there comes from the address.
  const written = useRef({ span: query.get('span') ?? '', find: query.get('find') ?? '' });
  useEffect(() => {
    const timer = setTimeout(() => {
      const folded: string[] = [];
      for (let row = 0; row < collapsed.length && folded.length <= kCollapsedInAddressMax; row++) if (collapsed[row] === 1) folded.push(row.toString(36));
      const span = selected >= 0 ? spanIdText(loaded, selected) : '';
      written.current = { span, find };
      setQuery({
        span, find, zoom: zoom === null ? undefined : `${Math.floor(zoom[0] / 1e3)}-${Math.ceil(zoom[1] / 1e3)}`,
        folded: folded.length <= kCollapsedInAddressMax ? folded.join('.') : undefined,
      }, 'replace');
    }, kAddressDelayMs);
    return () => clearTimeout(timer);
  }, [zoom, collapsed, selected, find, loaded]);
  useEffect(() => {
    const span = query.get('span') ?? '';
    const wanted = query.get('find') ?? '';
    if (span !== written.current.span) setSelected(readSelected(loaded, query));
    if (wanted !== written.current.find) setFind(wanted);
    written.current = { span, find: wanted };
  }, [query]);

  return {
    key, columns, groups, rows, shown, full, zoom: zoom ?? full, isZoomed: zoom !== null, zoomFilters, view, selected, pills, find, matches, matchBits,
    onlyMatches, isFindPartial: isPartial, isCorrected, pointed, act,
  };
}

/** Names at once, attributes when the server has looked through them. */
function useFind(columns: TraceColumns, key: TraceKey, text: string): { matchBits: Uint8Array | null; isPartial: boolean } {
  const byName = useMemo(() => (text.trim() === '' ? null : findByName(columns, text)), [columns, text]);
  const [found, setFound] = useState<{ text: string; bits: Uint8Array } | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    setFailed(false);
    if (text.trim().length < 2) return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      findInTrace(key, text.trim(), controller.signal).then(
        (answer) => {
          const bits = new Uint8Array(columns.count);
          for (const row of answer.rows) if (row < bits.length) bits[row] = 1;
          setFound({ text, bits });
          setFailed(!answer.exact);
        },
        () => controller.signal.aborted || setFailed(true),
      );
    }, kFindDelayMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [columns, text, key.traceId, key.open]);
  const matchBits = useMemo(
    () => (byName !== null && found?.text === text && found.bits.length === byName.length ? union(byName, found.bits) : byName),
    [byName, found, text],
  );
  return { matchBits, isPartial: failed };
}

/** The parts of the state that live in the address alone. */
function useView(columns: TraceColumns, query: URLSearchParams) {
  const only = query.get('only') ?? '';
  const hide = query.getAll('hide').join('\0');
  const pills = useMemo<ReadonlySet<Pill>>(() => new Set(kPills.filter((pill) => only.split(',').includes(pill))), [only]);
  const hiddenServices = useMemo(() => {
    const names = new Set(hide.split('\0'));
    return Uint8Array.from(columns.facts.services, (service) => (names.has(service.name) ? 1 : 0));
  }, [columns, hide]);
  return {
    isCorrected: query.get('clocks') === 'corrected',
    view: kViews.find((name) => name === query.get('view')) ?? ('waterfall' as const),
    onlyMatches: query.get('match') === 'only',
    pills,
    hiddenServices,
  };
}

function readCollapsed(columns: TraceColumns, query: URLSearchParams): Uint8Array {
  const collapsed = new Uint8Array(columns.count);
  for (const text of (query.get('folded') ?? '').split('.')) {
    const row = Number.parseInt(text, 36);
    if (row < columns.count) collapsed[row] = 1;
  }
  return collapsed;
}

function readZoom(query: URLSearchParams): Window | null {
  const zoom = /^(-?\d{1,15})-(\d{1,15})$/.exec(query.get('zoom') ?? '');
  return zoom && Number(zoom[2]) > Number(zoom[1]) ? [Number(zoom[1]) * 1e3, Number(zoom[2]) * 1e3] : null;
}

function readSelected(columns: TraceColumns, query: URLSearchParams): number {
  const span = query.get('span');
  return span ? rowOfSpan(columns, span) : -1;
}

/** The span that an address names but the trace does not have. */
export function unknownSpan(columns: TraceColumns): string | undefined {
  const id = addressStore.get().query.get('span');
  return id && rowOfSpan(columns, id) < 0 ? id : undefined;
}
