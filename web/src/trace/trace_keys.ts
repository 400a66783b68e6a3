// The keys of the trace page: everything that can be done with the mouse.
import { useKeys, type KeyBinding } from '../app/keys';
import { go, link } from '../app/address';
import { copyText } from '../app/notice';
import { neighboursOf } from '../app/result_list';
import { t } from '../i18n/catalogue';
import { nameOf, serviceOf, type TraceColumns } from './model/columns';
import { criticalRows, nextRow, rowsOf } from './model/find';
import { traceqlText } from './model/attributes';
import { collapseOffCriticalPath, RowKind } from './model/rows';
import { goToError, markOrCompare } from './trace_header';
import { goToMatch } from './trace_toolbar';
import { kViews, type TraceState } from './trace_state';
import { changeLevel } from './waterfall/waterfall';

export interface PanelKeys {
  cyclePanel(): void;
  closePanel(): boolean;
  focusDetails(): boolean;
  focusFind(): void;
}

/** The span rows in sight next to the selected one; groups and headings are stepped over. False at either end. */
export function step(state: TraceState, by: 1 | -1): boolean {
  const { rows, selected } = state;
  let at = selected >= 0 ? rows.shownAt[selected]! : by > 0 ? -1 : rows.count;
  do at += by;
  while (at >= 0 && at < rows.count && rows.kind[at] !== RowKind.span);
  if (at < 0 || at >= rows.count) return false;
  state.act.select(rows.row[at]!, { reveal: false });
  return true;
}

function expand({ columns, selected, shown, act }: TraceState): void {
  if (selected < 0 || columns.subtree[selected]! <= 1) return;
  if (shown.collapsed[selected] === 1) act.toggle(selected);
  else act.select(selected + 1);
}

function collapse({ columns, selected, shown, act }: TraceState): void {
  if (selected < 0) return;
  if (columns.subtree[selected]! > 1 && shown.collapsed[selected] !== 1) act.toggle(selected);
  else if (columns.parent[selected]! >= 0) act.select(columns.parent[selected]!);
}

function setSubtree({ columns, selected, shown, act }: TraceState, collapsed: 0 | 1): void {
  if (selected < 0) return;
  const next = shown.collapsed.slice();
  next.fill(collapsed, selected, selected + columns.subtree[selected]!);
  act.setCollapsed(next);
}

export function zoomBy(state: TraceState, factor: number): void {
  const [from, to] = state.zoom;
  const { columns, selected } = state;
  const middle = selected >= 0 ? Math.min(to, Math.max(from, columns.start[selected]! + columns.duration[selected]! / 2)) : (from + to) / 2;
  state.act.setZoom([middle - (middle - from) * factor, middle + (to - middle) * factor]);
}

function pan(state: TraceState, share: number): void {
  const [from, to] = state.zoom;
  if (state.isZoomed) state.act.setZoom([from + (to - from) * share, to + (to - from) * share]);
}

export function fitSpan(state: TraceState, row: number): void {
  if (row < 0) return;
  const start = state.columns.start[row]!;
  const length = Math.max(1, state.columns.duration[row]!);
  state.act.setZoom([start - length * 0.03, start + length * 1.03]);
}

export function operationQuery(columns: TraceColumns, row: number): string {
  return `{ resource.service.name = ${traceqlText(serviceOf(columns, row).name)} && name = ${traceqlText(nameOf(columns, row))} }`;
}

