// The whole trace in 40 pixels: every span in its colour, errors and matches as ticks on top, the critical path below, the
// zoomed window as a frame. Drag selects a window, dragging the window moves it, the wheel zooms at the pointer.
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';

import { useStore } from '../app/store';
import { shadeStore } from '../app/theme';
import { t } from '../i18n/catalogue';
import { Layers } from './canvas/layers';
import { resolvePalette, rgbOf, type Palette } from './canvas/palette';
import { minimapBins } from './model/minimap';
import type { TraceState } from './trace_state';

const kLanes = 12;
const kTicks = 4;
const kPath = 4;
const kEdge = 6;

/** Paints bins into the ground layer: one ImageData, written pixel by pixel. */
function paintGround(layers: Layers, state: TraceState, palette: Palette): void {
  const { canvas, context } = layers.layers[0]!;
  const { width: w, height: h } = canvas;
  if (w === 0 || h === 0) return;
  const { ratio } = layers.size;
  const [from, to] = state.full;
  const levels = Math.min(kLanes, state.columns.facts.depth_max + 1);
  const bins = minimapBins(state.columns, { width: w, lanes: levels, from, to });
  const image = context.createImageData(w, h);
  const pixels = new Uint32Array(image.data.buffer);
  const packed = (hex: string) => {
    const [r, g, b] = rgbOf(hex);
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  };
  pixels.fill(packed(palette.surface));
  const colours = Uint32Array.from(palette.services, (paint) => packed(paint.solid));
  const top = Math.round((kTicks + 1) * ratio);
  const bottom = h - Math.round((kPath + 1) * ratio);
  const laneHeight = Math.max(1, Math.min(Math.round(6 * ratio), Math.floor((bottom - top) / levels)));
  for (let lane = 0; lane < levels; lane++) {
    const y0 = top + lane * laneHeight;
    const y1 = Math.min(bottom, y0 + Math.max(1, laneHeight - (laneHeight > 2 ? 1 : 0)));
    for (let x = 0; x < w; x++) {
      const service = bins.service[lane * w + x]!;
      if (service === 0) continue;
      for (let y = y0; y < y1; y++) pixels[y * w + x] = colours[service - 1]!;
    }
  }
  const error = packed(palette.error);
  const tick = Math.round(kTicks * ratio);
  const thick = Math.max(1, Math.round(1.5 * ratio));
  for (let x = 0; x < w; x++) {
    if (bins.error[x] !== 1) continue;
    for (let dx = 0; dx < thick && x + dx < w; dx++) for (let y = 0; y < tick; y++) pixels[y * w + x + dx] = error;
  }
  const critical = packed(palette.critical);
  const perNs = w / Math.max(1, to - from);
  const { cpStart, cpEnd, cpRow, depth } = state.columns;
  for (let i = 0; i < cpStart.length; i++) {
    const x0 = Math.max(0, Math.floor((cpStart[i]! - from) * perNs));
    const x1 = Math.min(w, Math.max(x0 + 1, Math.ceil((cpEnd[i]! - from) * perNs)));
    // Alternating heights make the hand-over between spans visible.
    const y0 = h - Math.round((depth[cpRow[i]!]! % 2 === 0 ? 3 : 2) * ratio);
    for (let y = y0; y < h - Math.round(ratio); y++) for (let x = x0; x < x1; x++) pixels[y * w + x] = critical;
  }
  context.putImageData(image, 0, 0);
}

function paintOver(layers: Layers, state: TraceState, palette: Palette, drag: readonly [number, number] | null): void {
  const pen = layers.clear(1);
  const { width, height } = layers.size;
  const [from, to] = state.full;
  const x = (time: number) => ((time - from) / (to - from)) * width;
  if (state.matches !== null) {
    pen.fillStyle = palette.accent;
    let last = -2;
    for (const row of state.matches) {
      const at = Math.floor(x(state.columns.start[row]!));
      if (at <= last) continue;
      last = at;
      pen.fillRect(at, 0, 2, kTicks);
    }
  }
  const window = drag ?? (state.isZoomed ? state.zoom : null);
  if (window !== null) {
    const a = x(window[0]), b = Math.max(x(window[1]), x(window[0]) + 2);
    pen.fillStyle = palette.surface;
    pen.globalAlpha = 0.72;
    pen.fillRect(0, 0, a, height);
    pen.fillRect(b, 0, width - b, height);
    pen.globalAlpha = 1;
    pen.strokeStyle = palette.accent;
    pen.lineWidth = 1;
    pen.strokeRect(layers.snap(a) + 0.5, 0.5, Math.max(1, b - a - 1), height - 1);
    pen.fillStyle = palette.accent;
    pen.fillRect(a - 1, height / 2 - 8, 3, 16);
    pen.fillRect(b - 2, height / 2 - 8, 3, 16);
  }
  if (state.selected >= 0) {
    pen.fillStyle = palette.accent;
    const a = x(state.columns.start[state.selected]!);
    const b = x(state.columns.start[state.selected]! + state.columns.duration[state.selected]!);
    pen.fillRect(a, height - 1.5, Math.max(2, b - a), 1.5);
  }
}

