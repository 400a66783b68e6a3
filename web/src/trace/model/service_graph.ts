// Who called whom within this trace: a node for each service and for what services call without an answer of their own
// (databases, caches, queues, other hosts), in ranks from left to right.

import { Flag, isError, Kind, type TraceColumns } from './columns';

export type NodeType = 'service' | 'browser' | 'database' | 'cache' | 'messaging' | 'external';

export interface GraphNode {
  type: NodeType;
  /** Of a virtual node: the service that calls it. */
  service: number;
  spans: number;
  errors: number;
  self: number;
  critical: number;
  rank: number;
  slot: number;
}

export interface GraphEdge {
  from: number;
  to: number;
  calls: number;
  errors: number;
  total: number;
  async: boolean;
}

export interface ServiceGraph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  rankCount: number;
  slotCount: number;
}

export function serviceGraph(columns: TraceColumns): ServiceGraph {
  const nodes: GraphNode[] = columns.facts.services.map((service, index) => ({
    type: service.type === 'browser' ? 'browser' : 'service',
    service: index, spans: 0, errors: 0, self: 0, critical: 0, rank: 0, slot: 0,
  }));
  const services = nodes.length;
  const virtual = new Map<string, number>();
  const edges = new Map<number, GraphEdge>();
  const answered = new Uint8Array(columns.count);
  for (let row = 0; row < columns.count; row++) {
    const up = columns.parent[row]!;
    if (up >= 0 && columns.service[up] !== columns.service[row]) answered[up] = 1;
  }
  const call = (from: number, to: number, row: number, failed: boolean, async: boolean) => {
    const key = from * 100_000 + to;
    let edge = edges.get(key);
    if (edge === undefined) edges.set(key, (edge = { from, to, calls: 0, errors: 0, total: 0, async }));
    edge.calls++;
    edge.total += columns.duration[row]!;
    if (failed) edge.errors++;
  };
  for (let row = 0; row < columns.count; row++) {
    const service = columns.service[row]!;
    const failed = isError(columns, row);
    const node = nodes[service]!;
    node.spans++;
    node.self += columns.self[row]!;
    if (failed) node.errors++;
    const up = columns.parent[row]!;
    const async = (columns.flags[row]! & Flag.async) !== 0 || columns.kind[row] === Kind.consumer;
    if (up >= 0 && columns.service[up] !== service) call(columns.service[up]!, service, row, failed, async);
    const type = calledType(columns, row, answered[row] === 1);
    if (type === undefined) continue;
    const key = `${type} ${service}`;
    let to = virtual.get(key);
    if (to === undefined) {
      to = nodes.length;
      virtual.set(key, to);
      nodes.push({ type, service, spans: 0, errors: 0, self: 0, critical: 0, rank: 0, slot: 0 });
    }
    const callee = nodes[to]!;
    callee.spans++;
    callee.self += columns.self[row]!;
    if (failed) callee.errors++;
    call(service, to, row, failed, columns.kind[row] === Kind.producer);
  }
  for (let i = 0; i < columns.cpRow.length; i++) {
    nodes[columns.service[columns.cpRow[i]!]!]!.critical += columns.cpEnd[i]! - columns.cpStart[i]!;
  }
  const used = nodes.map((node, index) => index >= services || node.spans > 0);
  return arrange(nodes, [...edges.values()], used);
}

function calledType(columns: TraceColumns, row: number, answered: boolean): NodeType | undefined {
  const flags = columns.flags[row]!;
  if (answered) return undefined;
  if (flags & Flag.database) return 'database';
  if (flags & Flag.cache) return 'cache';
  if (flags & Flag.messaging && columns.kind[row] === Kind.producer) return 'messaging';
  if (flags & Flag.external) return 'external';
  return undefined;
}

const kSweeps = 12;
const kRanksMax = 8;