/** The keys of the rows and of the time: the same on the trace's page and where a trace opens within another. */
export function waterfallKeys(state: TraceState): KeyBinding[] {
  const words = t.trace.keys;
  const { act, columns, selected } = state;
  const inRows = state.view === 'waterfall';
  const rowKey = (run: () => void) => () => (inRows ? run() : false);
  return [
    { keys: ['j', '↓'], label: words.next, run: rowKey(() => step(state, 1)) },
    { keys: ['k', '↑'], label: words.previous, run: rowKey(() => step(state, -1)) },
    { keys: ['→'], label: words.expand, run: rowKey(() => expand(state)) },
    { keys: ['←'], label: words.collapse, run: rowKey(() => collapse(state)) },
    { keys: ['Shift-→'], label: words.expand_all, run: rowKey(() => setSubtree(state, 0)) },
    { keys: ['Shift-←'], label: words.collapse_all, run: rowKey(() => setSubtree(state, 1)) },
    { keys: ['o'], label: words.deeper, run: rowKey(() => changeLevel(state, 1)) },
    { keys: ['p'], label: words.shallower, run: rowKey(() => changeLevel(state, -1)) },
    { keys: ['*'], label: words.critical_open, run: rowKey(() => act.setCollapsed(collapseOffCriticalPath(columns))) },
    { keys: ['e', 'E'], label: words.error, run: (event) => goToError(state, event.key === 'e') },
    {
      keys: ['c'], label: words.critical,
      run: () => {
        const row = nextRow(rowsOf(criticalRows(columns)), selected, true);
        if (row >= 0) act.select(row);
      },
    },
    { keys: ['C'], label: words.only_critical, run: () => act.togglePill('critical') },
    { keys: ['h'], label: words.only_service, run: () => void (selected >= 0 && act.showOnlyService(columns.service[selected]!)) },
    { keys: ['H'], label: words.hide_service, run: () => void (selected >= 0 && act.hideService(columns.service[selected]!, true)) },
    { keys: ['w', '+', '='], label: words.zoom, run: () => zoomBy(state, 0.6) },
    { keys: ['s', '-'], run: () => zoomBy(state, 1 / 0.6) },
    { keys: ['a'], label: words.pan, run: () => pan(state, -0.25) },
    { keys: ['d'], run: () => pan(state, 0.25) },
    { keys: ['0'], label: words.fit, run: () => act.setZoom(null) },
    { keys: ['f'], label: words.fit_span, run: () => fitSpan(state, selected) },
  ];
}

export function useTraceKeys(state: TraceState, panel: PanelKeys): void {
  const words = t.trace.keys;
  const { act, columns, selected } = state;
  const walk = (by: 1 | -1) => {
    const near = neighboursOf(columns.facts.trace_id);
    const next = by > 0 ? near?.next : near?.previous;
    if (next !== undefined) go(link(['/trace', next]));
  };
  const bindings: KeyBinding[] = [
    ...waterfallKeys(state),
    { keys: ['n', 'N'], label: words.match, run: (event) => goToMatch(state, event.key === 'n') },
    { keys: kViews.map((_, index) => String(index + 1)), label: words.view, run: (event) => act.setView(kViews[Number(event.key) - 1] ?? 'waterfall') },
    { keys: ['v'], label: words.panel, run: panel.cyclePanel },
    { keys: ['Enter'], label: words.details, run: () => state.view === 'waterfall' && selected >= 0 && panel.focusDetails() },
    { keys: ['Ctrl-F'], label: words.find, run: () => (document.activeElement?.closest('.find') ? false : panel.focusFind()) },
    { keys: ['b'], label: words.compare, run: () => markOrCompare(columns.facts.trace_id) },
    { keys: [',', '.'], label: words.walk, run: (event) => walk(event.key === '.' ? 1 : -1) },
    { keys: ['y i'], label: words.copy_id, run: () => void copyText(columns.facts.trace_id, t.app.copied) },
    {
      keys: ['y q'], label: words.copy_query,
      run: () => void copyText(operationQuery(columns, selected >= 0 ? selected : columns.facts.root_row), t.app.copied),
    },
    {
      keys: ['Esc'], label: words.close,
      run: () => {
        if (panel.closePanel()) return true;
        if (selected >= 0) return act.select(-1), true;
        if (state.pointed !== null) return act.point([]), true;
        if (state.rows.leftOut > 0) return act.clearFilters(), true;
        if (state.isZoomed) return act.setZoom(null), true;
        return false;
      },
    },
  ];
  useKeys(words.title, bindings);
}

