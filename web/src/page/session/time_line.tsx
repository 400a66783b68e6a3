// The time line: rows of events on one axis; beneath the event that is open stands what it holds. Only rows in sight exist, so
// five thousand events scroll as five do.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import { zonePreference } from '../../app/preferences';
import { useStore } from '../../app/store';
import { timeTicks } from '../../trace/canvas/time_axis';
import { formatDuration } from '../../format/duration';
import { formatInstant } from '../../format/instant';
import { t } from '../../i18n/catalogue';
import { kLineHeight, LineRowView } from './line_row';
import type { SessionState } from './session_state';
import { clockTicks } from './time_scale';

const kOverscan = 16;
const kChunk = 8;
const kDragMin = 4;
const kSettleMs = 60;
const kHead = 26;

export interface AxisTick {
  x: number;
  /** Nanoseconds from the start of the session. */
  time: number;
  text: string;
}

/** Clock times on the session's axis, durations from the begin of the open event on its own. */
export function axisTicks(state: SessionState, width: number): AxisTick[] {
  const { scale, model, axis, opened } = state;
  if (axis === 'event' && opened) {
    const { ticks, unit } = timeTicks(scale.from - opened.at, scale.to - opened.at, width);
    return ticks.filter(({ time }) => time >= 0).map(({ time, text }, index, list) => ({
      time: time + opened.at, x: scale.x(time + opened.at), text: index === 0 || index === list.length - 1 ? `${text}\u2009${unit}` : text,
    }));
  }
  const offsetMs = zonePreference.get() === 'utc' ? 0 : -new Date(model.startMs).getTimezoneOffset() * 60e3;
  return clockTicks(scale, model.startMs, offsetMs, width).map(({ x, ms, precision }) => ({ x, time: (ms - model.startMs) * 1e6, text: formatInstant(ms, precision, ms) }));
}

interface TimeLineProps {
  state: SessionState;
  left: number;
  isNarrow: boolean;
  /** What stands beneath the open event. */
  block: ComponentChildren;
  head: ComponentChildren;
  divider: ComponentChildren;
  onWidth: (timeWidth: number) => void;
  ticks: readonly AxisTick[];
}

