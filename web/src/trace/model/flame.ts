// The flame graph: boxes in lanes. In time order each span lies below its parent, one lane further down where a sibling that
// runs at the same time is in the way. Merged, equal paths of service and name become one box as wide as their self times.

import type { TraceColumns } from './columns';

export interface FlameBoxes {
  count: number;
  laneCount: number;
  /** Boxes of lane l: laneStart[l] … laneStart[l + 1], ordered by `from`. */
  laneStart: Uint32Array;
  from: Float64Array;
  to: Float64Array;
  lane: Uint32Array;
  parent: Int32Array;
  service: Uint16Array;
  name: Uint32Array;
  /** The span of a box; of a merged box its longest span. */
  row: Uint32Array;
  /** Time order: 1 and the durations. Merged: spans, Σ duration. */
  spans: Uint32Array;
  total: Float64Array;
  self: Float64Array;
  /** Boxes that lie over others because there were too many at once to give each a lane. */
  crowded: number;
}

/** How many lanes further down a box is pushed at most before it is laid over others. */
const kPushMax = 48;

export function flameInTime(columns: TraceColumns): FlameBoxes {
  const { count, parent, start, duration } = columns;
  const lane = new Uint32Array(count);
  const laneEnd: number[] = [];
  let crowded = 0;
  for (let row = 0; row < count; row++) {
    const first = parent[row]! >= 0 ? lane[parent[row]!]! + 1 : 0;
    let at = first;
    while (at < laneEnd.length && laneEnd[at]! > start[row]! && at < first + kPushMax) at++;
    if (at < laneEnd.length && laneEnd[at]! > start[row]!) {
      at = first;
      crowded++;
    }
    while (laneEnd.length <= at) laneEnd.push(-Infinity);
    laneEnd[at] = Math.max(laneEnd[at]!, start[row]! + duration[row]!);
    lane[row] = at;
  }
  const boxes = emptyBoxes(count, laneEnd.length);
  boxes.crowded = crowded;
  const order = byLane(lane, laneEnd.length, start, boxes.laneStart);
  const boxOf = new Int32Array(count);
  for (let box = 0; box < count; box++) boxOf[order[box]!] = box;
  for (let box = 0; box < count; box++) {
    const row = order[box]!;
    boxes.from[box] = start[row]!;
    boxes.to[box] = start[row]! + duration[row]!;
    boxes.lane[box] = lane[row]!;
    boxes.parent[box] = parent[row]! >= 0 ? boxOf[parent[row]!]! : -1;
    boxes.service[box] = columns.service[row]!;
    boxes.name[box] = columns.name[row]!;
    boxes.row[box] = row;
    boxes.spans[box] = 1;
    boxes.total[box] = duration[row]!;
    boxes.self[box] = columns.self[row]!;
  }
  return boxes;
}

/** Equal paths become one, heaviest on the left. `weight` is what a row adds by itself: self time, or critical path time. */
export function flameMerged(columns: TraceColumns, weight: Float64Array): FlameBoxes {
  const { count, parent } = columns;
  const nodeOf = new Uint32Array(count);
  const nodeParent: number[] = [], nodeService: number[] = [], nodeName: number[] = [], nodeRow: number[] = [];
  const nodeSpans: number[] = [], nodeTotal: number[] = [], nodeSelf: number[] = [], nodeWeight: number[] = [];
  const known = new Map<number, number>();
  const names = columns.names.length;
  const operations = names * columns.facts.services.length;
  for (let row = 0; row < count; row++) {
    const up = parent[row]! >= 0 ? nodeOf[parent[row]!]! : -1;
    const key = (up + 1) * operations + columns.service[row]! * names + columns.name[row]!;
    let node = known.get(key);
    if (node === undefined) {
      node = nodeParent.length;
      known.set(key, node);
      nodeParent.push(up), nodeService.push(columns.service[row]!), nodeName.push(columns.name[row]!), nodeRow.push(row);
      nodeSpans.push(0), nodeTotal.push(0), nodeSelf.push(0), nodeWeight.push(0);
    }
    nodeOf[row] = node;
    nodeSpans[node]!++;
    nodeTotal[node]! += columns.duration[row]!;
    nodeSelf[node]! += columns.self[row]!;
    nodeWeight[node]! += weight[row]!;
    if (columns.duration[row]! > columns.duration[nodeRow[node]!]!) nodeRow[node] = row;
  }
  // Parents stand before children, so widths are summed from the back and places are given from the front.
  const nodes = nodeParent.length;
  for (let node = nodes - 1; node >= 0; node--) {
    if (nodeParent[node]! >= 0) nodeWeight[nodeParent[node]!]! += nodeWeight[node]!;
  }
  const heaviest = new Uint32Array(nodes);
  for (let node = 0; node < nodes; node++) heaviest[node] = node;
  heaviest.sort((a, b) => nodeWeight[b]! - nodeWeight[a]! || a - b);
  const lane = new Uint32Array(nodes);
  let laneCount = nodes > 0 ? 1 : 0;
  for (let node = 0; node < nodes; node++) {
    lane[node] = nodeParent[node]! >= 0 ? lane[nodeParent[node]!]! + 1 : 0;
    laneCount = Math.max(laneCount, lane[node]! + 1);
  }
  const from = placeChildren(nodeParent, nodeWeight, heaviest, lane, laneCount);

  const boxes = emptyBoxes(nodes, laneCount);
  const order = byLane(lane, laneCount, from, boxes.laneStart);
  const boxOf = new Int32Array(nodes);
  for (let box = 0; box < nodes; box++) boxOf[order[box]!] = box;
  for (let box = 0; box < nodes; box++) {
    const node = order[box]!;
    boxes.from[box] = from[node]!;
    boxes.to[box] = from[node]! + nodeWeight[node]!;
    boxes.lane[box] = lane[node]!;
    boxes.parent[box] = nodeParent[node]! >= 0 ? boxOf[nodeParent[node]!]! : -1;
    boxes.service[box] = nodeService[node]!;
    boxes.name[box] = nodeName[node]!;
    boxes.row[box] = nodeRow[node]!;
    boxes.spans[box] = nodeSpans[node]!;
    boxes.total[box] = nodeTotal[node]!;
    boxes.self[box] = nodeSelf[node]!;
  }
  return boxes;
}

