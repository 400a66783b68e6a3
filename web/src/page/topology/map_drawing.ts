// Pixels of the map: nodes as boxes, edges as curves from caller to callee. Draws only; owns no state.
import { colourToken } from '../../app/service_colours';
import { token } from '../../app/theme';
import type { Place } from '../../chart/layered_layout';
import { formatDuration } from '../../format/duration';
import { formatRate, formatShare } from '../../format/quantity';
import { edgeWidth, kErrorShare, type MapGraph, type MapNode, type TopologyEdge } from './topology_data';

export const kNodeWidth = 156;
export const kNodeHeight = 38;
export const kColumn = 268;
export const kRow = 58;

export interface View {
  /** World = (screen − offset) / scale. */
  x: number;
  y: number;
  scale: number;
}
export type Figure = 'rate' | 'errors' | 'p99';

export interface Scene {
  graph: MapGraph;
  places: ReadonlyMap<string, Place>;
  figure: Figure;
  pinned: ReadonlySet<string>;
  maxRate: number;
}
export interface Emphasis {
  /** Drawn full; the rest fades. */
  focus: ReadonlySet<string> | undefined;
  selected: string | undefined;
  hover: string | undefined;
  found: ReadonlySet<string>;
}

export function boxOf(place: Place): { x: number; y: number } {
  return { x: place.rank * kColumn, y: place.slot * kRow };
}

export function edgeKey(edge: { from: string; to: string }): string {
  return `${edge.from}\n${edge.to}`;
}

/** Four points of the Bézier curve of an edge. */
export function curveOf(from: Place, to: Place): readonly [number, number, number, number, number, number, number, number] {
  const a = boxOf(from);
  const b = boxOf(to);
  const y1 = a.y + kNodeHeight / 2;
  const y2 = b.y + kNodeHeight / 2;
  if (to.rank > from.rank) {
    const x1 = a.x + kNodeWidth;
    const x2 = b.x - 6;
    const bend = Math.max(40, (x2 - x1) / 2);
    return [x1, y1, x1 + bend, y1, x2 - bend, y2, x2, y2];
  }
  if (Math.abs(to.rank - from.rank) < 0.5) {
    // Within a rank: out to the right and back.
    const out = a.x + kNodeWidth;
    const back = b.x + kNodeWidth + 6;
    const bend = 40 + Math.min(60, Math.abs(y2 - y1) / 6);
    return [out, y1, out + bend, y1, back + bend, y2, back, y2];
  }
  // Back to an earlier rank: leave on the left, over the top.
  const x1 = a.x;
  const x2 = b.x + kNodeWidth / 2;
  const top = Math.min(a.y, b.y) - kRow * 0.6;
  return [x1, y1, x1 - 70, top, x2, top, x2, b.y - 6];
}

export function pointOn(curve: ReturnType<typeof curveOf>, t: number): [number, number] {
  const u = 1 - t;
  const [x1, y1, cx1, cy1, cx2, cy2, x2, y2] = curve;
  return [u * u * u * x1 + 3 * u * u * t * cx1 + 3 * u * t * t * cx2 + t * t * t * x2, u * u * u * y1 + 3 * u * u * t * cy1 + 3 * u * t * t * cy2 + t * t * t * y2];
}

function edgeColour(edge: TopologyEdge): string {
  if (edge.error_share > 0.05) return token('--error');
  if (edge.error_share > kErrorShare) return `color-mix(in srgb, ${token('--error')} 65%, ${token('--control')})`;
  return token('--control');
}

function drawEdge(ctx: CanvasRenderingContext2D, scene: Scene, edge: TopologyEdge, isStrong: boolean): void {
  const from = scene.places.get(edge.from);
  const to = scene.places.get(edge.to);
  if (!from || !to) return;
  const curve = curveOf(from, to);
  const width = edgeWidth(edge.rate, scene.maxRate);
  const colour = isStrong ? token('--accent') : edgeColour(edge);
  ctx.strokeStyle = edge.error_share > kErrorShare ? edgeColour(edge) : colour;
  ctx.fillStyle = ctx.strokeStyle;
  ctx.lineWidth = width;
  ctx.setLineDash(edge.async ? [8, 5] : []);
  ctx.beginPath();
  ctx.moveTo(curve[0], curve[1]);
  // A wide line ends before its arrow does.
  const [ex, ey] = pointOn(curve, 0.96);
  const [hx, hy] = width > 2 ? [curve[6] + (ex - curve[6]) * 0.6, curve[7] + (ey - curve[7]) * 0.6] : [curve[6], curve[7]];
  ctx.bezierCurveTo(curve[2], curve[3], curve[4], curve[5], hx, hy);
  ctx.stroke();
  ctx.setLineDash([]);
  // The arrow at the callee, along the curve's end.
  const [px, py] = pointOn(curve, 0.97);
  const angle = Math.atan2(curve[7] - py, curve[6] - px);
  const size = 6 + width * 1.3;
  ctx.beginPath();
  ctx.moveTo(curve[6] + Math.cos(angle) * 5, curve[7] + Math.sin(angle) * 5);
  ctx.lineTo(curve[6] - Math.cos(angle - 0.5) * size, curve[7] - Math.sin(angle - 0.5) * size);
  ctx.lineTo(curve[6] - Math.cos(angle + 0.5) * size, curve[7] - Math.sin(angle + 0.5) * size);
  ctx.fill();
}

