// The state of a waterfall that opens within another page: a dozen rows at first, its time window given by that page's axis, and
// nothing in the address but what the page itself puts there. The trace's page has `trace_state.ts`.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';

import type { TraceKey } from './load_trace';
import { rowOfSpan, spanIdText, type TraceColumns } from './model/columns';
import { essentialRows, kEssentialRows } from './model/essential';
import { findGroups, type Groups } from './model/groups';
import { GROUP_PAGE, reveal, visibleRows, type Shown } from './model/rows';
import { withCorrectedClocks } from './model/skew';
import type { Pill, TraceActions, TraceState, Window } from './trace_state';

const kNoPills: ReadonlySet<Pill> = new Set();

/** What there is before a trace has been loaded. */
export const kNoTrace: TraceColumns = {
  facts: {
    trace_id: '', start_time_ns: '0', duration_ns: 0, span_count: 0, error_count: 0, root_row: 0, root_count: 0, orphan_count: 0, skewed_count: 0, may_grow: false, depth_max: 0,
    services: [], critical_path_ns: 0, split: { browser_ns: 0, network_ns: 0, backend_ns: 0 },
  },
  count: 0,
  start: new Float64Array(0), duration: new Float64Array(0), self: new Float64Array(0), parent: new Int32Array(0), subtree: new Uint32Array(0), depth: new Uint16Array(0),
  service: new Uint16Array(0), name: new Uint32Array(0), kind: new Uint8Array(0), status: new Uint8Array(0), flags: new Uint16Array(0), childCount: new Uint32Array(0),
  eventCount: new Uint16Array(0), spanId: new BigUint64Array(0), group: new Uint32Array(0), skew: null, names: [], groupOffsets: new Uint32Array(1), groupBytes: new Uint8Array(0),
  orphanRow: new Uint32Array(0), missingParent: new BigUint64Array(0), cpRow: new Uint32Array(0), cpStart: new Float64Array(0), cpEnd: new Float64Array(0),
};

export interface InlineOptions {
  columns: TraceColumns | undefined;
  key: TraceKey;
  /** In times of the trace. */
  zoom: Window;
  full: Window;
  isZoomed: boolean;
  setZoom: (zoom: Window | null) => void;
  /** Span that the address names, '' for none. */
  span: string;
  setSpan: (span: string) => void;
}

export interface InlineState {
  state: TraceState;
  isWhole: boolean;
  setWhole: (whole: boolean) => void;
  /** There are more rows than those that are essential. */
  hasMore: boolean;
}

