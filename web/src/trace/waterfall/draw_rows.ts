// Pixels of the waterfall's time side. Only rows on screen are drawn, so a frame costs the same for a hundred spans and for a
// hundred thousand. Layers: 0 ground with time lines, 1 bars, 2 overlay (hover, cross-hair); only the overlay follows the mouse.
import { formatDuration } from '../../format/duration';
import type { Layers } from '../canvas/layers';
import { fillOf, type Palette } from '../canvas/palette';
import { timeText, type Tick } from '../canvas/time_axis';
import { Flag, isError, type TraceColumns } from '../model/columns';
import { membersOf, type Groups } from '../model/groups';
import { RowKind, type VisibleRows } from '../model/rows';
import type { TextWidths } from '../model/text_fit';
import type { CoveredTimes, RowSegments } from './bar_shapes';

export const kRowHeight = 24;
const kBarTop = 6;
const kBarHeight = 12;

export interface Scene {
  columns: TraceColumns;
  groups: Groups;
  rows: VisibleRows;
  covered: CoveredTimes;
  segments: RowSegments;
  palette: Palette;
  widths: TextWidths;
  zoom: readonly [number, number];
  ticks: readonly Tick[];
  scrollTop: number;
  selected: number;
  marked: Uint8Array | null;
  pointed: Uint8Array | null;
  isCorrected: boolean;
  /** Rows of ancestors that stay at the top. */
  sticky: readonly number[];
  words: { clockCorrected(ms: string): string; clockOff(ms: string): string };
}

export function drawGround(layers: Layers, scene: Scene): void {
  const { context } = layers.layers[0]!;
  const { width, height } = layers.size;
  const { palette } = scene;
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, width, height);
  eachRow(scene, height, (at, y) => {
    const row = scene.rows.row[at]!;
    const isSpan = scene.rows.kind[at] === RowKind.span;
    if (isSpan && row === scene.selected) context.fillStyle = palette.accentTint;
    else if (isSpan && scene.pointed?.[row] === 1) context.fillStyle = palette.mark;
    else if (isSpan && isCause(scene.columns, row)) context.fillStyle = palette.errorTint;
    else return;
    context.fillRect(0, y, width, kRowHeight);
  });
  context.fillStyle = palette.line;
  const [from, to] = scene.zoom;
  for (const { time } of scene.ticks) {
    context.fillRect(layers.snap(((time - from) / (to - from)) * width), 0, layers.hairline, height);
  }
}

function isCause(columns: TraceColumns, row: number): boolean {
  return (columns.flags[row]! & Flag.errorCause) !== 0 && isError(columns, row);
}

/** Calls for each visible row that scrolls, with its y. */
export function eachRow(scene: Pick<Scene, 'rows' | 'scrollTop'>, height: number, draw: (at: number, y: number) => void): void {
  const first = Math.max(0, Math.floor(scene.scrollTop / kRowHeight));
  const last = Math.min(scene.rows.count, Math.ceil((scene.scrollTop + height) / kRowHeight));
  for (let at = first; at < last; at++) draw(at, at * kRowHeight - scene.scrollTop);
}

export function drawBars(layers: Layers, scene: Scene): void {
  const pen = layers.clear(1);
  const { width, height } = layers.size;
  eachRow(scene, height, (at, y) => drawRow(layers, pen, scene, at, y));
  scene.sticky.forEach((at, index) => {
    const y = index * kRowHeight;
    pen.fillStyle = scene.palette.surface;
    pen.fillRect(0, y, width, kRowHeight);
    drawRow(layers, pen, scene, at, y);
  });
  if (scene.sticky.length > 0) {
    pen.fillStyle = scene.palette.line;
    pen.fillRect(0, layers.snap(scene.sticky.length * kRowHeight), width, layers.hairline);
  }
}

function drawRow(layers: Layers, pen: CanvasRenderingContext2D, scene: Scene, at: number, y: number): void {
  const kind = scene.rows.kind[at]!;
  if (kind === RowKind.group) drawGroup(layers, pen, scene, at, y);
  else if (kind === RowKind.span) drawSpan(layers, pen, scene, at, y);
}

interface Scale {
  x(time: number): number;
  width: number;
}

function scaleOf(layers: Layers, scene: Scene): Scale {
  const [from, to] = scene.zoom;
  const { width } = layers.size;
  const perNs = width / (to - from);
  return { width, x: (time) => layers.snap(Math.max(-4, Math.min(width + 4, (time - from) * perNs))) };
}