/** Where each node begins: behind its heavier siblings. Lane by lane, so that parents have their place before. */
function placeChildren(parent: number[], weight: number[], heaviest: Uint32Array, lane: Uint32Array, laneCount: number): Float64Array {
  const from = new Float64Array(parent.length);
  const used = new Float64Array(parent.length);
  const laneStart = new Uint32Array(laneCount + 1);
  const rank = new Float64Array(parent.length);
  for (let i = 0; i < heaviest.length; i++) rank[heaviest[i]!] = i;
  const order = byLane(lane, laneCount, rank, laneStart);
  let rootsUsed = 0;
  for (const node of order) {
    const up = parent[node]!;
    if (up < 0) {
      from[node] = rootsUsed;
      rootsUsed += weight[node]!;
    } else {
      from[node] = from[up]! + used[up]!;
      used[up]! += weight[node]!;
    }
  }
  return from;
}

function emptyBoxes(count: number, laneCount: number): FlameBoxes {
  return {
    count, laneCount, crowded: 0,
    laneStart: new Uint32Array(laneCount + 1),
    from: new Float64Array(count), to: new Float64Array(count), lane: new Uint32Array(count), parent: new Int32Array(count),
    service: new Uint16Array(count), name: new Uint32Array(count), row: new Uint32Array(count),
    spans: new Uint32Array(count), total: new Float64Array(count), self: new Float64Array(count),
  };
}

/** Items ordered by lane, then by key; fills where each lane starts. */
function byLane(lane: Uint32Array, laneCount: number, key: Float64Array, laneStart: Uint32Array): Uint32Array {
  for (const each of lane) laneStart[each + 1]!++;
  for (let i = 0; i < laneCount; i++) laneStart[i + 1]! += laneStart[i]!;
  const order = new Uint32Array(lane.length);
  const filled = laneStart.slice(0, laneCount);
  for (let item = 0; item < lane.length; item++) order[filled[lane[item]!]!++] = item;
  for (let i = 0; i < laneCount; i++) {
    const part = order.subarray(laneStart[i]!, laneStart[i + 1]!);
    let sorted = true;
    for (let at = 1; at < part.length && sorted; at++) sorted = key[part[at - 1]!]! <= key[part[at]!]!;
    if (!sorted) part.sort((a, b) => key[a]! - key[b]! || a - b);
  }
  return order;
}

export interface FlameRect {
  box: number;
  x: number;
  width: number;
  /** More than one: boxes narrower than a pixel that are drawn as one. */
  merged: number;
}

/**
 * What is worth drawing of one lane in a window: walks from right to left and joins whatever falls onto the pixel column just
 * drawn, so the rectangles are never more than the columns.
 */
export function visibleInLane(boxes: FlameBoxes, lane: number, from: number, to: number, width: number): FlameRect[] {
  const scale = width / Math.max(1e-9, to - from);
  const first = boxes.laneStart[lane]!;
  let low = first, high = boxes.laneStart[lane + 1]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boxes.from[middle]! < to) low = middle + 1;
    else high = middle;
  }
  const rects: FlameRect[] = [];
  let last: FlameRect | undefined;
  for (let box = low - 1; box >= first; box--) {
    if (boxes.to[box]! < from) {
      if (boxes.crowded === 0) break;
      continue;
    }
    const x0 = Math.max(0, (boxes.from[box]! - from) * scale);
    const x1 = Math.min(width, (boxes.to[box]! - from) * scale);
    const left = Math.floor(x0);
    if (last !== undefined && x1 - x0 < 1 && left >= last.x - 1 && last.width <= 1) {
      last.merged++;
      continue;
    }
    last = { box, x: x1 - x0 < 1 ? left : x0, width: Math.max(1, x1 - x0), merged: 1 };
    rects.push(last);
  }
  return rects;
}

/** The box at a time in a lane, or −1; `slack` widens thin boxes so that they can be hit. */
export function boxAt(boxes: FlameBoxes, lane: number, time: number, slack: number): number {
  if (lane < 0 || lane >= boxes.laneCount) return -1;
  const first = boxes.laneStart[lane]!;
  let low = first, high = boxes.laneStart[lane + 1]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boxes.from[middle]! <= time + slack) low = middle + 1;
    else high = middle;
  }
  const stop = boxes.crowded > 0 ? first : Math.max(first, low - 2);
  for (let box = low - 1; box >= stop; box--) if (boxes.to[box]! >= time - slack) return box;
  return -1;
}
