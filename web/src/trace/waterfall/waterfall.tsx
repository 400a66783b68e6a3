// The waterfall: rows of text on the left (only those on screen exist), time on the right as canvas. Scrolling is the browser's
// own, of an empty element as tall as all rows; both sides are moved together in the same frame, so they never part.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import { numberPreference } from '../../app/preferences';
import { useStore } from '../../app/store';
import { shadeStore } from '../../app/theme';
import { t } from '../../i18n/catalogue';
import { Icon } from '../../widget/icon';
import { Layers } from '../canvas/layers';
import { resolvePalette, stripedServices } from '../canvas/palette';
import { timeTicks } from '../canvas/time_axis';
import { collapseBelow, RowKind } from '../model/rows';
import { TextWidths } from '../model/text_fit';
import type { TraceState } from '../trace_state';
import { Minimap } from '../minimap_view';
import { ServiceShares } from '../service_shares';
import { CoveredTimes, segmentsByRow } from './bar_shapes';
import { drawAxis, drawBars, drawGround, drawOverlay, kRowHeight, rowAt, type Pointer, type Scene } from './draw_rows';
import { NameDivider } from './name_divider';
import { RowCells } from './row_cells';

const kOverscan = 20;
const kChunk = 8;
// Rows are placed from an anchor that seldom moves, so that scrolling changes only the rows that come and go.
const kAnchorRows = 512;
const kStickyMax = 4;
const kNameMin = 140;
const kSelfWidth = 76;
const kDragMin = 4;

export const nameWidthPreference = numberPreference('trace.name_width', 440);

function anchorOf(at: number): number {
  return Math.floor(at / kAnchorRows) * kAnchorRows;
}

/** Widths of texts, shared by rows and canvas. */
export function useTextWidths(): TextWidths {
  return useMemo(() => {
    const pen = document.createElement('canvas').getContext('2d');
    let current = '';
    return new TextWidths((font, text) => {
      if (pen === null) return text.length * 7;
      if (font !== current) pen.font = current = font;
      return pen.measureText(text).width;
    });
  }, []);
}

/** Ancestors of the topmost rows that have scrolled away. */
function stickyRows(state: TraceState, scrollTop: number): number[] {
  const { columns, rows } = state;
  if (scrollTop < kRowHeight || rows.count === 0) return [];
  const topAt = Math.floor(scrollTop / kRowHeight);
  let found: number[] = [];
  for (let below = 0; below <= kStickyMax; below++) {
    const at = Math.min(rows.count - 1, topAt + below);
    const path: number[] = [];
    for (let up = columns.parent[rows.row[at]!]!; up >= 0 && path.length < 64; up = columns.parent[up]!) {
      const upAt = rows.shownAt[up]!;
      if (upAt >= 0 && rows.kind[upAt] === RowKind.span && rows.row[upAt] === up && upAt < topAt + below) path.push(upAt);
    }
    path.reverse();
    const kept = path.slice(-kStickyMax);
    if (kept.length <= below) return kept;
    found = kept;
  }
  return found;
}

/** A waterfall within another page that has a time axis: its bars lie on that axis, and it has neither axis nor overview of its own. */
export interface InlineWaterfall {
  /** Where the time side begins, in pixels from its left edge. */
  left: number;
  /** Times of the trace at which the page's axis has its lines. */
  ticks: readonly number[];
  height: number;
}