function drawSpan(layers: Layers, pen: CanvasRenderingContext2D, scene: Scene, at: number, y: number): void {
  const { columns, palette } = scene;
  const row = scene.rows.row[at]!;
  const scale = scaleOf(layers, scene);
  const start = columns.start[row]!;
  const end = start + columns.duration[row]!;
  const x0 = scale.x(start);
  const x1 = Math.max(x0 + Math.max(1, layers.hairline), scale.x(end));
  if (x1 < 0 || x0 > scale.width) {
    drawOutside(pen, scene, x1 < 0, y, scale.width);
    return;
  }
  const top = y + kBarTop;
  const paint = palette.services[columns.service[row]!]!;
  pen.fillStyle = paint.light;
  pen.fillRect(x0, top, x1 - x0, kBarHeight);
  pen.fillStyle = fillOf(pen, paint);
  fillOwnTime(pen, scale, scene.covered.of(row), start, end, x0, x1, top);

  if ((columns.flags[row]! & Flag.skewed) !== 0) hatch(layers, pen, palette, x0, x1, top);
  if (isError(columns, row)) {
    pen.fillStyle = palette.error;
    pen.fillRect(x0, top + kBarHeight, Math.max(3, x1 - x0), 2);
  }
  drawCritical(layers, pen, scene, at, scale, top);
  drawLabel(pen, scene, row, x0, x1, y, scale.width);
}

/** Own time is solid; time in children stays light. */
function fillOwnTime(pen: CanvasRenderingContext2D, scale: Scale, covered: Float64Array, start: number, end: number, x0: number, x1: number, top: number): void {
  let from = start;
  let drawnTo = -1;
  const fill = (a: number, b: number) => {
    const left = Math.max(scale.x(a), drawnTo);
    const right = Math.min(x1, Math.max(scale.x(b), left));
    if (right - left < 0.5) return;
    pen.fillRect(left, top, right - left, kBarHeight);
    drawnTo = right;
  };
  if (covered.length === 0) {
    pen.fillRect(x0, top, x1 - x0, kBarHeight);
    return;
  }
  for (let i = 0; i < covered.length; i += 2) {
    if (covered[i]! > from) fill(from, covered[i]!);
    from = Math.max(from, covered[i + 1]!);
  }
  if (end > from) fill(from, end);
}

function hatch(layers: Layers, pen: CanvasRenderingContext2D, palette: Palette, x0: number, x1: number, top: number): void {
  pen.save();
  pen.beginPath();
  pen.rect(x0, top, x1 - x0, kBarHeight);
  pen.clip();
  pen.strokeStyle = palette.surface;
  pen.lineWidth = Math.max(1, layers.hairline);
  pen.beginPath();
  const last = Math.min(x1, layers.size.width);
  for (let x = Math.max(x0, 0) - kBarHeight; x < last; x += 6) pen.moveTo(x, top + kBarHeight), pen.lineTo(x + kBarHeight, top);
  pen.stroke();
  pen.restore();
}

function drawCritical(layers: Layers, pen: CanvasRenderingContext2D, scene: Scene, at: number, scale: Scale, top: number): void {
  const { first, segment } = scene.segments;
  const middle = layers.snap(top + kBarHeight / 2 - 1);
  let drawnTo = -1;
  for (let i = first[at]!; i < first[at + 1]!; i++) {
    const x0 = scale.x(scene.columns.cpStart[segment[i]!]!);
    const x1 = Math.max(x0 + 1, scale.x(scene.columns.cpEnd[segment[i]!]!));
    if (x1 <= drawnTo || x1 < 0 || x0 > scale.width) continue;
    pen.fillStyle = scene.palette.criticalHalo;
    pen.fillRect(x0, middle - 1, x1 - x0, 4);
    pen.fillStyle = scene.palette.critical;
    pen.fillRect(x0, middle, x1 - x0, 2);
    drawnTo = x1;
  }
}

function drawLabel(pen: CanvasRenderingContext2D, scene: Scene, row: number, x0: number, x1: number, y: number, width: number): void {
  const { columns, palette, widths } = scene;
  let text = formatDuration(columns.duration[row]!);
  const skew = columns.skew?.[row] ?? 0;
  if (skew !== 0) text += ` · ${scene.isCorrected ? scene.words.clockCorrected(formatDuration(skew)) : scene.words.clockOff(formatDuration(-skew))}`;
  beside(pen, palette, widths, text, x0, x1, y, width, isError(columns, row) ? palette.error : palette.text2);
}

