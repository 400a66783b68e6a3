// The services of this trace and who called whom; boxes are as elsewhere, an edge's width is its calls. Beside it the same as a list.
import { useMemo } from 'preact/hooks';

import { colourClass } from '../../app/service_colours';
import { formatDuration } from '../../format/duration';
import { formatCount, formatShare } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { DataTable, type Column } from '../../widget/data_table';
import { Strip } from '../../widget/states';
import { middleEllipsis } from '../model/text_fit';
import { serviceGraph, type GraphEdge, type GraphNode, type ServiceGraph } from '../model/service_graph';
import type { TraceState } from '../trace_state';

const kBoxWidth = 176;
const kBoxHeight = 46;
const kRankGap = 104;
const kSlotGap = 22;
const kMargin = 24;
const kNameMax = 22;
const kEdgesMax = 80;
const kLabelsMax = 24;

export function MapView({ state }: { state: TraceState }) {
  const { columns } = state;
  const graph = useMemo(() => serviceGraph(columns), [columns]);
  const label = (index: number) => nodeName(state, graph.nodes[index]!);
  const words = t.trace.map;
  const table: Column<GraphEdge>[] = [
    { id: 'caller', title: words.caller, sortBy: (edge) => label(edge.from), cell: (edge) => <NodeLabel state={state} node={graph.nodes[edge.from]!} /> },
    { id: 'callee', title: words.callee, sortBy: (edge) => label(edge.to), cell: (edge) => <NodeLabel state={state} node={graph.nodes[edge.to]!} /> },
    { id: 'calls', title: t.trace.columns.count, align: 'right', sortBy: (edge) => edge.calls, isDescending: true, cell: (edge) => formatCount(edge.calls) },
    {
      id: 'errors', title: t.trace.columns.errors, align: 'right', sortBy: (edge) => edge.errors, isDescending: true,
      cell: (edge) => <span class={edge.errors > 0 ? 'is-error' : 'third'}>{formatCount(edge.errors)}</span>,
    },
    { id: 'total', title: t.trace.columns.total, align: 'right', tip: t.trace.columns.total_tip, sortBy: (edge) => edge.total, isDescending: true, cell: (edge) => formatDuration(edge.total) },
  ];
  const edges = useMemo(() => [...graph.edges].sort((a, b) => b.total - a.total), [graph]);
  return (
    <div class="trace-map view-scroll" tabIndex={0} role="region" aria-label={words.label(columns.facts.services.length)}>
      <Picture state={state} graph={graph} />
      <div class="trace-map-list">
        <h2>{words.list}</h2>
        <DataTable name="trace.map" label={words.list} columns={table} rows={edges} rowKey={(edge) => `${edge.from} ${edge.to}`} isFlat maxHeight="50vh" />
      </div>
    </div>
  );
}

function nodeName(state: TraceState, node: GraphNode): string {
  const service = state.columns.facts.services[node.service]!.name;
  return node.type === 'service' || node.type === 'browser' ? service : t.trace.map.types[node.type];
}

function NodeLabel({ state, node }: { state: TraceState; node: GraphNode }) {
  const isVirtual = node.type !== 'service' && node.type !== 'browser';
  return (
    <span class="service-name">
      <i class={`square ${colourClass(state.columns.facts.services[node.service]!.name)}${isVirtual ? ' hollow' : ''}`} aria-hidden="true" />
      <span translate={isVirtual}>{nodeName(state, node)}</span>
    </span>
  );
}

function place(graph: ServiceGraph, node: GraphNode): { x: number; y: number } {
  const middle = ((graph.slotCount - 1) / 2) * (kBoxHeight + kSlotGap);
  return { x: kMargin + node.rank * (kBoxWidth + kRankGap), y: kMargin + middle + node.slot * (kBoxHeight + kSlotGap) };
}

