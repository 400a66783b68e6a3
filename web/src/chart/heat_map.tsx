// Latency over time: time × log duration, colour by the logarithm of the count, a mark where errors are. Own canvas.
// Drag a box to select (an anomaly), the full width (slow or fast), the full height (before or after).
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { shadeStore, token } from '../app/theme';
import { useStore } from '../app/store';
import { formatDuration, formatDurationMark } from '../format/duration';
import { formatInstant } from '../format/instant';
import { t } from '../i18n/catalogue';
import { Floating, MenuItem } from '../widget/floating';
import { countArea, heatLevel, heatMax, kHeatSteps, usedRows, type HeatArea, type HeatData } from './heat_data';
import { decadeTicks, tickNameDated, timeTicks } from './ticks';

const kLeft = 56;
const kBottom = 22;
const kTop = 8;
const kRight = 8;

interface Line {
  values: readonly (number | null)[];
  width: number;
  label: string;
}
interface HeatMapProps {
  data: HeatData;
  title: string;
  height?: number;
  /** Lines over the map, one value for each column. */
  lines?: readonly Line[];
  actions: (area: HeatArea, sums: { count: number; errors: number }, close: () => void) => ComponentChildren;
}

interface Geometry {
  width: number;
  height: number;
  low: number;
  high: number;
  end: number;
}

function yOf(ns: number, g: Geometry): number {
  const share = Math.log(Math.max(ns, g.low) / g.low) / Math.log(g.high / g.low);
  return g.height - kBottom - Math.min(1, share) * (g.height - kBottom - kTop);
}
function nsAt(y: number, g: Geometry): number {
  const share = (g.height - kBottom - y) / (g.height - kBottom - kTop);
  return g.low * (g.high / g.low) ** Math.max(0, Math.min(1, share));
}

function draw(canvas: HTMLCanvasElement, data: HeatData, g: Geometry, lines: readonly Line[]): void {
  const ratio = devicePixelRatio;
  canvas.width = Math.round(g.width * ratio);
  canvas.height = Math.round(g.height * ratio);
  const ctx = canvas.getContext('2d');
  if (!ctx) return;
  ctx.scale(ratio, ratio);
  ctx.clearRect(0, 0, g.width, g.height);
  const plotWidth = g.width - kLeft - kRight;
  const span = g.end - data.start;
  const x = (time: number) => kLeft + ((time - data.start) / span) * plotWidth;
  const snap = (value: number) => Math.round(value * ratio) / ratio;
  ctx.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'right';
  ctx.lineWidth = 1 / ratio;
  for (const tick of decadeTicks(g.low, g.high)) {
    const y = snap(yOf(tick, g));
    ctx.strokeStyle = token('--line');
    ctx.beginPath();
    ctx.moveTo(kLeft, y);
    ctx.lineTo(g.width - kRight, y);
    ctx.stroke();
    ctx.fillStyle = token('--text-3');
    ctx.fillText(formatDurationMark(tick), kLeft - 4, y);
  }
  const max = heatMax(data);
  const colours = Array.from({ length: kHeatSteps }, (_, index) => token(`--heat-${index}`));
  const cellWidth = (data.stepMs / span) * plotWidth;
  // By colour, so that the fill style changes seven times and not for each cell.
  for (let level = 1; level <= kHeatSteps; level++) {
    ctx.fillStyle = colours[level - 1] ?? '';
    data.counts.forEach((column, index) => {
      const left = snap(x(data.start + index * data.stepMs));
      const right = snap(x(data.start + index * data.stepMs) + cellWidth);
      column.forEach((count, row) => {
        if (heatLevel(count, max) !== level) return;
        const bottom = snap(yOf(data.bounds[row] ?? 1, g));
        const top = snap(yOf(data.bounds[row + 1] ?? 1, g));
        if (bottom - top < 0.1) return;
        ctx.fillRect(left, top, Math.max(1, right - left - (cellWidth > 4 ? 1 : 0)), Math.max(1, bottom - top - (bottom - top > 4 ? 1 : 0)));
      });
    });
  }
  // Errors: a small square in the cell, not its colour.
  ctx.fillStyle = token('--error');
  data.errors?.forEach((column, index) => {
    const middle = x(data.start + (index + 0.5) * data.stepMs);
    column.forEach((errors, row) => {
      if (!errors) return;
      const y = (yOf(data.bounds[row] ?? 1, g) + yOf(data.bounds[row + 1] ?? 1, g)) / 2;
      const size = Math.max(3, Math.min(5, cellWidth - 1));
      ctx.fillRect(middle - size / 2, y - size / 2, size, size);
    });
  });
  for (const line of lines) {
    for (const [style, width] of [[token('--surface'), line.width + 2], [token('--text'), line.width]] as const) {
      ctx.strokeStyle = style;
      ctx.lineWidth = width;
      ctx.lineJoin = 'round';
      ctx.beginPath();
      let isDrawing = false;
      line.values.forEach((value, index) => {
        if (value === null || value <= 0) {
          isDrawing = false;
          return;
        }
        const px = x(data.start + ((index + 0.5) / line.values.length) * span);
        if (isDrawing) ctx.lineTo(px, yOf(value, g));
        else ctx.moveTo(px, yOf(value, g));
        isDrawing = true;
      });
      ctx.stroke();
    }
  }
  ctx.textAlign = 'center';
  ctx.fillStyle = token('--text-3');
  const { step, ticks } = timeTicks(data.start, g.end, Math.max(2, plotWidth / 84));
  for (const tick of ticks) {
    const at = x(tick);
    if (at > kLeft + 16 && at < g.width - 20) ctx.fillText(tickNameDated(tick, step, Date.now()), at, g.height - kBottom / 2 + 1);
  }
}