/** A text on that side of a bar which has room; inside where neither has. */
function beside(pen: CanvasRenderingContext2D, palette: Palette, widths: TextWidths, text: string, x0: number, x1: number, y: number, width: number, colour: string): void {
  const font = `11px ${palette.font}`;
  const needed = widths.width(font, text);
  pen.font = font;
  pen.textBaseline = 'middle';
  const right = Math.min(width, Math.max(0, x1));
  const left = Math.max(0, x0);
  if (right + 6 + needed <= width) {
    pen.fillStyle = colour;
    pen.fillText(text, right + 6, y + kRowHeight / 2);
  } else if (left - 6 - needed >= 0) {
    pen.fillStyle = colour;
    pen.fillText(text, left - 6 - needed, y + kRowHeight / 2);
  } else if (right - left > needed + 12) {
    // On a plate, so that it reads on every hue and on the critical line.
    pen.fillStyle = palette.surface;
    pen.fillRect(right - needed - 9, y + kBarTop - 1, needed + 6, kBarHeight + 2);
    pen.fillStyle = colour;
    pen.fillText(text, right - needed - 6, y + kRowHeight / 2);
  }
}

/** An arrow for a bar that lies before or behind the window. */
function drawOutside(pen: CanvasRenderingContext2D, { palette }: Scene, isBefore: boolean, y: number, width: number): void {
  pen.fillStyle = palette.text3;
  const x = isBefore ? 4 : width - 4;
  const tip = isBefore ? -3 : 3;
  pen.beginPath();
  pen.moveTo(x - tip, y + 8);
  pen.lineTo(x + tip, y + 12);
  pen.lineTo(x - tip, y + 16);
  pen.fill();
}

/** Sequential members as ticks at their places; parallel ones as a skyline of how many run at once. */
function drawGroup(layers: Layers, pen: CanvasRenderingContext2D, scene: Scene, at: number, y: number): void {
  const { columns, groups, palette } = scene;
  const group = scene.rows.group[at]!;
  const scale = scaleOf(layers, scene);
  const x0 = scale.x(groups.from[group]!);
  const x1 = Math.max(x0 + 1, scale.x(groups.to[group]!));
  if (x1 < 0 || x0 > scale.width) {
    drawOutside(pen, scene, x1 < 0, y, scale.width);
    return;
  }
  const top = y + kBarTop;
  const service = columns.service[groups.first[group]!]!;
  const paint = palette.services[service]!;
  const left = Math.max(0, Math.floor(x0));
  const columnsCount = Math.max(1, Math.min(Math.ceil(scale.width), Math.ceil(x1)) - left);
  const density = new Uint16Array(columnsCount + 1);
  for (const member of membersOf(columns, groups, group)) {
    const a = Math.max(0, Math.floor(scale.x(columns.start[member]!)) - left);
    const b = Math.min(columnsCount, Math.max(a + 1, Math.ceil(scale.x(columns.start[member]! + columns.duration[member]!)) - left));
    if (a >= columnsCount || b <= 0) continue;
    if (groups.overlap[group]! > 1) for (let x = a; x < b; x++) density[x]!++;
    else {
      density[a] = 2;
      for (let x = a + 1; x < b; x++) density[x] = Math.max(1, density[x]!);
    }
  }
  pen.fillStyle = palette.line;
  pen.fillRect(x0, layers.snap(top + kBarHeight / 2), x1 - x0, Math.max(1, layers.hairline));
  const isParallel = groups.overlap[group]! > 1;
  let most = 1;
  for (const each of density) most = Math.max(most, each);
  for (let x = 0; x < columnsCount; x++) {
    const here = density[x]!;
    if (here === 0) continue;
    let run = x + 1;
    while (run < columnsCount && density[run] === here && !( !isParallel && here === 2)) run++;
    const height = isParallel ? Math.max(2, (kBarHeight * here) / most) : kBarHeight;
    pen.fillStyle = isParallel || here === 2 ? paint.solid : paint.light;
    pen.fillRect(left + x, top + kBarHeight - height, run - x, height);
    x = run - 1;
  }
  drawCritical(layers, pen, scene, at, scale, top);
  beside(pen, palette, scene.widths, `Σ ${formatDuration(groups.sum[group]!)}`, x0, x1, y, scale.width, palette.text2);
}

