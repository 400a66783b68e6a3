import { describe, expect, it } from 'vitest';

import { deepTrace, drawn, largeTrace } from '../testing/made_traces';
import type { TraceColumns } from './columns';
import { boxAt, flameInTime, flameMerged, visibleInLane, type FlameBoxes } from './flame';
import { minimapBins } from './minimap';
import { byOperation, criticalTimes } from './operations';
import { serviceGraph } from './service_graph';

function lanes(columns: TraceColumns, boxes: FlameBoxes): string[] {
  return Array.from({ length: boxes.laneCount }, (_, lane) => {
    const names: string[] = [];
    for (let box = boxes.laneStart[lane]!; box < boxes.laneStart[lane + 1]!; box++) {
      names.push(`${columns.names[boxes.name[box]!]} ${boxes.from[box]! / 1e6}-${boxes.to[box]! / 1e6}`);
    }
    return names.join(' | ');
  });
}

describe('flame graph', () => {
  it('gives siblings that overlap lanes of their own', () => {
    const columns = drawn(`
a root 0 100
  a one 0 60
    a deep 10 20
  a two 50 90
  a three 95 99
`);
    expect(lanes(columns, flameInTime(columns))).toEqual(['root 0-100', 'one 0-60 | three 95-99', 'deep 10-20 | two 50-90']);
  });

  it('merges equal paths, heaviest on the left, as wide as their self times', () => {
    const columns = drawn(`
a root 0 100
  a small 0 10
  a big 10 40
  a small 40 50
  a big 60 90
`);
    const boxes = flameMerged(columns, columns.self);
    expect(lanes(columns, boxes)).toEqual(['root 0-100', 'big 0-60 | small 60-80']);
    expect(boxes.spans[1]).toBe(2);
    const critical = flameMerged(columns, criticalTimes(columns));
    expect(critical.to[0]).toBe(100e6);
  });

  it('draws at most a rectangle a pixel and finds what is under the pointer', { timeout: 30_000 }, () => {
    const columns = largeTrace(100_000);
    const boxes = flameInTime(columns);
    for (let lane = 0; lane < boxes.laneCount; lane++) {
      const rects = visibleInLane(boxes, lane, 0, columns.facts.duration_ns, 1200);
      expect(rects.length).toBeLessThanOrEqual(2400);
      let covered = 0;
      for (const rect of rects) covered += rect.merged;
      if (boxes.crowded === 0) expect(covered).toBe(boxes.laneStart[lane + 1]! - boxes.laneStart[lane]!);
    }
    for (const box of [0, 17, 5_000, 99_999]) {
      const middle = (boxes.from[box]! + boxes.to[box]!) / 2;
      const hit = boxAt(boxes, boxes.lane[box]!, middle, 0);
      expect(boxes.from[hit]! <= middle && middle <= boxes.to[hit]!).toBe(true);
    }
    expect(boxAt(boxes, boxes.laneCount, 0, 0)).toBe(-1);
  });

  it('stands 10 000 levels', () => {
    expect(flameInTime(deepTrace(10_000)).laneCount).toBe(10_000);
    const columns = deepTrace(10_000);
    expect(flameMerged(columns, columns.self).laneCount).toBe(10_000);
  });
});

describe('minimap', () => {
  it('writes each span into its columns, the first keeps a bin', () => {
    const columns = drawn(`
a root 0 100
  b one 0 50 error
  c two 50 100
`);
    const { service, error } = minimapBins(columns, { width: 10, lanes: 2, from: 0, to: 100e6 });
    expect([...service.subarray(0, 10)]).toEqual(Array(10).fill(1));
    expect([...service.subarray(10)]).toEqual([2, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
    expect([...error]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('folds more levels than lanes', () => {
    const columns = deepTrace(10_000);
    const { service } = minimapBins(columns, { width: 100, lanes: 12, from: 0, to: columns.facts.duration_ns });
    expect(service.every((value) => value <= 3)).toBe(true);
    expect(service[11 * 100 + 50]).toBeGreaterThan(0);
  });
});

describe('operations', () => {
  it('adds up: self times of all operations are the whole', () => {
    const columns = drawn(`
a root 0 100
  a call 10 30
  a call 40 80 error
`);
    const operations = byOperation(columns);
    expect(operations.map(({ name, count, errors, total, self, max, critical }) => [name, count, errors, total, self, max, critical])).toEqual([
      ['call', 2, 1, 60e6, 60e6, 40e6, 60e6],
      ['root', 1, 0, 100e6, 40e6, 100e6, 40e6],
    ]);
    expect(operations[0]!.longestRow).toBe(2);
  });
});

describe('service graph', () => {
  it('has services, what they call, and ranks from left to right', () => {
    const columns = drawn(`
web click 0 100
  shop order 5 90 server
    shop SELECT 10 20 client db
    pay charge 30 60 server error
      shop check 35 40 server
`);
    const graph = serviceGraph(columns);
    const name = (node: number) => (graph.nodes[node]!.type === 'service' ? columns.facts.services[graph.nodes[node]!.service]!.name : graph.nodes[node]!.type);
    expect(graph.edges.map((edge) => `${name(edge.from)}→${name(edge.to)} ${edge.calls} ${edge.errors}`).sort()).toEqual([
      'pay→shop 1 0', 'shop→database 1 0', 'shop→pay 1 1', 'web→shop 1 0',
    ]);
    expect(graph.nodes.map((node) => node.rank)).toEqual([0, 1, 2, 2]);
  });
});
