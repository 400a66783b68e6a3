// What is chosen on the map: a node with its calls in and out, or an edge as both of its sides see it.
import { link } from '../../app/address';
import { formatDuration } from '../../format/duration';
import { formatCount, formatRate, formatShare, kMissing } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { BrowserFigures, browserHref, useBrowserServices } from '../../rum/browser_services';
import { queryOf } from '../../traceql/conditions';
import { HealthMark } from '../../widget/health_mark';
import { Icon } from '../../widget/icon';
import { ServiceSquare } from '../../widget/service_name';
import type { MapGraph, MapNode, TopologyEdge } from './topology_data';

function Facts({ rows }: { rows: readonly (readonly [string, preact.ComponentChild])[] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => [<dt key={`${name}-t`}>{name}</dt>, <dd key={name} class="number">{value}</dd>])}
    </dl>
  );
}

function Calls({ title, edges, other, graph, onPick }: { title: string; edges: readonly TopologyEdge[]; other: 'from' | 'to'; graph: MapGraph; onPick: (edge: TopologyEdge) => void }) {
  if (!edges.length) return null;
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return (
    <section>
      <h3>{title} <span class="third number">{edges.length}</span></h3>
      <ul class="call-list">
        {[...edges].sort((a, b) => b.error_count - a.error_count || b.rate - a.rate).map((edge) => (
          <li key={edge[other]}>
            <button type="button" onClick={() => onPick(edge)}>
              <ServiceSquare name={nodes.get(edge[other])?.name ?? ''} hollow={nodes.get(edge[other])?.virtual ?? false} />
              <span class="cut grow" translate={false}>{nodes.get(edge[other])?.name}</span>
              <span class="number">{formatRate(edge.rate)}</span>
              <span class={`number ${edge.error_share >= 0.01 ? 'is-error strong' : 'third'}`}>{formatShare(edge.error_share)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The applications that report under the name of one end of users: views, vitals, and the way to each. */
function Applications({ name }: { name: string }) {
  const service = useBrowserServices(true).get(name);
  if (!service) return null;
  return (
    <section>
      <h3>{t.topology.applications} <span class="third number">{service.apps.length}</span></h3>
      <BrowserFigures name={name} service={service} />
      <ul class="call-list">
        {service.apps.map((app) => (
          <li key={app.id}>
            <a class="member" href={link('/rum', { app: app.id })}>
              <Icon name="vitals" />
              <span class="cut grow" translate={false}>{app.name || app.id}</span>
              <span class="number third">{t.rum.app_sessions(app.sessions)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function NodePanel({ node, graph, isPinned, isFocused, onEdge, onFocus, onPin, onToggleGroup, onClose }: {
  node: MapNode; graph: MapGraph; isPinned: boolean; isFocused: boolean;
  onEdge: (edge: TopologyEdge) => void; onFocus: () => void; onPin: () => void; onToggleGroup: () => void; onClose: () => void;
}) {
  const words = t.topology;
  const types: Record<string, string> = t.app.words.types;
  const isGroup = node.members.length > 1;
  const into = graph.edges.filter((edge) => edge.to === node.id);
  const out = graph.edges.filter((edge) => edge.from === node.id);
  const traces = node.virtual ? into[0]?.q : queryOf({ service: node.name });
  return (
    <>
      <header>
        <HealthMark health={node.health} />
        <ServiceSquare name={node.name} hollow={node.virtual} />
        <h2 class="grow cut" translate={false} title={node.name}>{node.name}</h2>
        <button type="button" class="button quiet icon-only" aria-label={t.app.close} onClick={onClose}><Icon name="close" /></button>
      </header>
      <div class="body stack">
        <span class="caption">{isGroup ? words.group_of(node.members.length) : types[node.type] ?? node.type}<span translate={false}>{[node.system, node.namespace, node.language].filter(Boolean).map((each) => ` · ${each}`).join('')}</span></span>
        <Facts rows={[
          [t.app.words.rate, formatRate(node.rate)],
          [t.app.words.errors, <span class={node.error_share >= 0.01 ? 'is-error strong' : ''}>{formatShare(node.error_share)} <span class="third">{t.app.count_errors(node.error_count)}</span></span>],
          ['p50', formatDuration(node.p50_ns)],
          ['p99', formatDuration(node.p99_ns)],
        ]} />
        {node.virtual && <p class="caption">{words.as_callers_see}</p>}
        <div class="line wrap">
          {node.type === 'browser' && !isGroup && <a class="button primary" href={browserHref(node.name, undefined)}><Icon name="vitals" />{t.app.places.rum}</a>}
          {!node.virtual && !isGroup && <a class={node.type === 'browser' ? 'button' : 'button primary'} href={link(['/services', node.name])}>{words.open_service}</a>}
          {traces && !isGroup && <a class="button" href={link('/traces', { q: traces })}><Icon name="traces" />{words.traces}</a>}
          {isGroup && <button type="button" class="button primary" onClick={onToggleGroup}><Icon name="plus" />{words.open_group}</button>}
          <button type="button" class="button" aria-pressed={isFocused} data-key="f" onClick={onFocus}><Icon name="target" />{words.focus}</button>
          <button type="button" class="button" aria-pressed={isPinned} onClick={onPin}><Icon name="pin" />{isPinned ? words.unpin : words.pin}</button>
        </div>
        {isGroup && (
          <ul class="call-list">
            {node.members.map((member) => (
              <li key={member.id}><a class="member" href={link(['/services', member.name])}><HealthMark health={member.health} /><ServiceSquare name={member.name} /><span class="cut grow" translate={false}>{member.name}</span><span class="number">{formatRate(member.rate)}</span></a></li>
            ))}
          </ul>
        )}
        {node.type === 'browser' && !isGroup && <Applications name={node.name} />}
        <Calls title={words.called_by} edges={into} other="from" graph={graph} onPick={onEdge} />
        <Calls title={words.calls} edges={out} other="to" graph={graph} onPick={onEdge} />
      </div>
    </>
  );
}

export function EdgePanel({ edge, graph, onClose }: { edge: TopologyEdge; graph: MapGraph; onClose: () => void }) {
  const words = t.topology;
  const types: Record<string, string> = t.app.words.types;
  const [from, to] = [edge.from, edge.to].map((id) => graph.nodes.find((node) => node.id === id));
  const difference = (name: 'p50_ns' | 'p95_ns' | 'p99_ns') => (edge.callee ? formatDuration(Math.max(0, edge.caller[name] - edge.callee[name])) : kMissing);
  const errors = edge.q.replace(/\s*\}$/, ' && status = error }');
  return (
    <>
      <header>
        <Icon name="topology" />
        <h2 class="grow" translate={false}>{from?.name} → {to?.name}</h2>
        <button type="button" class="button quiet icon-only" aria-label={t.app.close} onClick={onClose}><Icon name="close" /></button>
      </header>
      <div class="body stack">
        <span class="caption">{types[edge.type] ?? edge.type}{edge.async ? ` · ${words.asynchronous}` : ''}</span>
        <Facts rows={[
          [t.app.words.rate, <>{formatRate(edge.rate)} <span class="third">{words.call_count(formatCount(edge.call_count))}</span></>],
          [t.app.words.errors, <span class={edge.error_share >= 0.01 ? 'is-error strong' : ''}>{formatShare(edge.error_share)} <span class="third">{t.app.count_errors(edge.error_count)}</span></span>],
        ]} />
        <table class="data sides">
          <thead><tr><th /><th class="right">{words.caller_sees}</th><th class="right">{words.callee_sees}</th><th class="right" data-tip={words.difference_tip}>{words.difference}</th></tr></thead>
          <tbody>
            {(['p50_ns', 'p95_ns', 'p99_ns'] as const).map((name) => (
              <tr key={name}><th scope="row">{name.slice(0, 3)}</th><td class="right">{formatDuration(edge.caller[name])}</td><td class="right">{edge.callee ? formatDuration(edge.callee[name]) : kMissing}</td><td class="right">{difference(name)}</td></tr>
            ))}
          </tbody>
        </table>
        {!edge.callee && <p class="caption">{words.no_callee_side}</p>}
        <div class="line wrap">
          <a class="button primary" href={link('/traces', { q: edge.q })}><Icon name="traces" />{words.edge_traces}</a>
          {edge.error_count > 0 && <a class="button" href={link('/traces', { q: errors })}><Icon name="failed" />{words.edge_errors}</a>}
        </div>
      </div>
    </>
  );
}