const widths = new Map<string, number>();
function widthOf(ctx: CanvasRenderingContext2D, text: string): number {
  const key = `${ctx.font} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 5000) widths.clear();
    width = ctx.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}

/** Cut in the middle to a width in pixels. */
export function fitText(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  if (widthOf(ctx, text) <= room) return text;
  let low = 1;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const head = Math.ceil(middle / 2);
    if (widthOf(ctx, `${text.slice(0, head)}…${text.slice(text.length - (middle - head))}`) <= room) low = middle;
    else high = middle - 1;
  }
  const head = Math.ceil(low / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (low - head))}`;
}

// The same shapes as widget/icon.tsx, for a canvas.
const kIcons: Record<string, string> = {
  database: 'M8 6c3 0 5-.9 5-2s-2-2-5-2-5 .9-5 2 2 2 5 2zM3 4v8c0 1.1 2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2 2 5 2s5-.9 5-2',
  cache: 'M9 2 3.5 9H8l-1 5 5.5-7H8z',
  messaging: 'M2 4.500h12v7H2zM2 5l6 4 6-4',
  external: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM2 8h12M8 2c2 1.7 2.6 3.7 2.6 6S10 12.3 8 14c-2-1.7-2.6-3.7-2.6-6S6 3.7 8 2z',
  browser: 'M2 3h12v10H2zM2 6h12',
};

export function figureText(node: MapNode, figure: Figure): string {
  if (figure === 'errors') return formatShare(node.error_share);
  if (figure === 'p99') return formatDuration(node.p99_ns || undefined);
  return formatRate(node.rate);
}

function drawNode(ctx: CanvasRenderingContext2D, scene: Scene, node: MapNode, scale: number): void {
  const place = scene.places.get(node.id);
  if (!place) return;
  const { x, y } = boxOf(place);
  const family = getComputedStyle(document.body).fontFamily;
  const isGroup = node.members.length > 1;
  ctx.fillStyle = token('--surface');
  ctx.strokeStyle = token('--control');
  ctx.lineWidth = 1;
  if (isGroup) {
    for (const shift of [6, 3]) {
      ctx.beginPath();
      ctx.roundRect(x + shift, y - shift, kNodeWidth, kNodeHeight, 4);
      ctx.fill();
      ctx.stroke();
    }
  }
  ctx.beginPath();
  ctx.roundRect(x, y, kNodeWidth, kNodeHeight, 4);
  ctx.fill();
  ctx.stroke();
  const health = { unwell: '--error', attention: '--warning-fill', healthy: '--good', silent: '--control' }[node.health];
  if (!node.virtual || node.health !== 'healthy') {
    ctx.fillStyle = token(health);
    ctx.beginPath();
    ctx.roundRect(x, y, 4, kNodeHeight, [4, 0, 0, 4]);
    ctx.fill();
  }
  if (scale < 0.3 && !isGroup) return;
  const icon = kIcons[node.type];
  if (icon) {
    ctx.save();
    ctx.translate(x + 11, y + 5);
    ctx.scale(0.8, 0.8);
    ctx.strokeStyle = token('--text-2');
    ctx.lineWidth = 1.5;
    ctx.stroke(new Path2D(icon));
    ctx.restore();
  } else {
    ctx.fillStyle = token(colourToken(node.name));
    ctx.beginPath();
    ctx.roundRect(x + 12, y + 7, 10, 10, 2);
    ctx.fill();
  }
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.fillStyle = token('--text');
  ctx.font = `600 12px ${family}`;
  // Unwell nodes carry a sign as well as a colour.
  const mark = node.health === 'unwell' ? '✖ ' : node.health === 'attention' ? '▲ ' : '';
  const name = isGroup ? `${node.name} (${node.members.length})` : node.name;
  ctx.fillText(fitText(ctx, name, kNodeWidth - 36), x + 27, y + 13);
  if (scale >= 0.5) {
    ctx.font = `11px ${family}`;
    ctx.fillStyle = token('--text-2');
    ctx.fillText(figureText(node, scene.figure), x + 27, y + 28);
    if (mark || (node.error_share >= kErrorShare && scene.figure !== 'errors')) {
      const text = `${mark}${node.error_share >= kErrorShare && scene.figure !== 'errors' ? formatShare(node.error_share) : ''}`;
      ctx.textAlign = 'right';
      ctx.fillStyle = node.error_share >= kErrorShare || node.health === 'unwell' ? token('--error') : token('--warning');
      ctx.fillText(text, x + kNodeWidth - 10, y + 28);
      ctx.textAlign = 'left';
    }
  }
  if (scene.pinned.has(node.id)) {
    ctx.fillStyle = token('--text-3');
    ctx.beginPath();
    ctx.arc(x + kNodeWidth - 9, y + 9, 2.5, 0, 7);
    ctx.fill();
  }
}

