// From the answer of /topology to what is drawn: groups folded, parts left out and counted. Pure.
import type { NodeType, Quantiles } from '../../api/overview';

export interface TopologyNode {
  id: string;
  name: string;
  type: NodeType;
  virtual: boolean;
  namespace?: string;
  color?: number;
  language?: string;
  system?: string;
  request_count: number;
  rate: number;
  error_count: number;
  error_share: number;
  p50_ns?: number;
  p95_ns?: number;
  p99_ns?: number;
  health: 'unwell' | 'attention' | 'healthy' | 'silent';
}
export interface TopologyEdge {
  from: string;
  to: string;
  type: string;
  async: boolean;
  call_count: number;
  rate: number;
  error_count: number;
  error_share: number;
  caller: Quantiles;
  callee?: Quantiles;
  q: string;
}
export interface TopologyAnswer {
  nodes: TopologyNode[];
  edges: TopologyEdge[];
}

export interface MapNode extends TopologyNode {
  /** The nodes folded into this one; itself alone where it is no group. */
  members: readonly TopologyNode[];
  group?: string;
}
export interface MapGraph {
  nodes: readonly MapNode[];
  edges: readonly TopologyEdge[];
  /** Left out by "errors only" or depth. */
  hiddenCount: number;
}

export type Grouping = 'none' | 'namespace' | 'word';
const kHealthOrder = ['unwell', 'attention', 'healthy', 'silent'] as const;
export const kErrorShare = 0.01;

/** Which group a node is in; stores and hosts stay by themselves unless there are many. */
export function groupOf(node: TopologyNode, grouping: Grouping): string | undefined {
  if (grouping === 'none') return undefined;
  if (node.type !== 'service') return undefined;
  if (grouping === 'namespace') return node.namespace || undefined;
  return /^[a-z0-9]+/i.exec(node.name)?.[0];
}

function sumNodes(id: string, name: string, group: string, members: readonly TopologyNode[]): MapNode {
  const requests = members.reduce((sum, each) => sum + each.request_count, 0);
  const errors = members.reduce((sum, each) => sum + each.error_count, 0);
  const first = members[0] as TopologyNode;
  return {
    id, name, type: first.type, virtual: first.virtual, request_count: requests, error_count: errors,
    rate: members.reduce((sum, each) => sum + each.rate, 0), error_share: requests ? errors / requests : 0,
    p99_ns: Math.max(...members.map((each) => each.p99_ns ?? 0)),
    health: kHealthOrder.find((health) => members.some((each) => each.health === health)) ?? 'healthy',
    members, group,
  };
}

function sumEdges(from: string, to: string, parts: readonly TopologyEdge[]): TopologyEdge {
  const calls = parts.reduce((sum, each) => sum + each.call_count, 0);
  const errors = parts.reduce((sum, each) => sum + each.error_count, 0);
  const worst = [...parts].sort((a, b) => b.caller.p99_ns - a.caller.p99_ns)[0] as TopologyEdge;
  return { ...worst, from, to, call_count: calls, error_count: errors, rate: parts.reduce((sum, each) => sum + each.rate, 0), error_share: calls ? errors / calls : 0, async: parts.every((each) => each.async) };
}

/** Folds groups that are not open, and virtual nodes of one kind where there are more than `foldAbove`. */
export function foldGroups(answer: TopologyAnswer, grouping: Grouping, open: ReadonlySet<string>, foldAbove = 20): MapGraph {
  const target = new Map<string, string>();
  const groups = new Map<string, TopologyNode[]>();
  const byType = new Map<string, number>();
  for (const node of answer.nodes) if (node.virtual) byType.set(node.type, (byType.get(node.type) ?? 0) + 1);
  for (const node of answer.nodes) {
    const group = node.virtual && (byType.get(node.type) ?? 0) > foldAbove ? `type:${node.type}` : groupOf(node, grouping);
    if (group === undefined || open.has(group)) continue;
    groups.set(group, [...(groups.get(group) ?? []), node]);
  }
  const nodes: MapNode[] = [];
  for (const [group, members] of groups) {
    if (members.length < 2) continue;
    const id = `group:${group}`;
    for (const member of members) target.set(member.id, id);
    nodes.push(sumNodes(id, group.replace(/^type:/, ''), group, members));
  }
  for (const node of answer.nodes) if (!target.has(node.id)) nodes.push({ ...node, members: [node] });
  const joined = new Map<string, TopologyEdge[]>();
  for (const edge of answer.edges) {
    const from = target.get(edge.from) ?? edge.from;
    const to = target.get(edge.to) ?? edge.to;
    if (from === to && from !== edge.from) continue; // Within a folded group.
    const key = `${from}\n${to}`;
    joined.set(key, [...(joined.get(key) ?? []), { ...edge, from, to }]);
  }
  const edges = [...joined.values()].map((parts) => (parts.length === 1 ? (parts[0] as TopologyEdge) : sumEdges((parts[0] as TopologyEdge).from, (parts[0] as TopologyEdge).to, parts)));
  return { nodes, edges, hiddenCount: 0 };
}

/** The nodes within `depth` calls of one, up and down. */
export function neighbourhood(graph: Pick<MapGraph, 'edges'>, id: string, depth: number): Set<string> {
  const found = new Set([id]);
  for (const direction of ['from', 'to'] as const) {
    let edge = new Set([id]);
    for (let step = 0; step < depth && edge.size; step++) {
      const next = new Set<string>();
      for (const each of graph.edges) {
        const [here, there] = direction === 'from' ? [each.to, each.from] : [each.from, each.to];
        if (edge.has(here) && !found.has(there)) next.add(there);
      }
      for (const each of next) found.add(each);
      edge = next;
    }
  }
  return found;
}

/** Only the nodes on paths that fail; what is left out is counted. */
export function errorsOnly(graph: MapGraph): MapGraph {
  const edges = graph.edges.filter((edge) => edge.error_count > 0);
  const kept = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  const nodes = graph.nodes.filter((node) => kept.has(node.id) || node.error_share >= kErrorShare);
  const ids = new Set(nodes.map((node) => node.id));
  return { nodes, edges: edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to)), hiddenCount: graph.hiddenCount + graph.nodes.length - nodes.length };
}

/** Pixels: five steps by the root of the rate. */
export function edgeWidth(rate: number, maxRate: number): number {
  const share = maxRate > 0 ? Math.sqrt(rate / maxRate) : 0;
  return [1, 1.5, 2.5, 4, 6][Math.min(4, Math.floor(share * 5))] ?? 1;
}