export function TimeLine({ state, left, isNarrow, block, head, divider, onWidth, ticks }: TimeLineProps) {
  const { line, opened, cursor, scale } = state;
  const box = useRef<HTMLDivElement>(null);
  const cross = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ base: 0, height: 600 });
  // The rows in sight come first; those around them are a task of their own.
  const [overscan, setOverscan] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setOverscan(kOverscan + kChunk));
    return () => clearTimeout(timer);
  }, []);
  const [blockHeight, setBlockHeight] = useState(0);
  useStore(zonePreference);
  const openAt = opened ? (line.rowOf.get(opened.event.event_id) ?? -1) : -1;
  const extra = openAt >= 0 ? blockHeight : 0;
  const latest = useRef({ openAt, extra, left, scale, rows: line.rows.length });
  latest.current = { openAt, extra, left, scale, rows: line.rows.length };

  useLayoutEffect(() => {
    const element = box.current!;
    const measure = () => {
      const { openAt: at, extra: more } = latest.current;
      const above = at >= 0 ? (at + 1) * kLineHeight : Infinity;
      const top = element.scrollTop > above ? Math.max(above, element.scrollTop - more) : element.scrollTop;
      const base = Math.max(0, Math.floor((top / kLineHeight - kOverscan) / kChunk) * kChunk);
      setView((held) => (held.base === base && held.height === element.clientHeight ? held : { base, height: element.clientHeight }));
    };
    const resized = () => (measure(), onWidth(Math.max(40, element.clientWidth - latest.current.left)));
    const observer = new ResizeObserver(resized);
    observer.observe(element);
    resized();
    element.addEventListener('scroll', measure, { passive: true });
    return () => (observer.disconnect(), element.removeEventListener('scroll', measure));
  }, []);
  useLayoutEffect(() => onWidth(Math.max(40, box.current!.clientWidth - left)), [left]);

  // The row under the keys stays in sight; a row that was opened is brought near the top, with room for what it holds.
  const cursorAt = cursor === '' ? -1 : (line.rowOf.get(cursor) ?? line.rows.findIndex((row) => row.key === cursor));
  const topOf = (at: number) => at * kLineHeight + (openAt >= 0 && at > openAt ? extra : 0);
  const brought = useRef<{ key: string; top: number | null }>({ key: '', top: null });
  useLayoutEffect(() => {
    const element = box.current!;
    const key = openAt < 0 ? '' : opened!.event.event_id;
    if (key === '') return void (brought.current = { key, top: null });
    if (brought.current.key !== key) {
      const top = openAt * kLineHeight;
      const isWell = top >= element.scrollTop && top <= element.scrollTop + element.clientHeight * 0.35;
      brought.current = { key, top: isWell ? null : Math.max(0, top - kLineHeight * 3) };
    }
    // At the end of the line there is room for that only once the trace is there.
    if (brought.current.top !== null) element.scrollTop = brought.current.top;
  }, [openAt, opened, blockHeight]);
  const release = () => (brought.current.top = null);
  useLayoutEffect(() => {
    const element = box.current!;
    if (cursorAt < 0 || cursorAt === openAt) return;
    const top = topOf(cursorAt);
    const room = element.clientHeight - kHead;
    if (top < element.scrollTop + kLineHeight) element.scrollTop = Math.max(0, top - kLineHeight * 2);
    else if (top + kLineHeight * 2 > element.scrollTop + room) element.scrollTop = top + kLineHeight * 3 - room;
  }, [cursorAt]);

  // A span chosen in the open trace is brought into sight, too; its own rows have then moved.
  useEffect(() => {
    if (state.span === '') return undefined;
    const timer = setTimeout(() => {
      const element = box.current;
      const row = element?.querySelector(`.wf-rows [data-span="${CSS.escape(state.span)}"]`);
      if (!element || !row) return;
      const { top, bottom } = row.getBoundingClientRect();
      const area = element.getBoundingClientRect();
      if (top < area.top + kHead) element.scrollTop -= area.top + kHead + kLineHeight - top;
      else if (bottom > area.bottom - kLineHeight) element.scrollTop += bottom - area.bottom + 2 * kLineHeight;
    }, kSettleMs);
    return () => clearTimeout(timer);
  }, [state.span, blockHeight]);
  const blockBox = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = blockBox.current;
    if (!element) return void setBlockHeight(0);
    const measure = () => setBlockHeight(element.offsetHeight);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [openAt, opened?.event.event_id]);

  const wasDragged = useTimeDrag(box, cross, state, left);
  const count = Math.ceil(view.height / kLineHeight) + (view.base > 0 ? kOverscan + kChunk : 0) + overscan;
  const last = Math.min(line.rows.length, view.base + count);
  const shown = useMemo(() => line.rows.slice(view.base, last), [line, view.base, last]);
  const total = line.rows.length * kLineHeight + extra;
  // As high as what is in sight, not as all rows: it moves with every pointer.
  const gridHeight = Math.max(0, view.height - kHead);
  const names = t.sessions.line;
  return (
    <div class="sl" ref={box} style={{ '--sl-left': `${left}px` }} tabIndex={-1} onWheel={release} onPointerDown={release} onKeyDown={release} onClickCapture={(event) => wasDragged.current && (event.stopPropagation(), event.preventDefault())}>
      <div class="sl-head">
        <div class="sl-head-left">{head}{divider}</div>
        <div class="sl-axis" aria-hidden="true">
          {ticks.map(({ x, text }) => <span key={text + x} class="number" style={{ left: `${x * 100}%` }} translate={false}>{text}</span>)}
          <span class="sl-readout number" translate={false} />
        </div>
      </div>
      <div class="sl-body" role="treegrid" tabIndex={0} aria-label={names.label} aria-rowcount={line.rows.length + 1} aria-activedescendant={cursorAt >= view.base && cursorAt < last ? `sl-row-${cursorAt}` : undefined} style={{ height: `${total}px` }}>
        <div role="row" class="unseen" aria-rowindex={1}>
          <span role="columnheader">{names.event}</span>
          <span role="columnheader">{names.axis}</span>
        </div>
        <div class="sl-grid" role="presentation" aria-hidden="true" style={{ height: `${gridHeight}px`, marginBottom: `${-gridHeight}px` }}>
          {ticks.map(({ x, time }) => <i key={time} class="sl-tick" style={{ left: `${x * 100}%` }} />)}
          {scale.breaks.map(({ x, from, to }) => <i key={from} class="sl-break" style={{ left: `${x * 100}%` }} title={names.gap(formatDuration(to - from))} />)}
          <div class="sl-cross" ref={cross} />
        </div>
        {shown.map((row, index) => {
          const at = view.base + index;
          return <LineRowView key={row.key} state={state} row={row} at={at} top={topOf(at)} isCursor={at === cursorAt} isOpen={at === openAt && row.kind === 'event'} isNarrow={isNarrow} />;
        })}
        {openAt >= 0 && (
          <div class="sl-block" role="row" aria-rowindex={openAt + 2} style={{ transform: `translateY(${(openAt + 1) * kLineHeight}px)` }}>
            <div role="gridcell" class="sl-block-cell" ref={blockBox}>{block}</div>
          </div>
        )}
      </div>
    </div>
  );
}