export function Minimap({ state }: { state: TraceState }) {
  const shade = useStore(shadeStore);
  const palette = useMemo(() => resolvePalette(state.columns), [state.columns, shade]);
  const holder = useRef<HTMLDivElement>(null);
  const layers = useRef<Layers>(undefined);
  const held = useRef({ state, palette });
  held.current = { state, palette };
  const drag = useRef<{ kind: 'select' | 'move' | 'from' | 'to'; at: number; zoom: readonly [number, number] } | null>(null);
  const selection = useRef<readonly [number, number] | null>(null);
  const over = () => layers.current && paintOver(layers.current, held.current.state, held.current.palette, selection.current);

  useLayoutEffect(() => {
    layers.current = new Layers(holder.current!, 2, () => {
      if (!layers.current) return;
      paintGround(layers.current, held.current.state, held.current.palette);
      over();
    });
    return () => layers.current?.close();
  }, []);
  useLayoutEffect(() => {
    if (layers.current) paintGround(layers.current, state, palette);
  }, [state.columns, state.full, palette]);
  useLayoutEffect(() => void over());

  useEffect(() => {
    const box = holder.current!;
    const timeAt = (clientX: number) => {
      const { left, width } = box.getBoundingClientRect();
      const [from, to] = held.current.state.full;
      return from + (Math.max(0, Math.min(width, clientX - left)) / width) * (to - from);
    };
    const kindAt = (event: PointerEvent) => {
      const now = held.current.state;
      if (!now.isZoomed) return 'select' as const;
      const slack = ((now.full[1] - now.full[0]) / box.clientWidth) * kEdge;
      const at = timeAt(event.clientX);
      if (Math.abs(at - now.zoom[0]) < slack) return 'from' as const;
      if (Math.abs(at - now.zoom[1]) < slack) return 'to' as const;
      return at > now.zoom[0] && at < now.zoom[1] ? ('move' as const) : ('select' as const);
    };
    const down = (event: PointerEvent) => {
      if (event.button !== 0) return;
      box.setPointerCapture(event.pointerId);
      drag.current = { kind: kindAt(event), at: timeAt(event.clientX), zoom: held.current.state.zoom };
    };
    const move = (event: PointerEvent) => {
      const now = drag.current;
      if (now === null) {
        const kind = kindAt(event);
        box.style.cursor = kind === 'move' ? 'grab' : kind === 'select' ? 'crosshair' : 'ew-resize';
        return;
      }
      const at = timeAt(event.clientX);
      const { act } = held.current.state;
      if (now.kind === 'select') selection.current = [Math.min(now.at, at), Math.max(now.at, at)];
      else if (now.kind === 'move') act.setZoom([now.zoom[0] + at - now.at, now.zoom[1] + at - now.at]);
      else if (now.kind === 'from') act.setZoom([Math.min(at, now.zoom[1]), now.zoom[1]]);
      else act.setZoom([now.zoom[0], Math.max(at, now.zoom[0])]);
      over();
    };
    const up = () => {
      const picked = selection.current;
      const { state: now } = held.current;
      drag.current = null;
      selection.current = null;
      if (picked !== null && picked[1] - picked[0] > ((now.full[1] - now.full[0]) / box.clientWidth) * 3) now.act.setZoom(picked);
      over();
    };
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const now = held.current.state;
      const at = timeAt(event.clientX);
      const factor = Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.008);
      now.act.setZoom([at - (at - now.zoom[0]) * factor, at + (now.zoom[1] - at) * factor]);
    };
    const doubleClick = () => held.current.state.act.setZoom(null);
    box.addEventListener('pointerdown', down);
    box.addEventListener('pointermove', move);
    box.addEventListener('pointerup', up);
    box.addEventListener('pointercancel', up);
    box.addEventListener('wheel', wheel, { passive: false });
    box.addEventListener('dblclick', doubleClick);
    return () => {
      box.removeEventListener('pointerdown', down);
      box.removeEventListener('pointermove', move);
      box.removeEventListener('pointerup', up);
      box.removeEventListener('pointercancel', up);
      box.removeEventListener('wheel', wheel);
      box.removeEventListener('dblclick', doubleClick);
    };
  }, []);

  return <div class="minimap" ref={holder} role="img" aria-label={t.trace.minimap} />;
}