/** Longest path ranks over the graph without its back edges, then barycentre sweeps for the order within a rank. */
function arrange(nodes: GraphNode[], edges: GraphEdge[], used: boolean[]): ServiceGraph {
  const out: number[][] = nodes.map(() => []);
  const into: number[][] = nodes.map(() => []);
  const incoming = new Int32Array(nodes.length);
  const forward = withoutBackEdges(nodes.length, edges);
  for (const edge of forward) {
    out[edge.from]!.push(edge.to);
    into[edge.to]!.push(edge.from);
    incoming[edge.to]!++;
  }
  const ready = [...nodes.keys()].filter((node) => incoming[node] === 0);
  for (let i = 0; i < ready.length; i++) {
    const node = ready[i]!;
    for (const next of out[node]!) {
      nodes[next]!.rank = Math.max(nodes[next]!.rank, nodes[node]!.rank + 1);
      if (--incoming[next]! === 0) ready.push(next);
    }
  }
  if (nodes.some((node) => node.rank >= kRanksMax)) rankByDistance(nodes, edges);
  const rankCount = nodes.reduce((most, node) => Math.max(most, node.rank + 1), 0);
  const ranks: number[][] = Array.from({ length: rankCount }, () => []);
  nodes.forEach((node, index) => used[index] && ranks[node.rank]!.push(index));
  const place = (rank: number[]) => rank.forEach((node, slot) => (nodes[node]!.slot = slot - (rank.length - 1) / 2));
  ranks.forEach(place);
  for (let sweep = 0; sweep < kSweeps; sweep++) {
    const down = sweep % 2 === 0;
    for (const rank of down ? ranks : [...ranks].reverse()) {
      const centre = new Map(rank.map((node) => {
        const near = down ? into[node]! : out[node]!;
        const mean = near.length > 0 ? near.reduce((sum, other) => sum + nodes[other]!.slot, 0) / near.length : nodes[node]!.slot;
        return [node, mean] as const;
      }));
      rank.sort((a, b) => centre.get(a)! - centre.get(b)! || a - b);
      place(rank);
    }
  }
  const slotCount = ranks.reduce((most, rank) => Math.max(most, rank.length), 0);
  return { nodes, edges, rankCount, slotCount };
}

/** Where everybody calls everybody the longest path is a thread through all; then the distance from the entry says more. */
function rankByDistance(nodes: GraphNode[], edges: GraphEdge[]): void {
  const out: number[][] = nodes.map(() => []);
  const isCalled = new Uint8Array(nodes.length);
  for (const edge of edges) {
    if (edge.from === edge.to) continue;
    out[edge.from]!.push(edge.to);
    isCalled[edge.to] = 1;
  }
  const seen = new Uint8Array(nodes.length);
  const queue = [...nodes.keys()].filter((node) => isCalled[node] === 0);
  if (queue.length === 0) queue.push(0);
  for (const node of queue) seen[node] = 1, (nodes[node]!.rank = 0);
  for (let i = 0; i < queue.length; i++) {
    for (const next of out[queue[i]!]!) {
      if (seen[next] === 1) continue;
      seen[next] = 1;
      nodes[next]!.rank = nodes[queue[i]!]!.rank + 1;
      queue.push(next);
    }
  }
  nodes.forEach((node, index) => seen[index] === 0 && (node.rank = 0));
}

/** The edges that lead forward in a depth-first walk; an edge back into the walk's own path closes a cycle. */
function withoutBackEdges(count: number, edges: GraphEdge[]): GraphEdge[] {
  const out: GraphEdge[][] = Array.from({ length: count }, () => []);
  for (const edge of edges) if (edge.from !== edge.to) out[edge.from]!.push(edge);
  const state = new Uint8Array(count); // 0 new, 1 on the path, 2 done
  const kept: GraphEdge[] = [];
  for (let root = 0; root < count; root++) {
    if (state[root] !== 0) continue;
    const path: number[] = [root];
    const next: number[] = [0];
    state[root] = 1;
    while (path.length > 0) {
      const node = path.at(-1)!;
      const edge = out[node]![next[next.length - 1]!++];
      if (edge === undefined) {
        state[node] = 2;
        path.pop(), next.pop();
      } else if (state[edge.to] !== 1) {
        kept.push(edge);
        if (state[edge.to] === 0) state[edge.to] = 1, path.push(edge.to), next.push(0);
      }
    }
  }
  return kept;
}