/** Cross-hair and drag over the time side of all rows: drag zooms the axis, double click and 0 show all of it again. */
function useTimeDrag(box: { current: HTMLDivElement | null }, cross: { current: HTMLDivElement | null }, state: SessionState, left: number): { current: boolean } {
  const latest = useRef({ state, left });
  latest.current = { state, left };
  const wasDragged = useRef(false);
  useEffect(() => {
    const element = box.current!;
    let drag: { x: number; from: number } | null = null;
    const shareAt = (clientX: number) => {
      const begin = element.getBoundingClientRect().left + latest.current.left;
      const width = element.clientWidth - latest.current.left;
      return { share: (clientX - begin) / Math.max(1, width), isInside: clientX >= begin && clientX <= begin + width };
    };
    const hide = () => {
      if (cross.current) cross.current.style.display = 'none';
      element.querySelector<HTMLElement>('.sl-readout')!.style.display = 'none';
    };
    const move = (event: PointerEvent) => {
      const { share, isInside } = shareAt(event.clientX);
      const line = cross.current!;
      const readout = element.querySelector<HTMLElement>('.sl-readout')!;
      if (event.pointerType === 'touch' || (!isInside && !drag)) return hide();
      const bounded = Math.max(0, Math.min(1, share));
      const from = drag ? Math.min(drag.from, bounded) : bounded;
      const { state: now } = latest.current;
      const time = now.scale.time(bounded);
      line.style.display = 'block';
      line.style.left = `${from * 100}%`;
      line.style.width = drag ? `${Math.abs(bounded - drag.from) * 100}%` : '0';
      line.classList.toggle('dragged', drag !== null);
      readout.style.display = 'block';
      readout.style.left = `${bounded * 100}%`;
      const ms = now.model.startMs + time / 1e6;
      readout.textContent = now.axis === 'event' && now.opened ? formatDuration(time - now.opened.at) : formatInstant(ms, 'ms', ms);
    };
    const down = (event: PointerEvent) => {
      wasDragged.current = false;
      const { share, isInside } = shareAt(event.clientX);
      if (event.button !== 0 || event.pointerType === 'touch' || !isInside || (event.target as Element).closest('.wf-time, a, button')) return;
      drag = { x: event.clientX, from: share };
    };
    const up = (event: PointerEvent) => {
      const held = drag;
      drag = null;
      if (held === null || Math.abs(event.clientX - held.x) < kDragMin) return;
      wasDragged.current = true;
      const { share } = shareAt(event.clientX);
      const { scale, act } = latest.current.state;
      const times = [scale.time(held.from), scale.time(Math.max(0, Math.min(1, share)))].sort((a, b) => a - b);
      act.setZoom([times[0]!, times[1]!]);
      cross.current?.classList.remove('dragged');
    };
    const doubleClick = (event: MouseEvent) => {
      if (shareAt(event.clientX).isInside && !(event.target as Element).closest('.wf-time')) latest.current.state.act.setZoom(null);
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerleave', hide);
    element.addEventListener('pointerdown', down);
    addEventListener('pointerup', up);
    element.addEventListener('dblclick', doubleClick);
    return () => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerleave', hide);
      element.removeEventListener('pointerdown', down);
      removeEventListener('pointerup', up);
      element.removeEventListener('dblclick', doubleClick);
    };
  }, []);
  return wasDragged;
}
