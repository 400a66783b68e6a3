// Layers for a graph of calls, left to right: pure, deterministic, and content to leave alone what already has a place.
//
// Cycles are broken by a depth-first walk, ranks are longest paths, order within a rank comes from barycentre sweeps. A node that
// has a place keeps it; a new one takes the free slot of its rank that is nearest to its neighbours. No recursion.

export interface LayoutEdge {
  from: string;
  to: string;
  /** Larger means that the edge should be short and straight. */
  weight: number;
}
export interface Place {
  rank: number;
  slot: number;
}
export type Places = ReadonlyMap<string, Place>;

const kSweeps = 24;
/** Edges for each node, from which on a graph is dense. */
const kDense = 4;

interface Graph {
  ids: readonly string[];
  out: Map<string, LayoutEdge[]>;
  into: Map<string, LayoutEdge[]>;
}

function graphOf(nodes: readonly string[], edges: readonly LayoutEdge[]): Graph {
  const ids = [...new Set(nodes)].sort();
  const known = new Set(ids);
  const out = new Map<string, LayoutEdge[]>(ids.map((id) => [id, []]));
  const into = new Map<string, LayoutEdge[]>(ids.map((id) => [id, []]));
  const sorted = edges.filter((edge) => known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to).sort((a, b) => b.weight - a.weight || a.from.localeCompare(b.from) || a.to.localeCompare(b.to));
  for (const edge of sorted) {
    out.get(edge.from)?.push(edge);
    into.get(edge.to)?.push(edge);
  }
  return { ids, out, into };
}

/** Where walks begin: nodes nobody calls; where all are in cycles, those that call more than they are called first. */
function entries(graph: Graph): string[] {
  const surplus = (id: string) => (graph.out.get(id) ?? []).reduce((sum, edge) => sum + edge.weight, 0) - (graph.into.get(id) ?? []).reduce((sum, edge) => sum + edge.weight, 0);
  const free = graph.ids.filter((id) => !graph.into.get(id)?.length);
  const rest = graph.ids.filter((id) => graph.into.get(id)?.length).map((id) => ({ id, surplus: surplus(id) })).sort((a, b) => b.surplus - a.surplus || a.id.localeCompare(b.id));
  return [...free, ...rest.map(({ id }) => id)];
}

/** The edges that close a cycle, as found by a walk from the entries. */
export function backEdges(nodes: readonly string[], edges: readonly LayoutEdge[]): Set<LayoutEdge> {
  const graph = graphOf(nodes, edges);
  const back = new Set<LayoutEdge>();
  const state = new Map<string, 'open' | 'done'>();
  for (const entry of entries(graph)) {
    if (state.has(entry)) continue;
    const stack: { id: string; next: number }[] = [{ id: entry, next: 0 }];
    state.set(entry, 'open');
    while (stack.length) {
      const top = stack[stack.length - 1] as { id: string; next: number };
      const edge = graph.out.get(top.id)?.[top.next++];
      if (!edge) {
        state.set(top.id, 'done');
        stack.pop();
      } else if (state.get(edge.to) === 'open') back.add(edge);
      else if (!state.has(edge.to)) {
        state.set(edge.to, 'open');
        stack.push({ id: edge.to, next: 0 });
      }
    }
  }
  return back;
}

/** Longest path from an entry. */
export function ranksOf(nodes: readonly string[], edges: readonly LayoutEdge[]): Map<string, number> {
  const graph = graphOf(nodes, edges);
  const back = backEdges(nodes, edges);
  const waiting = new Map(graph.ids.map((id) => [id, (graph.into.get(id) ?? []).filter((edge) => !back.has(edge)).length]));
  const ranks = new Map<string, number>(graph.ids.map((id) => [id, 0]));
  const ready = graph.ids.filter((id) => waiting.get(id) === 0);
  for (let at = 0; at < ready.length; at++) {
    const id = ready[at] as string;
    for (const edge of graph.out.get(id) ?? []) {
      if (back.has(edge)) continue;
      ranks.set(edge.to, Math.max(ranks.get(edge.to) ?? 0, (ranks.get(id) ?? 0) + 1));
      const left = (waiting.get(edge.to) ?? 0) - 1;
      waiting.set(edge.to, left);
      if (left === 0) ready.push(edge.to);
    }
  }
  return ranks;
}

/** Moves the wished slots apart so that neighbours are at least one apart, in their order, staying as near as can be. */
export function spread(wishes: readonly number[]): number[] {
  // Blocks of nodes that touch, each at the mean of what its nodes wish (pool adjacent violators).
  const blocks: { sum: number; count: number }[] = [];
  wishes.forEach((wish, index) => {
    blocks.push({ sum: wish - index, count: 1 });
    while (blocks.length > 1) {
      const last = blocks[blocks.length - 1] as { sum: number; count: number };
      const before = blocks[blocks.length - 2] as { sum: number; count: number };
      if (before.sum / before.count <= last.sum / last.count) break;
      before.sum += last.sum;
      before.count += last.count;
      blocks.pop();
    }
  });
  const slots: number[] = [];
  for (const block of blocks) for (let n = 0; n < block.count; n++) slots.push(block.sum / block.count + slots.length);
  return slots;
}

function weighted(id: string, graph: Graph, slots: ReadonlyMap<string, number>): number | undefined {
  let sum = 0;
  let total = 0;
  for (const edge of graph.into.get(id) ?? []) {
    const slot = slots.get(edge.from);
    if (slot === undefined) continue;
    sum += slot * edge.weight;
    total += edge.weight;
  }
  for (const edge of graph.out.get(id) ?? []) {
    const slot = slots.get(edge.to);
    if (slot === undefined) continue;
    sum += slot * edge.weight;
    total += edge.weight;
  }
  return total > 0 ? sum / total : undefined;
}

