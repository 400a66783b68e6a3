// Pixels of the flame graph: boxes in lanes with their names, an axis above. Used for one trace and for two on one scale.
import type { Layers } from '../canvas/layers';
import { fillOf, type Palette } from '../canvas/palette';
import { timeTicks } from '../canvas/time_axis';
import { isError, type TraceColumns } from '../model/columns';
import { visibleInLane, type FlameBoxes } from '../model/flame';
import type { TextWidths } from '../model/text_fit';

export const kLane = 22;
export const kAxis = 24;
// About 25 ms a frame without a graphics card; upper lanes come first.
const kRectsMax = 10_000;

export interface FlameScene {
  columns: TraceColumns;
  boxes: FlameBoxes;
  palette: Palette;
  widths: TextWidths;
  window: readonly [number, number];
  scrollTop: number;
  selectedBox: number;
  matches: Uint8Array | null;
  /** Less than usual where a whole trace has to fit; names are written from 14 px on. */
  laneHeight?: number;
  /** Whether times stand above the boxes. */
  hasAxis?: boolean;
}

const kNameLane = 14;

export function drawFlame(layers: Layers, scene: FlameScene): void {
  const pen = layers.layers[0]!.context;
  const { width, height } = layers.size;
  const { palette, boxes, columns } = scene;
  const laneHeight = scene.laneHeight ?? kLane;
  const axis = scene.hasAxis === false ? 2 : kAxis;
  const [from, to] = scene.window;
  pen.fillStyle = palette.surface;
  pen.fillRect(0, 0, width, height);
  const { ticks, unit } = timeTicks(from, to, width);
  pen.font = `11px ${palette.font}`;
  pen.textBaseline = 'middle';
  for (const [index, { time, text }] of ticks.entries()) {
    const x = layers.snap(((time - from) / (to - from)) * width);
    pen.fillStyle = palette.line;
    pen.fillRect(x, 0, layers.hairline, height);
    pen.fillStyle = palette.text3;
    const label = index === 0 || index === ticks.length - 1 ? `${text}\u2009${unit}` : text;
    if (scene.hasAxis !== false && x + 4 + scene.widths.width(pen.font, label) < width) pen.fillText(label, x + 4, kAxis / 2 - 2);
  }
  const font = `11px ${palette.font}`;
  pen.font = font;
  const firstLane = Math.floor(scene.scrollTop / laneHeight);
  const lastLane = Math.min(boxes.laneCount - 1, Math.ceil((scene.scrollTop + height - axis) / laneHeight));
  const gap = laneHeight >= 8 ? 2 : 1;
  let drawn = 0;
  for (let lane = firstLane; lane <= lastLane && drawn < kRectsMax; lane++) {
    const y = layers.snap(axis + lane * laneHeight - scene.scrollTop);
    if (y < axis - laneHeight) continue;
    for (const rect of visibleInLane(boxes, lane, from, to, width)) {
      drawn++;
      const x0 = layers.snap(rect.x);
      const x1 = Math.max(x0 + 1, layers.snap(rect.x + rect.width) - (rect.width > 3 ? layers.hairline : 0));
      const paint = palette.services[boxes.service[rect.box]!]!;
      const row = boxes.row[rect.box]!;
      const dimmed = scene.matches !== null && scene.matches[row] !== 1;
      if (rect.merged > 1) {
        pen.fillStyle = palette.text3;
        pen.globalAlpha = 0.45;
        pen.fillRect(x0, y + 1, x1 - x0, laneHeight - gap);
        pen.globalAlpha = 1;
        continue;
      }
      pen.globalAlpha = dimmed ? 0.25 : 1;
      pen.fillStyle = fillOf(pen, paint);
      pen.fillRect(x0, y + 1, x1 - x0, laneHeight - gap);
      pen.globalAlpha = 1;
      if (isError(columns, row)) {
        pen.fillStyle = palette.error;
        pen.fillRect(x0, y + laneHeight - gap - 1, Math.max(2, x1 - x0), Math.min(3, laneHeight / 3));
      }
      if (x1 - x0 > 34 && laneHeight >= kNameLane) {
        const text = scene.widths.fit(font, columns.names[boxes.name[rect.box]!]!, x1 - x0 - 10);
        if (text !== '') {
          pen.fillStyle = dimmed ? palette.text3 : paint.isStriped ? palette.surface : paint.ink;
          if (paint.isStriped && !dimmed) {
            const room = scene.widths.width(font, text);
            pen.fillRect(x0 + 3, y + 4, room + 4, laneHeight - 8);
            pen.fillStyle = palette.text;
          }
          pen.fillText(text, x0 + 5, y + laneHeight / 2);
        }
      }
    }
  }
}

export function drawFlameOver(layers: Layers, scene: FlameScene, hover: number): void {
  const pen = layers.clear(1);
  const [from, to] = scene.window;
  const outline = (box: number, colour: string, thick: number) => {
    const x0 = ((scene.boxes.from[box]! - from) / (to - from)) * layers.size.width;
    const x1 = ((scene.boxes.to[box]! - from) / (to - from)) * layers.size.width;
    const y = kAxis + scene.boxes.lane[box]! * kLane - scene.scrollTop;
    if (y < 0) return;
    pen.strokeStyle = colour;
    pen.lineWidth = thick;
    pen.strokeRect(x0 + thick / 2, y + 1 + thick / 2, Math.max(1, x1 - x0 - thick), kLane - 2 - thick);
  };
  if (scene.selectedBox >= 0) outline(scene.selectedBox, scene.palette.text, 2);
  if (hover >= 0) outline(hover, scene.palette.accent, 2);
}