export function Waterfall({ state, isNarrow, inline }: { state: TraceState; isNarrow: boolean; inline?: InlineWaterfall }) {
  const { columns, rows, groups } = state;
  const shade = useStore(shadeStore);
  const preferred = useStore(nameWidthPreference);
  const [paneWidth, setPaneWidth] = useState(1000);
  const [paneHeight, setPaneHeight] = useState(600);
  const showRows = useRef<(view: RowsView) => void>(undefined);
  const widths = useTextWidths();
  const scroller = useRef<HTMLDivElement>(null);
  const mover = useRef<HTMLDivElement>(null);
  const timeHolder = useRef<HTMLDivElement>(null);
  const axisHolder = useRef<HTMLDivElement>(null);
  const layers = useRef<Layers>(undefined);
  const axisLayers = useRef<Layers>(undefined);
  const pointer = useRef<Pointer | null>(null);
  const drag = useRef<{ from: number; to: number; x: number; moved: boolean } | null>(null);
  const frame = useRef(0);
  // Only the rows have moved: the axis is as it was.
  const scrolled = useRef(false);

  const selfWidth = isNarrow ? 0 : kSelfWidth;
  const nameWidth = inline ? Math.max(40, inline.left - selfWidth) : isNarrow ? Math.round(paneWidth * 0.5) : Math.max(kNameMin, Math.min(preferred, paneWidth - 240));
  const leftWidth = inline ? inline.left : nameWidth + selfWidth;
  const palette = useMemo(() => resolvePalette(columns), [columns, shade]);
  const striped = useMemo(() => stripedServices(columns.facts.services), [columns]);
  const covered = useMemo(() => new CoveredTimes(columns), [columns]);
  const segments = useMemo(() => segmentsByRow(columns, rows), [columns, rows]);
  const axis = useMemo(
    () => (inline ? { ticks: inline.ticks.map((time) => ({ time, text: '' })), unit: '' } : timeTicks(state.zoom[0], state.zoom[1], Math.max(100, paneWidth - leftWidth))),
    [state.zoom[0], state.zoom[1], paneWidth, leftWidth, inline?.ticks],
  );
  const font = `12px ${palette.font}`;

  const scene = useRef<Scene>(undefined);
  scene.current = {
    columns, groups, rows, covered, segments, palette, widths, zoom: state.zoom, ticks: axis.ticks, scrollTop: scroller.current?.scrollTop ?? 0,
    selected: state.selected, marked: state.matchBits, pointed: state.pointed, isCorrected: state.isCorrected, sticky: [], words: t.trace.bar,
  };

  const drawAll = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const now = scene.current;
      if (!now || !layers.current || !scroller.current) return;
      const scrollTop = scroller.current.scrollTop;
      now.scrollTop = scrollTop;
      now.sticky = stickyRows(latest.current, scrollTop);
      const wantedBase = Math.max(0, Math.floor((scrollTop / kRowHeight - kOverscan) / kChunk) * kChunk);
      showRows.current?.({ base: wantedBase, sticky: now.sticky });
      if (mover.current) {
        mover.current.style.transform = `translateY(${anchorOf(wantedBase) * kRowHeight - scrollTop}px)`;
      }
      drawGround(layers.current, now);
      drawBars(layers.current, now);
      drawOverlay(layers.current, now, pointer.current, drag.current?.moved ? [drag.current.from, drag.current.to] : null);
      if (!scrolled.current && axisLayers.current) drawAxis(axisLayers.current, now.palette, now.widths, now.zoom, now.ticks, axisUnit.current, pointer.current?.x ?? null);
      scrolled.current = false;
    });
  }, []);
  const drawScrolled = useCallback(() => {
    scrolled.current = true;
    drawAll();
  }, []);
  const drawOver = useCallback(() => {
    const now = scene.current;
    if (!now || !layers.current) return;
    drawOverlay(layers.current, now, pointer.current, drag.current?.moved ? [drag.current.from, drag.current.to] : null);
    if (axisLayers.current) drawAxis(axisLayers.current, now.palette, now.widths, now.zoom, now.ticks, axisUnit.current, pointer.current?.x ?? null);
  }, []);
  const latest = useRef(state);
  latest.current = state;
  const axisUnit = useRef('');
  axisUnit.current = axis.unit;

  useLayoutEffect(() => {
    const box = scroller.current!;
    const measure = () => {
      setPaneWidth(box.clientWidth);
      setPaneHeight(box.clientHeight);
      drawAll();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    measure();
    layers.current = new Layers(timeHolder.current!, 3, drawAll);
    if (axisHolder.current) axisLayers.current = new Layers(axisHolder.current, 1, drawAll);
    box.addEventListener('scroll', drawScrolled, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', drawScrolled);
      layers.current?.close();
      axisLayers.current?.close();
      cancelAnimationFrame(frame.current);
    };
  }, []);
  useLayoutEffect(() => {
    scrolled.current = false;
    drawAll();
  });

  // The selected row stays in sight.
  const selectedAt = state.selected >= 0 ? rows.shownAt[state.selected]! : -1;
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || selectedAt < 0) return;
    const top = selectedAt * kRowHeight;
    const margin = kRowHeight * (kStickyMax + 1);
    if (top < box.scrollTop + Math.min(margin, box.clientHeight / 3)) box.scrollTop = top - Math.min(margin, box.clientHeight / 3);
    else if (top + kRowHeight * 2 > box.scrollTop + box.clientHeight) box.scrollTop = top + kRowHeight * 3 - box.clientHeight;
  }, [selectedAt, state.selected]);

  useTimeGestures(timeHolder, { latest, scene, pointer, drag, drawOver, drawAll });

  return (
    <section class={inline ? 'wf inline' : 'wf'} style={{ '--wf-name': `${nameWidth}px`, '--wf-left': `${leftWidth}px`, ...(inline ? { height: `${inline.height}px` } : {}) }} aria-label={t.trace.views.waterfall}>
      {!inline && (
        <div class="wf-overview">
          {!isNarrow && <ServiceShares state={state} />}
          <Minimap state={state} />
        </div>
      )}
      {!inline && <div class="wf-head">
        <div class="wf-head-left">
          <span class="wf-head-name">{t.trace.columns.operation}</span>
          <LevelButtons state={state} />
          {!isNarrow && (
            <span class="wf-head-self" data-tip={t.trace.columns.self_tip}>
              {t.trace.columns.self}
            </span>
          )}
          <NameDivider width={nameWidthPreference} min={kNameMin} />
        </div>
        <div class="wf-axis" ref={axisHolder} />
      </div>}
      <div class="wf-scroll" ref={scroller} tabIndex={-1}>
        <div style={{ height: `${rows.count * kRowHeight + Math.max(0, paneHeight - 10 * kRowHeight) * (rows.count * kRowHeight > paneHeight ? 1 : 0) * 0.3}px` }}>
          <div class="wf-pane" style={{ height: `${paneHeight}px` }}>
            <div class="wf-left" role="treegrid" tabIndex={0} aria-label={t.trace.tree} aria-rowcount={rows.count + 1} aria-activedescendant={selectedAt >= 0 ? `wf-row-${selectedAt}` : undefined}>
              <div role="row" class="unseen" aria-rowindex={1}>
                <span role="columnheader">{t.trace.columns.operation}</span>
                <span role="columnheader">{t.trace.columns.self}</span>
              </div>
              <RowList state={state} nameWidth={nameWidth} widths={widths} font={font} striped={striped} paneHeight={paneHeight} mover={mover} shower={showRows} />
            </div>
            <div class="wf-time" ref={timeHolder} />
          </div>
        </div>
      </div>
      {rows.count === 0 && <p class="wf-nothing">{t.trace.nothing_shown}</p>}
    </section>
  );
}

