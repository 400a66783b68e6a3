// The services of a trace where there is little room: callers above callees, names that can be read, the calls that failed.
import { useMemo } from 'preact/hooks';

import { colourClass } from '../../app/service_colours';
import { formatDuration } from '../../format/duration';
import { t } from '../../i18n/catalogue';
import { middleEllipsis } from '../model/text_fit';
import { serviceGraph, type GraphEdge, type GraphNode, type ServiceGraph } from '../model/service_graph';
import type { TraceState } from '../trace_state';

const kWidth = 116;
const kHeight = 32;
const kGapX = 12;
const kGapY = 20;
const kMargin = 6;
const kNameMax = 14;
const kEdgesMax = 60;

function place(graph: ServiceGraph, node: GraphNode): { x: number; y: number } {
  const middle = ((graph.slotCount - 1) / 2) * (kWidth + kGapX);
  return { x: kMargin + middle + node.slot * (kWidth + kGapX), y: kMargin + node.rank * (kHeight + kGapY) };
}

export function SmallMap({ state }: { state: TraceState }) {
  const graph = useMemo(() => serviceGraph(state.columns), [state.columns]);
  const width = kMargin * 2 + graph.slotCount * kWidth + Math.max(0, graph.slotCount - 1) * kGapX;
  const height = kMargin * 2 + graph.rankCount * kHeight + Math.max(0, graph.rankCount - 1) * kGapY;
  const drawn = graph.edges.length <= kEdgesMax ? graph.edges : [...graph.edges].sort((a, b) => b.total - a.total).slice(0, kEdgesMax);
  return (
    <div class="trace-map-picture small">
      <svg style={{ maxWidth: `${width}px` }} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t.trace.map.label(state.columns.facts.services.length)}>
        <defs>
          {['plain', 'failed'].map((kind) => (
            <marker key={kind} id={`small-${kind}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto">
              <path d="M0 0 8 4 0 8z" class={`arrow ${kind}`} />
            </marker>
          ))}
        </defs>
        {drawn.map((edge, index) => <Edge key={index} graph={graph} edge={edge} />)}
        {graph.nodes.map((node, index) => node.spans > 0 && <Box key={index} state={state} graph={graph} node={node} />)}
      </svg>
      {drawn.length < graph.edges.length && <p class="caption">{t.trace.map.edges_left_out(drawn.length, graph.edges.length)}</p>}
    </div>
  );
}

function Edge({ graph, edge }: { graph: ServiceGraph; edge: GraphEdge }) {
  if (edge.from === edge.to) return null;
  const from = place(graph, graph.nodes[edge.from]!);
  const to = place(graph, graph.nodes[edge.to]!);
  const x0 = from.x + kWidth / 2, y0 = from.y + kHeight, x1 = to.x + kWidth / 2, y1 = to.y - 2;
  const failed = edge.errors > edge.calls * 0.01;
  const isBack = y1 <= y0;
  const bend = Math.max(10, (y1 - y0) / 2);
  const path = isBack ? `M${from.x + kWidth} ${from.y + kHeight / 2} C ${from.x + kWidth + 30} ${from.y}, ${to.x + kWidth + 30} ${to.y + kHeight}, ${to.x + kWidth + 2} ${to.y + kHeight / 2}` : `M${x0} ${y0} C ${x0} ${y0 + bend}, ${x1} ${y1 - bend}, ${x1} ${y1}`;
  return (
    <g class={`edge${failed ? ' failed' : ''}${edge.async ? ' async' : ''}`}>
      <title>{`${t.trace.map.calls(edge.calls)}, ${formatDuration(edge.total)}`}</title>
      <path d={path} stroke-width={Math.min(4, 1 + Math.log2(edge.calls) / 2)} marker-end={`url(#small-${failed ? 'failed' : 'plain'})`} />
      {edge.calls > 1 && !isBack && (
        <text x={x0 + (x1 - x0) * 0.6 + 4} y={y0 + (y1 - y0) * 0.6 + 3}>×{edge.calls}</text>
      )}
    </g>
  );
}

function Box({ state, graph, node }: { state: TraceState; graph: ServiceGraph; node: GraphNode }) {
  const { x, y } = place(graph, node);
  const { facts } = state.columns;
  const isVirtual = node.type !== 'service' && node.type !== 'browser';
  const name = isVirtual ? t.trace.map.types[node.type] : facts.services[node.service]!.name;
  const share = facts.duration_ns > 0 ? Math.min(1, node.self / facts.duration_ns) : 0;
  const pick = () => {
    const row = isVirtual ? -1 : state.columns.service.indexOf(node.service);
    if (row >= 0) state.act.select(row);
  };
  return (
    <g class={`node${node.errors > 0 ? ' failed' : ''}${isVirtual ? ' virtual' : ''} ${colourClass(facts.services[node.service]!.name)}`} transform={`translate(${x} ${y})`} onClick={pick}>
      <title>{`${name}: ${t.trace.map.self(formatDuration(node.self))}`}</title>
      <rect class="box" width={kWidth} height={kHeight} rx="3" />
      <rect class="health" width="3" height={kHeight} rx="1.5" />
      <rect class={isVirtual ? 'mark hollow' : 'mark'} x="8" y="5" width="8" height="8" rx="2" />
      <text class="name" x="20" y="13" {...(isVirtual ? {} : { translate: 'no' as unknown as boolean })}>{middleEllipsis(name, kNameMax)}</text>
      <text class="figures" x="8" y="25">{formatDuration(node.self)}{node.errors > 0 ? ` · ${t.trace.verdict.errors(node.errors)}` : ''}</text>
      <rect class="track" x="8" y={kHeight - 4} width={kWidth - 16} height="2" />
      <rect class="share" x="8" y={kHeight - 4} width={share * (kWidth - 16)} height="2" />
    </g>
  );
}