function Picture({ state, graph }: { state: TraceState; graph: ServiceGraph }) {
  const width = kMargin * 2 + graph.rankCount * kBoxWidth + Math.max(0, graph.rankCount - 1) * kRankGap;
  const height = kMargin * 2 + graph.slotCount * kBoxHeight + Math.max(0, graph.slotCount - 1) * kSlotGap;
  const most = graph.edges.reduce((max, edge) => Math.max(max, edge.calls), 1);
  const drawn = graph.edges.length <= kEdgesMax ? graph.edges : [...graph.edges].sort((a, b) => b.total - a.total).slice(0, kEdgesMax);
  const labelled = new Set(drawn.length <= kLabelsMax ? drawn : [...drawn].sort((a, b) => b.errors - a.errors || b.calls - a.calls).slice(0, 10));
  return (
    <div class="trace-map-picture">
      {drawn.length < graph.edges.length && <Strip kind="plain">{t.trace.map.edges_left_out(drawn.length, graph.edges.length)}</Strip>}
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t.trace.map.label(state.columns.facts.services.length)}>
        <defs>
          {['plain', 'failed'].map((kind) => (
            <marker key={kind} id={`arrow-${kind}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">
              <path d="M0 0 8 4 0 8z" class={`arrow ${kind}`} />
            </marker>
          ))}
        </defs>
        {drawn.map((edge, index) => (
          <Edge key={index} graph={graph} edge={edge} most={most} isLabelled={labelled.has(edge)} />
        ))}
        {graph.nodes.map((node, index) => node.spans > 0 && <NodeBox key={index} state={state} graph={graph} node={node} />)}
      </svg>
    </div>
  );
}

function Edge({ graph, edge, most, isLabelled }: { graph: ServiceGraph; edge: GraphEdge; most: number; isLabelled: boolean }) {
  const from = place(graph, graph.nodes[edge.from]!);
  const to = place(graph, graph.nodes[edge.to]!);
  const x0 = from.x + kBoxWidth, y0 = from.y + kBoxHeight / 2, x1 = to.x - 2, y1 = to.y + kBoxHeight / 2;
  const isBack = x1 <= x0;
  const bend = Math.max(30, (x1 - x0) / 2);
  const path = isBack
    ? `M${from.x + kBoxWidth / 2} ${from.y + kBoxHeight} C ${from.x + kBoxWidth / 2} ${Math.max(from.y, to.y) + 100}, ${to.x + kBoxWidth / 2} ${Math.max(from.y, to.y) + 100}, ${to.x + kBoxWidth / 2} ${to.y + kBoxHeight + 2}`
    : `M${x0} ${y0} C ${x0 + bend} ${y0}, ${x1 - bend} ${y1}, ${x1} ${y1}`;
  const failed = edge.errors > edge.calls * 0.01;
  const thick = 1 + Math.round((Math.log1p(edge.calls) / Math.log1p(most)) * 4);
  // Near the callee: there each edge has a place of its own, even when many leave one box.
  const share = 0.6;
  const lx = isBack ? (from.x + to.x + kBoxWidth) / 2 : x0 + (x1 - x0) * share;
  const ly = isBack ? Math.max(from.y, to.y) + 86 : y0 + (y1 - y0) * share * share * (3 - 2 * share);
  return (
    <g class={`edge${failed ? ' failed' : ''}${edge.async ? ' async' : ''}`}>
      <path d={path} stroke-width={thick} marker-end={`url(#arrow-${failed ? 'failed' : 'plain'})`} />
      {isLabelled && (edge.calls > 1 || failed) && (
        <text x={lx} y={ly - 6} text-anchor="middle">
          {edge.calls > 1 ? `×${formatCount(edge.calls)}` : ''}
          {edge.calls > 1 && failed ? ' · ' : ''}
          {failed ? t.trace.verdict.errors(edge.errors) : ''}
        </text>
      )}
    </g>
  );
}

function NodeBox({ state, graph, node }: { state: TraceState; graph: ServiceGraph; node: GraphNode }) {
  const { x, y } = place(graph, node);
  const facts = state.columns.facts;
  const name = nodeName(state, node);
  const isVirtual = node.type !== 'service' && node.type !== 'browser';
  const words = t.trace.map;
  const share = facts.duration_ns > 0 ? node.self / facts.duration_ns : 0;
  const pick = () => {
    if (isVirtual) return;
    const row = state.columns.service.indexOf(node.service);
    if (row >= 0) state.act.select(row);
  };
  return (
    <g class={`node${node.errors > 0 ? ' failed' : ''}${isVirtual ? ' virtual' : ''} ${colourClass(facts.services[node.service]!.name)}`} transform={`translate(${x} ${y})`} onClick={pick}>
      <title>{`${name}: ${words.self(formatDuration(node.self))}, ${words.of_critical(formatShare(facts.critical_path_ns > 0 ? node.critical / facts.critical_path_ns : 0))}`}</title>
      <rect class="box" width={kBoxWidth} height={kBoxHeight} rx="4" />
      <rect class="health" width="3" height={kBoxHeight} rx="1.5" />
      <rect class={isVirtual ? 'mark hollow' : 'mark'} x="12" y="10" width="10" height="10" rx="2" />
      <text class="name" x="28" y="19" {...(isVirtual ? {} : { translate: 'no' as unknown as boolean })}>
        {middleEllipsis(name, kNameMax)}
      </text>
      <text class="figures" x="12" y="36">
        {formatDuration(node.self)} · {node.errors > 0 ? t.trace.verdict.errors(node.errors) : t.app.count_spans(node.spans)}
      </text>
      <rect class="track" x="12" y={kBoxHeight - 5} width={kBoxWidth - 24} height="2" />
      <rect class="share" x="12" y={kBoxHeight - 5} width={Math.min(1, share) * (kBoxWidth - 24)} height="2" />
    </g>
  );
}