interface RowsView {
  /** The first row that exists. */
  base: number;
  sticky: readonly number[];
}

interface RowListProps {
  state: TraceState;
  nameWidth: number;
  widths: TextWidths;
  font: string;
  striped: readonly boolean[];
  paneHeight: number;
  mover: { current: HTMLDivElement | null };
  shower: { current: ((view: RowsView) => void) | undefined };
}

/** The rows in sight. It alone renders while the reader scrolls. */
function RowList({ state, nameWidth, widths, font, striped, paneHeight, mover, shower }: RowListProps) {
  const [view, setView] = useState<RowsView>({ base: 0, sticky: [] });
  shower.current = (next) =>
    setView((before) => (before.base === next.base && before.sticky.length === next.sticky.length && before.sticky.every((at, i) => at === next.sticky[i]) ? before : next));
  const { base, sticky } = view;
  const inSight = Math.ceil(paneHeight / kRowHeight) + 2 * kOverscan;
  const shownCount = Math.max(0, Math.min(state.rows.count - base, inSight));
  const rowOf = (at: number, top: number, key: number, isSticky: boolean) => (
    <RowCells key={key} state={state} at={at} top={top} nameWidth={nameWidth} widths={widths} font={font} striped={striped} isSticky={isSticky} />
  );
  return (
    <>
      <div ref={mover} class="wf-rows" role="rowgroup">
        {Array.from({ length: shownCount }, (_, index) => rowOf(base + index, (base + index - anchorOf(base)) * kRowHeight, (base + index) % (inSight + 1), false))}
      </div>
      {sticky.length > 0 && (
        <div class="wf-sticky" aria-hidden="true">
          {sticky.map((at, index) => at < state.rows.count && rowOf(at, index * kRowHeight, index, true))}
          <div style={{ height: `${sticky.length * kRowHeight}px` }} />
        </div>
      )}
    </>
  );
}

function LevelButtons({ state }: { state: TraceState }) {
  return (
    <span class="wf-levels">
      <button type="button" class="button quiet small icon-only" aria-label={t.trace.shallower} data-tip={t.trace.shallower} data-key="p" onClick={() => changeLevel(state, -1)}>
        <Icon name="minus" />
      </button>
      <button type="button" class="button quiet small icon-only" aria-label={t.trace.deeper} data-tip={t.trace.deeper} data-key="o" onClick={() => changeLevel(state, 1)}>
        <Icon name="plus" />
      </button>
    </span>
  );
}

/** Opens or closes one level of the whole trace. */
export function changeLevel(state: TraceState, by: 1 | -1): void {
  const { columns, shown } = state;
  let level = columns.facts.depth_max;
  for (let row = 0; row < columns.count; row++) if (shown.collapsed[row] === 1 && columns.subtree[row]! > 1) level = Math.min(level, columns.depth[row]!);
  const next = Math.max(0, level + by);
  state.act.setCollapsed(next >= columns.facts.depth_max ? new Uint8Array(columns.count) : collapseBelow(columns, next));
}