/** The whole map, at the view given, into a context of device pixels. */
export function drawScene(ctx: CanvasRenderingContext2D, scene: Scene, view: View, emphasis: Emphasis, size: { width: number; height: number; ratio: number }): void {
  ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
  ctx.fillStyle = token('--app');
  ctx.fillRect(0, 0, size.width, size.height);
  ctx.translate(view.x, view.y);
  ctx.scale(view.scale, view.scale);
  const isFull = (id: string) => !emphasis.focus || emphasis.focus.has(id);
  const chosen = emphasis.selected;
  for (const pass of ['faded', 'full', 'strong'] as const) {
    for (const edge of scene.graph.edges) {
      const isStrong = chosen !== undefined && (edgeKey(edge) === chosen || edge.from === chosen || edge.to === chosen);
      const which = isStrong ? 'strong' : isFull(edge.from) && isFull(edge.to) ? 'full' : 'faded';
      if (which !== pass) continue;
      ctx.globalAlpha = pass === 'faded' ? 0.15 : pass === 'strong' ? 1 : 0.7;
      drawEdge(ctx, scene, edge, isStrong);
    }
  }
  for (const node of scene.graph.nodes) {
    ctx.globalAlpha = isFull(node.id) ? 1 : 0.15;
    drawNode(ctx, scene, node, view.scale);
  }
  ctx.globalAlpha = 1;
}

/** What lies over the map: selection, hover, what was found. */
export function drawOverlay(ctx: CanvasRenderingContext2D, scene: Scene, view: View, emphasis: Emphasis, size: { width: number; height: number; ratio: number }): void {
  ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
  ctx.clearRect(0, 0, size.width, size.height);
  ctx.translate(view.x, view.y);
  ctx.scale(view.scale, view.scale);
  const ring = (id: string, colour: string, width: number, gap: number) => {
    const place = scene.places.get(id);
    if (!place) return;
    const { x, y } = boxOf(place);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width / Math.max(0.5, view.scale);
    ctx.beginPath();
    ctx.roundRect(x - gap, y - gap, kNodeWidth + 2 * gap, kNodeHeight + 2 * gap, 6);
    ctx.stroke();
  };
  for (const id of emphasis.found) ring(id, token('--selection'), 2, 4);
  if (emphasis.hover) ring(emphasis.hover, token('--control'), 2, 2);
  if (emphasis.selected) ring(emphasis.selected, token('--accent'), 2.5, 3);
  const hovered = scene.graph.edges.find((edge) => edgeKey(edge) === emphasis.hover);
  if (hovered) {
    ctx.globalAlpha = 1;
    drawEdge(ctx, scene, hovered, true);
  }
}

export type Hit = { kind: 'node'; node: MapNode } | { kind: 'edge'; edge: TopologyEdge };

/** What is under a point of the world. */
export function hitAt(scene: Scene, x: number, y: number, slack: number): Hit | undefined {
  for (const node of scene.graph.nodes) {
    const place = scene.places.get(node.id);
    if (!place) continue;
    const box = boxOf(place);
    if (x >= box.x && x <= box.x + kNodeWidth && y >= box.y && y <= box.y + kNodeHeight) return { kind: 'node', node };
  }
  let best: TopologyEdge | undefined;
  let distance = slack;
  for (const edge of scene.graph.edges) {
    const from = scene.places.get(edge.from);
    const to = scene.places.get(edge.to);
    if (!from || !to) continue;
    const curve = curveOf(from, to);
    for (let step = 0; step <= 24; step++) {
      const [px, py] = pointOn(curve, step / 24);
      const each = Math.hypot(px - x, py - y);
      if (each < distance) {
        distance = each;
        best = edge;
      }
    }
  }
  return best && { kind: 'edge', edge: best };
}

/** The view that shows all, or the nodes given, centred. */
export function fitView(places: ReadonlyMap<string, Place>, ids: Iterable<string>, width: number, height: number, scaleMax = 1.1): View {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const id of ids) {
    const place = places.get(id);
    if (!place) continue;
    const { x, y } = boxOf(place);
    left = Math.min(left, x);
    right = Math.max(right, x + kNodeWidth);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + kNodeHeight);
  }
  if (left === Infinity) return { x: 20, y: 20, scale: 1 };
  const scale = Math.max(0.12, Math.min(scaleMax, (width - 48) / (right - left), (height - 72) / (bottom - top)));
  return { scale, x: (width - (right + left) * scale) / 2, y: (height - (bottom + top) * scale) / 2 };
}