export interface Pointer {
  x: number;
  y: number;
}

export function drawOverlay(layers: Layers, scene: Scene, pointer: Pointer | null, drag: readonly [number, number] | null): void {
  const pen = layers.clear(2);
  const { width, height } = layers.size;
  const { palette } = scene;
  if (drag !== null) {
    const [from, to] = scene.zoom;
    const a = ((Math.min(...drag) - from) / (to - from)) * width;
    const b = ((Math.max(...drag) - from) / (to - from)) * width;
    pen.globalAlpha = 0.14;
    pen.fillStyle = palette.accent;
    pen.fillRect(a, 0, b - a, height);
    pen.globalAlpha = 1;
    pen.fillRect(layers.snap(a), 0, layers.hairline, height);
    pen.fillRect(layers.snap(b), 0, layers.hairline, height);
  }
  const selectedAt = scene.selected >= 0 ? scene.rows.shownAt[scene.selected]! : -1;
  if (selectedAt >= 0) {
    const y = selectedAt * kRowHeight - scene.scrollTop;
    pen.strokeStyle = palette.accent;
    pen.lineWidth = 1;
    if (y > -kRowHeight && y < height && y >= scene.sticky.length * kRowHeight) {
      pen.fillStyle = palette.accent;
      pen.fillRect(0, y, width, layers.hairline);
      pen.fillRect(0, y + kRowHeight - layers.hairline, width, layers.hairline);
    }
  }
  if (pointer === null) return;
  const at = rowAt(scene, pointer.y);
  if (at >= 0) {
    const index = scene.sticky.indexOf(at);
    const y = pointer.y < scene.sticky.length * kRowHeight && index >= 0 ? index * kRowHeight : at * kRowHeight - scene.scrollTop;
    pen.globalAlpha = palette.shade === 'dark' ? 0.1 : 0.06;
    pen.fillStyle = palette.text;
    pen.fillRect(0, y, width, kRowHeight);
    pen.globalAlpha = 1;
  }
  pen.fillStyle = palette.text3;
  pen.fillRect(layers.snap(pointer.x), 0, layers.hairline, height);
}

/** The visible row under a y, the sticky ones first; −1 below the last. */
export function rowAt(scene: Pick<Scene, 'sticky' | 'scrollTop' | 'rows'>, y: number): number {
  const stuck = scene.sticky[Math.floor(y / kRowHeight)];
  if (y >= 0 && stuck !== undefined) return stuck;
  const at = Math.floor((y + scene.scrollTop) / kRowHeight);
  return at >= 0 && at < scene.rows.count ? at : -1;
}

/** The time axis above the rows: ticks, unit, and the pointer's time. */
export function drawAxis(layers: Layers, palette: Palette, widths: TextWidths, zoom: readonly [number, number], ticks: readonly Tick[], unit: string, pointerX: number | null): void {
  const { context: pen } = layers.layers[0]!;
  const { width, height } = layers.size;
  pen.fillStyle = palette.surface;
  pen.fillRect(0, 0, width, height);
  pen.font = `11px ${palette.font}`;
  pen.textBaseline = 'middle';
  const [from, to] = zoom;
  ticks.forEach(({ time, text }, index) => {
    const x = ((time - from) / (to - from)) * width;
    const label = index === ticks.length - 1 || index === 0 ? `${text === '0' ? '0' : text}\u2009${unit}` : text;
    pen.fillStyle = palette.line;
    pen.fillRect(layers.snap(x), height - 5, layers.hairline, 5);
    const room = widths.width(pen.font, label);
    pen.fillStyle = palette.text3;
    if (x + 4 + room <= width) pen.fillText(label, x + 4, height / 2);
    else if (x - 4 - room > 0) pen.fillText(label, x - 4 - room, height / 2);
  });
  pen.fillStyle = palette.line;
  pen.fillRect(0, height - layers.hairline, width, layers.hairline);
  if (pointerX === null) return;
  const label = timeText(from + (pointerX / width) * (to - from));
  const room = widths.width(pen.font, label) + 8;
  const left = Math.max(0, Math.min(width - room, pointerX - room / 2));
  pen.fillStyle = palette.text;
  pen.fillRect(left, 2, room, height - 5);
  pen.fillStyle = palette.surface;
  pen.fillText(label, left + 4, height / 2);
}