export function useInlineState({ columns: loaded = kNoTrace, key, zoom, full, isZoomed, setZoom, span, setSpan }: InlineOptions): InlineState {
  // Within a request clocks are always aligned: bars that lie outside of what caused them explain nothing.
  const columns = useMemo(() => withCorrectedClocks(loaded), [loaded]);
  const groups = useMemo(() => findGroups(columns), [columns]);
  const [collapsed, setCollapsed] = useState<Uint8Array>(() => new Uint8Array(columns.count));
  const [openGroups, setOpenGroups] = useState<ReadonlyMap<number, number>>(new Map());
  const [hiddenServices, setHidden] = useState<Uint8Array>(() => new Uint8Array(columns.facts.services.length));
  const [isWhole, setWhole] = useState(false);
  const before = useRef(columns);
  if (before.current !== columns) {
    // Another trace, or the same one grown.
    before.current = columns;
    setCollapsed(new Uint8Array(columns.count));
    setOpenGroups(new Map());
    setHidden(new Uint8Array(columns.facts.services.length));
  }
  useEffect(() => setWhole(false), [key.traceId]);
  const fits = collapsed.length === columns.count && hiddenServices.length === columns.facts.services.length;
  const selected = span === '' ? -1 : rowOfSpan(columns, span);
  const essential = useMemo(() => essentialRows(columns, groups, kEssentialRows), [columns, groups]);
  const keep = useMemo(() => {
    if (isWhole) return null;
    if (selected < 0 || essential[selected] === 1) return essential;
    // What a link names is shown, too.
    const more = essential.slice();
    more[selected] = 1;
    return more;
  }, [essential, isWhole, selected]);
  const shown = useMemo<Shown>(
    () => ({ collapsed: fits ? collapsed : new Uint8Array(columns.count), openGroups, hiddenServices: fits ? hiddenServices : new Uint8Array(columns.facts.services.length), keep, window: null }),
    [columns, collapsed, openGroups, hiddenServices, keep, fits],
  );
  const rows = useMemo(() => visibleRows(columns, groups, shown), [columns, groups, shown]);
  const latest = useRef({ columns, groups, shown, setZoom, setSpan });
  latest.current = { columns, groups, shown, setZoom, setSpan };

  const show = useCallback((row: number) => {
    const { columns: now, groups: folded, shown: held } = latest.current;
    if (row < 0) return;
    const opened = reveal(now, folded, held, row);
    setOpenGroups(opened.openGroups);
    if (opened.collapsed.some((bit, at) => bit !== held.collapsed[at])) setCollapsed(opened.collapsed);
  }, []);
  // A span named by the address may lie in a folded group.
  useEffect(() => {
    if (selected >= 0 && groups.memberOf[selected]! >= 0) show(selected);
  }, [columns, selected]);

  const act = useMemo<TraceActions>(() => {
    const nothing = () => undefined;
    return {
      select(row, { reveal: reveals = true } = {}) {
        latest.current.setSpan(row < 0 ? '' : spanIdText(latest.current.columns, row));
        if (reveals) show(row);
      },
      setZoom: (next) => latest.current.setZoom(next),
      setView: nothing,
      toggle: (row) => setCollapsed((held) => {
        const next = held.slice();
        next[row] = next[row] === 1 ? 0 : 1;
        return next;
      }),
      setCollapsed,
      toggleGroup(group) {
        const { columns: now, groups: folded, shown: held } = latest.current;
        if (held.openGroups.has(group)) return setOpenGroups((open) => new Map([...open].filter(([each]) => each !== group)));
        // One click to the statement: an opened group shows its slowest member at once.
        const row = slowestOf(now, folded, group);
        setOpenGroups((open) => new Map(open).set(group, GROUP_PAGE));
        latest.current.setSpan(spanIdText(now, row));
        show(row);
      },
      showMore: (group) => setOpenGroups((held) => new Map(held).set(group, (held.get(group) ?? 0) + GROUP_PAGE)),
      hideService: (service, hidden) => setHidden((held) => {
        const next = held.slice();
        next[service] = hidden ? 1 : 0;
        return next;
      }),
      showOnlyService: (service) => setHidden((held) => {
        const next = new Uint8Array(held.length);
        if (service !== null && held[service] === 0 && !held.some((bit, index) => bit === 0 && index !== service)) return next;
        if (service !== null) next.fill(1), (next[service] = 0);
        return next;
      }),
      togglePill: () => setWhole((whole) => !whole),
      clearFilters: () => (setWhole(true), setHidden((held) => new Uint8Array(held.length))),
      setFind: nothing,
      setOnlyMatches: nothing,
      setZoomFilters: nothing,
      setCorrected: nothing,
      point: nothing,
    };
  }, []);

  const state = useMemo<TraceState>(
    () => ({
      key, columns, groups, rows, shown, full, zoom, isZoomed, zoomFilters: false, view: 'waterfall', selected, pills: kNoPills, find: '', matches: null, matchBits: null, onlyMatches: false,
      isFindPartial: false, isCorrected: true, pointed: null, act,
    }),
    [key, columns, groups, rows, shown, full[0], full[1], zoom[0], zoom[1], isZoomed, selected],
  );
  const hasMore = useMemo(() => essential.some((bit) => bit === 0), [essential]);
  return { state, isWhole, setWhole, hasMore };
}

function slowestOf(columns: TraceColumns, groups: Groups, group: number): number {
  let slowest = groups.first[group]!;
  for (let row = slowest; row < columns.count; row++) {
    if (groups.memberOf[row] === group && columns.duration[row]! > columns.duration[slowest]!) slowest = row;
  }
  return slowest;
}