/** Where everybody calls everybody, longest paths are as long as there are nodes: one long row that says nothing. Such ranks are
 * folded into about as many as make a square; calls within a rank are the price. */
function foldRanks(graph: Graph, edgeCount: number, ranks: Map<string, number>): Map<string, number> {
  const count = Math.max(0, ...ranks.values()) + 1;
  const wanted = Math.ceil(Math.sqrt(graph.ids.length) * 1.3);
  if (edgeCount < graph.ids.length * kDense || count <= wanted) return ranks;
  return new Map([...ranks].map(([id, rank]) => [id, Math.floor((rank * wanted) / count)]));
}

/** Edges that only rank: from one node of the first lane to whoever else nobody calls, so that the lane stands alone. */
function laneEdges(graph: Graph, first: ReadonlySet<string>): LayoutEdge[] {
  const lane = graph.ids.find((id) => first.has(id));
  if (lane === undefined) return [];
  return graph.ids.filter((id) => !first.has(id) && !graph.into.get(id)?.length).map((to) => ({ from: lane, to, weight: 0 }));
}

const kNone: ReadonlySet<string> = new Set();

/** A layout from nothing. Nodes of `first` (users' ends) have the leftmost lane to themselves. */
export function layOut(nodes: readonly string[], edges: readonly LayoutEdge[], first: ReadonlySet<string> = kNone): Map<string, Place> {
  const even = edges.map((edge) => ({ ...edge, weight: 1 + Math.log1p(Math.max(0, edge.weight)) }));
  const graph = graphOf(nodes, even);
  const ranks = foldRanks(graph, even.length, ranksOf(nodes, [...even, ...laneEdges(graph, first)]));
  const layers: string[][] = [];
  for (const id of graph.ids) (layers[ranks.get(id) ?? 0] ??= []).push(id);
  for (let rank = 0; rank < layers.length; rank++) layers[rank] ??= [];
  const slots = new Map<string, number>();
  for (const layer of layers) layer.forEach((id, index) => slots.set(id, index - (layer.length - 1) / 2));
  for (let sweep = 0; sweep < kSweeps; sweep++) {
    const forward = sweep % 2 === 0;
    const order = forward ? layers : [...layers].reverse();
    for (const layer of order) {
      const wish = new Map(layer.map((id) => [id, weighted(id, graph, slots) ?? slots.get(id) ?? 0]));
      layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0) || a.localeCompare(b));
      spread(layer.map((id) => wish.get(id) ?? 0)).forEach((slot, index) => slots.set(layer[index] as string, slot));
    }
  }
  const lowest = Math.min(0, ...slots.values());
  return new Map(graph.ids.map((id) => [id, { rank: ranks.get(id) ?? 0, slot: Math.round(((slots.get(id) ?? 0) - lowest) * 100) / 100 }]));
}

/** The free slot of a rank nearest to a wish: at least one from every taken one. */
function freeSlot(taken: readonly number[], wish: number): number {
  const isFree = (slot: number) => taken.every((each) => Math.abs(each - slot) >= 0.999);
  if (isFree(wish)) return wish;
  const candidates = taken.flatMap((each) => [each - 1, each + 1]).filter(isFree);
  return candidates.sort((a, b) => Math.abs(a - wish) - Math.abs(b - wish) || a - b)[0] ?? wish;
}

/** Places for all nodes; those that have one stay exactly where they are. A new one of `first` stands left of all others, even
 * of the first rank: the lane opens when the first of them appears. */
export function extendLayout(nodes: readonly string[], edges: readonly LayoutEdge[], placed: Places, first: ReadonlySet<string> = kNone): Map<string, Place> {
  const have = nodes.filter((id) => placed.has(id));
  if (!have.length) return layOut(nodes, edges, first);
  const graph = graphOf(nodes, edges);
  const result = new Map<string, Place>([...placed]);
  const ranks = ranksOf(nodes, [...edges, ...laneEdges(graph, first)]);
  const lane = Math.min(0, ...have.filter((id) => !first.has(id)).map((id) => (placed.get(id) as Place).rank - 1), ...have.filter((id) => first.has(id)).map((id) => (placed.get(id) as Place).rank));
  // Those with placed neighbours first, so that chains of new nodes grow from what is there.
  const waiting = new Set(graph.ids.filter((id) => !placed.has(id)));
  while (waiting.size) {
    const neighbours = (id: string) => [...(graph.into.get(id) ?? []).map((edge) => edge.from), ...(graph.out.get(id) ?? []).map((edge) => edge.to)].filter((other) => result.has(other)).length;
    const next = [...waiting].sort((a, b) => neighbours(b) - neighbours(a) || a.localeCompare(b))[0] as string;
    waiting.delete(next);
    const callers = (graph.into.get(next) ?? []).flatMap((edge) => result.get(edge.from) ?? []);
    const callees = (graph.out.get(next) ?? []).flatMap((edge) => result.get(edge.to) ?? []);
    const rank = first.has(next) ? lane : callers.length ? Math.max(...callers.map((place) => place.rank)) + 1 : callees.length ? Math.max(0, Math.min(...callees.map((place) => place.rank)) - 1) : (ranks.get(next) ?? 0);
    const slots = new Map([...result].map(([id, place]) => [id, place.slot]));
    const wish = weighted(next, graph, slots) ?? Math.max(0, ...[...result.values()].filter((place) => place.rank === rank).map((place) => place.slot + 1));
    const taken = [...result.values()].filter((place) => Math.abs(place.rank - rank) < 0.5).map((place) => place.slot);
    result.set(next, { rank, slot: Math.round(freeSlot(taken, wish) * 100) / 100 });
  }
  return new Map(nodes.map((id) => [id, result.get(id) as Place]));
}