interface GestureParts {
  latest: { current: TraceState };
  scene: { current: Scene | undefined };
  pointer: { current: Pointer | null };
  drag: { current: { from: number; to: number; x: number; moved: boolean } | null };
  drawOver: () => void;
  drawAll: () => void;
}

/** Click selects, drag zooms, double click fits the span; wheel with Ctrl zooms at the pointer, sideways it pans. */
function useTimeGestures(holder: { current: HTMLDivElement | null }, { latest, scene, pointer, drag, drawOver, drawAll }: GestureParts): void {
  useEffect(() => {
    const box = holder.current!;
    const timeAt = (clientX: number) => {
      const { left, width } = box.getBoundingClientRect();
      const [from, to] = latest.current.zoom;
      return from + (Math.max(0, Math.min(width, clientX - left)) / width) * (to - from);
    };
    const place = (event: PointerEvent | MouseEvent): Pointer => {
      const { left, top } = box.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    const move = (event: PointerEvent) => {
      if (event.pointerType === 'touch') return;
      pointer.current = place(event);
      if (drag.current) {
        drag.current.to = timeAt(event.clientX);
        if (Math.abs(event.clientX - drag.current.x) >= kDragMin) drag.current.moved = true;
      }
      drawOver();
    };
    const leave = () => {
      if (drag.current) return;
      pointer.current = null;
      drawOver();
    };
    const down = (event: PointerEvent) => {
      if (event.button !== 0 || event.pointerType === 'touch') return;
      box.setPointerCapture(event.pointerId);
      drag.current = { from: timeAt(event.clientX), to: timeAt(event.clientX), x: event.clientX, moved: false };
    };
    const up = () => {
      const held = drag.current;
      drag.current = null;
      if (held?.moved) latest.current.act.setZoom([Math.min(held.from, held.to), Math.max(held.from, held.to)]);
      drawAll();
    };
    const spanUnder = (event: MouseEvent): number => {
      const now = scene.current;
      return now ? rowAt(now, place(event).y) : -1;
    };
    let dragged = false;
    const noteDrag = () => (dragged = drag.current?.moved === true);
    const click = (event: MouseEvent) => {
      if (dragged) return;
      const at = spanUnder(event);
      const { rows, act } = latest.current;
      if (at < 0) return;
      if (rows.kind[at] === RowKind.group) act.toggleGroup(rows.group[at]!);
      else if (rows.kind[at] === RowKind.more) act.showMore(rows.group[at]!);
      else if (rows.kind[at] === RowKind.span) act.select(rows.row[at]!, { reveal: false });
    };
    const doubleClick = (event: MouseEvent) => {
      const at = spanUnder(event);
      const { rows, columns, act } = latest.current;
      if (at < 0 || rows.kind[at] !== RowKind.span) return act.setZoom(null);
      const start = columns.start[rows.row[at]!]!;
      const length = Math.max(1, columns.duration[rows.row[at]!]!);
      act.setZoom([start - length * 0.03, start + length * 1.03]);
    };
    const wheel = (event: WheelEvent) => {
      const [from, to] = latest.current.zoom;
      const length = to - from;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const at = timeAt(event.clientX);
        const factor = Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.008);
        latest.current.act.setZoom([at - (at - from) * factor, at + (to - at) * factor]);
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const by = ((event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX) / box.clientWidth) * length;
        if (!latest.current.isZoomed) return;
        event.preventDefault();
        latest.current.act.setZoom([from + by, to + by]);
      }
    };
    box.addEventListener('pointermove', move);
    box.addEventListener('pointerleave', leave);
    box.addEventListener('pointerdown', down);
    box.addEventListener('pointerup', noteDrag);
    box.addEventListener('pointerup', up);
    box.addEventListener('pointercancel', up);
    box.addEventListener('click', click);
    box.addEventListener('dblclick', doubleClick);
    box.addEventListener('wheel', wheel, { passive: false });
    return () => {
      box.removeEventListener('pointermove', move);
      box.removeEventListener('pointerleave', leave);
      box.removeEventListener('pointerdown', down);
      box.removeEventListener('pointerup', noteDrag);
      box.removeEventListener('pointerup', up);
      box.removeEventListener('pointercancel', up);
      box.removeEventListener('click', click);
      box.removeEventListener('dblclick', doubleClick);
      box.removeEventListener('wheel', wheel);
    };
  }, []);
}
