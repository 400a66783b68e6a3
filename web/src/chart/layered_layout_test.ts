import { describe, expect, it } from 'vitest';

import { backEdges, extendLayout, layOut, ranksOf, spread, type LayoutEdge, type Place } from './layered_layout';

/** A small generator with a seed, so that a failure can be seen again. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
function graph(seed: number, nodeCount: number, edgeCount: number): { nodes: string[]; edges: LayoutEdge[] } {
  const next = chance(seed);
  const nodes = Array.from({ length: nodeCount }, (_, index) => `n${index}`);
  const pick = () => nodes[Math.floor(next() * nodeCount)] as string;
  const edges = Array.from({ length: edgeCount }, () => ({ from: pick(), to: pick(), weight: next() * 100 }));
  return { nodes, edges };
}
function apart(places: Map<string, Place>): boolean {
  const ranks = new Map<number, number[]>();
  for (const { rank, slot } of places.values()) ranks.set(rank, [...(ranks.get(rank) ?? []), slot]);
  return [...ranks.values()].every((slots) => slots.sort((a, b) => a - b).every((slot, index) => index === 0 || slot - (slots[index - 1] ?? 0) >= 0.98));
}

describe('layered layout', () => {
  it('puts callees right of callers, except where a cycle closes', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { nodes, edges } = graph(seed, 5 + seed, 3 * seed);
      const ranks = ranksOf(nodes, edges);
      const back = backEdges(nodes, edges);
      for (const edge of edges) {
        if (edge.from === edge.to || [...back].some((each) => each.from === edge.from && each.to === edge.to)) continue;
        expect(ranks.get(edge.to), `${edge.from} → ${edge.to} in graph ${seed}`).toBeGreaterThan(ranks.get(edge.from) ?? -1);
      }
    }
  });
  it('gives every node a place of its own', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { nodes, edges } = graph(seed, 5 + seed * 2, 4 * seed);
      const places = layOut(nodes, edges);
      expect(places.size).toBe(nodes.length);
      expect(apart(places), `graph ${seed}`).toBe(true);
      for (const { slot } of places.values()) expect(slot).toBeGreaterThanOrEqual(0);
    }
  });
  it('does not depend on the order of what it is given', () => {
    const { nodes, edges } = graph(7, 30, 60);
    expect(layOut([...nodes].reverse(), [...edges].reverse())).toEqual(layOut(nodes, edges));
  });
  it('moves nobody when nodes come and go', () => {
    for (let seed = 1; seed <= 25; seed++) {
      const { nodes, edges } = graph(seed, 40, 80);
      const before = layOut(nodes, edges);
      const more = graph(seed + 1000, 46, 90);
      const after = extendLayout([...new Set([...nodes.slice(3), ...more.nodes])], [...edges, ...more.edges], before);
      for (const id of nodes.slice(3)) expect(after.get(id), `${id} in graph ${seed}`).toEqual(before.get(id));
      expect(apart(after), `graph ${seed}`).toBe(true);
    }
  });
  it('lays out a graph that is all cycles, and nothing at all', () => {
    const ring: LayoutEdge[] = ['a', 'b', 'c', 'd'].map((from, index, all) => ({ from, to: all[(index + 1) % 4] as string, weight: 4 - index }));
    expect(new Set([...layOut(['a', 'b', 'c', 'd'], ring).values()].map((place) => place.rank)).size).toBe(4);
    expect(layOut([], []).size).toBe(0);
    expect(layOut(['alone'], []).get('alone')).toEqual({ rank: 0, slot: 0 });
  });
  it('folds a graph in which everybody calls everybody into a square', () => {
    const nodes = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const all = nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to) => ({ from, to, weight: 1 })));
    const places = layOut(nodes, all);
    expect(Math.max(...[...places.values()].map((place) => place.rank))).toBeLessThan(6);
    expect(apart(places)).toBe(true);
  });
  it('gives users their own lane on the left, also when they come later', () => {
    const edges: LayoutEdge[] = [{ from: 'browser', to: 'web', weight: 5 }, { from: 'web', to: 'db', weight: 5 }, { from: 'cron', to: 'db', weight: 1 }];
    const users = new Set(['browser']);
    const fresh = layOut(['browser', 'web', 'db', 'cron'], edges, users);
    expect([...fresh].filter(([, place]) => place.rank === 0).map(([id]) => id)).toEqual(['browser']);
    expect(layOut(['browser', 'web', 'db', 'cron'], edges).get('cron')?.rank).toBe(0);
    const before = layOut(['web', 'db', 'cron'], edges.slice(1));
    const after = extendLayout(['web', 'db', 'cron', 'browser', 'miniapp'], edges, before, new Set(['browser', 'miniapp']));
    for (const id of before.keys()) expect(after.get(id)).toEqual(before.get(id));
    expect([after.get('browser')?.rank, after.get('miniapp')?.rank]).toEqual([-1, -1]);
    // Once the lane is open, it is the same for who comes next.
    const later = extendLayout([...after.keys(), 'ios'], edges, after, new Set(['browser', 'miniapp', 'ios']));
    expect(later.get('ios')?.rank).toBe(-1);
    expect(apart(later)).toBe(true);
  });
  it('keeps order and distance when it spreads', () => {
    const next = chance(3);
    for (let n = 0; n < 200; n++) {
      const wishes = Array.from({ length: 12 }, () => next() * 10).sort((a, b) => a - b);
      const slots = spread(wishes);
      slots.forEach((slot, index) => index && expect(slot - (slots[index - 1] ?? 0)).toBeGreaterThanOrEqual(1 - 1e-9));
    }
    expect(spread([0, 5, 10])).toEqual([0, 5, 10]);
  });
  it('stands 300 services and long chains', () => {
    const { nodes, edges } = graph(99, 300, 700);
    expect(layOut(nodes, edges).size).toBe(300);
    const chain = Array.from({ length: 5000 }, (_, index) => `c${index}`);
    expect(layOut(chain, chain.slice(1).map((to, index) => ({ from: chain[index] as string, to, weight: 1 }))).get('c4999')?.rank).toBe(4999);
  });
});
