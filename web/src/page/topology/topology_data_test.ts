import { describe, expect, it } from 'vitest';

import { edgeWidth, errorsOnly, foldGroups, neighbourhood, type TopologyAnswer, type TopologyEdge, type TopologyNode } from './topology_data';

const node = (name: string, more: Partial<TopologyNode> = {}): TopologyNode => ({
  id: `service:${name}`, name, type: 'service', virtual: false, request_count: 10, rate: 1, error_count: 0, error_share: 0, p99_ns: 5, health: 'healthy', ...more,
});
const edge = (from: string, to: string, more: Partial<TopologyEdge> = {}): TopologyEdge => ({
  from: `service:${from}`, to: `service:${to}`, type: 'http', async: false, call_count: 10, rate: 1, error_count: 0, error_share: 0, caller: { p50_ns: 1, p95_ns: 2, p99_ns: 3 }, q: '{ }', ...more,
});
const shop: TopologyAnswer = {
  nodes: [node('web', { namespace: 'shop' }), node('cart', { namespace: 'shop', health: 'unwell', error_count: 4, error_share: 0.4 }), node('bank'), node('mail')],
  edges: [edge('web', 'cart', { error_count: 4, error_share: 0.4 }), edge('cart', 'bank'), edge('web', 'bank'), edge('bank', 'mail')],
};

describe('topology', () => {
  it('folds a group to its worst member and the sums, and opens it again', () => {
    const folded = foldGroups(shop, 'namespace', new Set());
    const group = folded.nodes.find((each) => each.group === 'shop');
    expect(group).toMatchObject({ health: 'unwell', request_count: 20, error_count: 4, error_share: 0.2, p99_ns: 5 });
    expect(folded.edges).toHaveLength(2);
    expect(folded.edges[0]).toMatchObject({ from: 'group:shop', to: 'service:bank', call_count: 20, rate: 2 });
    expect(foldGroups(shop, 'namespace', new Set(['shop'])).nodes).toHaveLength(4);
  });
  it('folds many stores of one kind', () => {
    const many: TopologyAnswer = { nodes: [node('web'), ...Array.from({ length: 21 }, (_, n) => node(`host${n}`, { type: 'external', virtual: true }))], edges: [] };
    expect(foldGroups(many, 'none', new Set()).nodes.map((each) => each.name).sort()).toEqual(['external', 'web']);
    expect(foldGroups(many, 'none', new Set(), 30).nodes).toHaveLength(22);
  });
  it('finds neighbours up and down, not sideways', () => {
    const graph = foldGroups(shop, 'none', new Set());
    expect([...neighbourhood(graph, 'service:cart', 1)].sort()).toEqual(['service:bank', 'service:cart', 'service:web']);
    expect(neighbourhood(graph, 'service:cart', 2).has('service:mail')).toBe(true);
    expect(neighbourhood(graph, 'service:mail', 1).has('service:web')).toBe(false);
  });
  it('keeps what fails and counts the rest', () => {
    const failing = errorsOnly(foldGroups(shop, 'none', new Set()));
    expect(failing.nodes.map((each) => each.name).sort()).toEqual(['cart', 'web']);
    expect(failing.hiddenCount).toBe(2);
  });
  it('draws rates in five steps', () => {
    expect([0, 1, 5, 20, 50, 100].map((rate) => edgeWidth(rate, 100))).toEqual([1, 1, 1.5, 2.5, 4, 6]);
    expect(edgeWidth(0, 0)).toBe(1);
  });
});
