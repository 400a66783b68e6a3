// Traces as points: when they began, how long they took. A click opens one, a drag selects.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import type { TraceSummary } from '../../api/answers';
import { go, link } from '../../app/address';
import type { Span } from '../../app/range';
import { colourToken } from '../../app/service_colours';
import { useStore } from '../../app/store';
import { shadeStore, token } from '../../app/theme';
import type { HeatArea } from '../../chart/heat_data';
import { decadeTicks, tickNameDated, timeTicks } from '../../chart/ticks';
import { formatDuration, formatDurationMark } from '../../format/duration';
import { formatInstant, fromNanoseconds } from '../../format/instant';
import { t } from '../../i18n/catalogue';
import { Floating, MenuItem } from '../../widget/floating';

const kLeft = 56;
const kBottom = 22;
const kHitPx = 8;

interface Point {
  x: number;
  y: number;
  trace: TraceSummary;
}

export function Scatter({ traces, span, actions, height = 420 }: { traces: readonly TraceSummary[]; span: Span; height?: number; actions: (area: HeatArea, close: () => void) => ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const points = useRef<Point[]>([]);
  const [width, setWidth] = useState(0);
  const [hover, setHover] = useState<Point>();
  const [drag, setDrag] = useState<{ x0: number; y0: number; x1: number; y1: number }>();
  const [chosen, setChosen] = useState<{ area: HeatArea; x: number; y: number; count: number }>();
  const shade = useStore(shadeStore);
  const durations = traces.map((trace) => Math.max(1, trace.duration_ns));
  const low = 10 ** Math.floor(Math.log10(Math.min(...durations, 1e9)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...durations, low * 10) * 1.05));
  const xOf = (time: number) => kLeft + ((time - span.start) / (span.end - span.start)) * (width - kLeft - 10);
  const yOf = (ns: number) => height - kBottom - (Math.log(Math.max(ns, low) / low) / Math.log(high / low)) * (height - kBottom - 10);
  const timeAt = (x: number) => span.start + ((x - kLeft) / (width - kLeft - 10)) * (span.end - span.start);
  const nsAt = (y: number) => low * (high / low) ** ((height - kBottom - y) / (height - kBottom - 10));
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = canvas.current;
    const ctx = element?.getContext('2d');
    if (!element || !ctx || !width) return;
    element.width = width * devicePixelRatio;
    element.height = height * devicePixelRatio;
    ctx.scale(devicePixelRatio, devicePixelRatio);
    ctx.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    ctx.textBaseline = 'middle';
    ctx.strokeStyle = token('--line');
    ctx.fillStyle = token('--text-3');
    ctx.lineWidth = 1 / devicePixelRatio;
    ctx.textAlign = 'right';
    for (const tick of decadeTicks(low, high)) {
      ctx.beginPath();
      ctx.moveTo(kLeft, yOf(tick));
      ctx.lineTo(width - 10, yOf(tick));
      ctx.stroke();
      ctx.fillText(formatDurationMark(tick), kLeft - 4, yOf(tick));
    }
    ctx.textAlign = 'center';
    const { step, ticks } = timeTicks(span.start, span.end, width / 90);
    for (const tick of ticks) if (xOf(tick) > kLeft + 16) ctx.fillText(tickNameDated(tick, step, Date.now()), xOf(tick), height - kBottom / 2 + 1);
    points.current = traces.map((trace) => ({ x: xOf(fromNanoseconds(trace.start_time_ns)), y: yOf(trace.duration_ns), trace }));
    // Errors last, so that they lie on top, and of another shape.
    for (const isError of [false, true]) {
      for (const point of points.current) {
        if (point.trace.error_count > 0 !== isError) continue;
        ctx.beginPath();
        if (isError) {
          ctx.fillStyle = token('--error');
          ctx.moveTo(point.x, point.y - 5);
          ctx.lineTo(point.x + 5, point.y);
          ctx.lineTo(point.x, point.y + 5);
          ctx.lineTo(point.x - 5, point.y);
        } else {
          ctx.fillStyle = token(colourToken(point.trace.root_service));
          ctx.globalAlpha = 0.65;
          ctx.arc(point.x, point.y, 3.2, 0, 7);
        }
        ctx.fill();
        ctx.globalAlpha = 1;
      }
    }
  }, [traces, width, height, shade, span.start, span.end]);
  const at = (event: PointerEvent) => {
    const rect = (event.currentTarget as Element).getBoundingClientRect();
    return { x: event.clientX - rect.left, y: event.clientY - rect.top };
  };
  const nearest = (x: number, y: number) => {
    let best: Point | undefined;
    let distance = kHitPx;
    for (const point of points.current) {
      const each = Math.hypot(point.x - x, point.y - y) - (point.trace.error_count ? 2 : 0);
      if (each < distance) {
        best = point;
        distance = each;
      }
    }
    return best;
  };
  const clear = () => {
    setDrag(undefined);
    setChosen(undefined);
  };
  const release = (event: PointerEvent) => {
    if (!drag) return;
    const end = at(event);
    if (Math.hypot(end.x - drag.x0, end.y - drag.y0) < 5) {
      setDrag(undefined);
      const point = nearest(end.x, end.y);
      if (point) go(link(['/trace', point.trace.trace_id]));
      return;
    }
    const [x0, x1] = [Math.min(drag.x0, end.x), Math.max(drag.x0, end.x)];
    const [y0, y1] = [Math.min(drag.y0, end.y), Math.max(drag.y0, end.y)];
    const inside = points.current.filter((point) => point.x >= x0 && point.x <= x1 && point.y >= y0 && point.y <= y1);
    setChosen({ area: { start: timeAt(Math.max(kLeft, x0)), end: timeAt(x1), min: nsAt(y1), max: nsAt(y0) }, x: event.clientX, y: event.clientY, count: inside.length });
  };
  const frame = drag && { left: Math.min(drag.x0, drag.x1), top: Math.min(drag.y0, drag.y1), width: Math.abs(drag.x1 - drag.x0), height: Math.abs(drag.y1 - drag.y0) };
  return (
    <figure class="chart">
      <header>
        <h2>{t.search.scatter_title}</h2>
        <span class="unit">{t.app.words.duration}</span>
      </header>
      <div class="plot" ref={box}>
        <canvas ref={canvas} class="heat" style={{ height: `${height}px` }} role="img" aria-label={`${t.search.scatter_title}. ${t.app.count_traces(traces.length)}`}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            const { x, y } = at(event);
            clear();
            setDrag({ x0: x, y0: y, x1: x, y1: y });
          }}
          onPointerMove={(event) => {
            const { x, y } = at(event);
            if (drag && !chosen) setDrag({ ...drag, x1: x, y1: y });
            setHover(drag ? undefined : nearest(x, y));
          }}
          onPointerLeave={() => setHover(undefined)} onPointerUp={release} />
        {frame && frame.width + frame.height > 5 && <div class="heat-box" style={{ left: `${frame.left}px`, top: `${frame.top}px`, width: `${frame.width}px`, height: `${frame.height}px` }} />}
        {hover && (
          <div class="readout" style={hover.x > width / 2 ? { right: `${width - hover.x + 10}px`, top: `${hover.y}px` } : { left: `${hover.x + 10}px`, top: `${hover.y}px` }}>
            <div class="strong" translate={false}>
              {hover.trace.root_service} › {hover.trace.root_name}
            </div>
            <div>
              {formatDuration(hover.trace.duration_ns)} · {formatInstant(fromNanoseconds(hover.trace.start_time_ns))} · {t.app.count_spans(hover.trace.span_count)}
            </div>
            {hover.trace.error_count > 0 && <div class="is-error">{t.app.count_errors(hover.trace.error_count)}</div>}
          </div>
        )}
      </div>
      {chosen && (
        <Floating anchor={{ left: chosen.x, right: chosen.x, top: chosen.y, bottom: chosen.y }} role="menu" label={t.app.chart.drag_hint} onClose={clear}>
          <div class="heading">{t.app.count_traces(chosen.count)}</div>
          {actions(chosen.area, clear)}
          <MenuItem onPick={clear}>{t.app.cancel}</MenuItem>
        </Floating>
      )}
    </figure>
  );
}