interface Drag {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

export function HeatMap({ data, title, height = 180, lines = [], actions }: HeatMapProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const shade = useStore(shadeStore);
  const [width, setWidth] = useState(0);
  const [drag, setDrag] = useState<Drag>();
  const [chosen, setChosen] = useState<{ area: HeatArea; x: number; y: number }>();
  const [hover, setHover] = useState<{ x: number; y: number }>();
  const rows = useMemo(() => usedRows(data), [data]);
  const g: Geometry = {
    width, height, low: Math.max(1, data.bounds[rows.first] ?? 1), high: data.bounds[rows.last + 1] ?? 1e9,
    end: data.start + data.counts.length * data.stepMs,
  };
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current && width > 0) draw(canvas.current, data, g, lines);
  }, [data, width, height, shade, lines]);

  const place = (event: PointerEvent) => {
    const rect = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return { x: Math.max(kLeft, Math.min(width - kRight, event.clientX - rect.left)), y: Math.max(kTop, Math.min(height - kBottom, event.clientY - rect.top)) };
  };
  const timeAt = (x: number) => data.start + ((x - kLeft) / (width - kLeft - kRight)) * (g.end - data.start);
  const areaOf = (d: Drag): HeatArea => {
    const isThin = Math.abs(d.x1 - d.x0) < 6;
    const isFlat = Math.abs(d.y1 - d.y0) < 6;
    const [left, right] = isThin ? [kLeft, width - kRight] : [Math.min(d.x0, d.x1), Math.max(d.x0, d.x1)];
    const [top, bottom] = isFlat ? [kTop, height - kBottom] : [Math.min(d.y0, d.y1), Math.max(d.y0, d.y1)];
    return {
      start: timeAt(left), end: timeAt(right),
      min: bottom >= height - kBottom - 3 ? undefined : nsAt(bottom, g),
      max: top <= kTop + 3 ? undefined : nsAt(top, g),
    };
  };
  const clear = () => {
    setDrag(undefined);
    setChosen(undefined);
  };
  const release = (event: PointerEvent) => {
    if (!drag) return;
    const d = { ...drag, x1: place(event).x, y1: place(event).y };
    let area = areaOf(d);
    if (Math.abs(d.x1 - d.x0) < 6 && Math.abs(d.y1 - d.y0) < 6) {
      // A click takes the cell under it.
      const column = Math.max(0, Math.min(data.counts.length - 1, Math.floor((timeAt(d.x0) - data.start) / data.stepMs)));
      const ns = nsAt(d.y0, g);
      let row = data.bounds.findIndex((bound) => bound > ns) - 1;
      if (row < 0) row = data.bounds.length - 2;
      area = { start: data.start + column * data.stepMs, end: data.start + (column + 1) * data.stepMs, min: data.bounds[row], max: data.bounds[row + 1] };
    }
    setDrag(d);
    setChosen({ area, x: event.clientX, y: event.clientY });
  };
  const marked = chosen?.area ?? (drag && (Math.abs(drag.x1 - drag.x0) >= 6 || Math.abs(drag.y1 - drag.y0) >= 6) ? areaOf(drag) : undefined);
  const box_ = marked && {
    left: kLeft + ((marked.start - data.start) / (g.end - data.start)) * (width - kLeft - kRight),
    right: kLeft + ((marked.end - data.start) / (g.end - data.start)) * (width - kLeft - kRight),
    top: marked.max === undefined ? kTop : yOf(marked.max, g),
    bottom: marked.min === undefined ? height - kBottom : yOf(marked.min, g),
  };
  const cell = hover && !drag && hover.x > kLeft ? (() => {
    const column = Math.floor((timeAt(hover.x) - data.start) / data.stepMs);
    const ns = nsAt(hover.y, g);
    const row = data.bounds.findIndex((bound) => bound > ns) - 1;
    const count = data.counts[column]?.[row];
    return count === undefined ? undefined : { column, row, count, errors: data.errors?.[column]?.[row] ?? 0 };
  })() : undefined;
  return (
    <div class="plot" ref={box} style={{ padding: '0' }}>
      <canvas ref={canvas} class="heat" style={{ height: `${height}px` }} role="img" aria-label={`${title}. ${t.app.chart.drag_hint}`}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const at = place(event);
          setChosen(undefined);
          setDrag({ x0: at.x, y0: at.y, x1: at.x, y1: at.y });
        }}
        onPointerMove={(event) => {
          const at = place(event);
          setHover(at);
          if (drag && !chosen) setDrag({ ...drag, x1: at.x, y1: at.y });
        }}
        onPointerLeave={() => setHover(undefined)}
        onPointerUp={release} onDblClick={clear} />
      {box_ && <div class="heat-box" style={{ left: `${box_.left}px`, top: `${box_.top}px`, width: `${box_.right - box_.left}px`, height: `${Math.max(2, box_.bottom - box_.top)}px` }} />}
      {cell && hover && (
        <div class="readout" style={hover.x > width / 2 ? { right: `${width - hover.x + 12}px` } : { left: `${hover.x + 12}px` }}>
          <div class="third">{formatInstant(data.start + cell.column * data.stepMs, data.stepMs < 60e3 ? 'second' : 'minute')}</div>
          <div>
            {formatDuration(data.bounds[cell.row])}–{formatDuration(data.bounds[cell.row + 1])}
          </div>
          <div>{t.app.chart.spans(cell.count)}</div>
          {cell.errors > 0 && <div class="is-error">{t.app.chart.errors(cell.errors)}</div>}
        </div>
      )}
      {chosen && (
        <Floating anchor={{ left: chosen.x, right: chosen.x, top: chosen.y, bottom: chosen.y }} role="menu" label={t.app.chart.drag_hint} onClose={clear}>
          <div class="heading">
            {t.app.chart.spans(countArea(data, chosen.area).count)}
          </div>
          {actions(chosen.area, countArea(data, chosen.area), clear)}
          <MenuItem onPick={clear}>{t.app.cancel}</MenuItem>
        </Floating>
      )}
    </div>
  );
}
