// The tables of a service: operations, where its time goes, who calls it and whom it calls, statements, instances.
import { useMemo } from 'preact/hooks';

import {
  askInstances, askServiceCalls, type CallPanel, type CallRow, type InstanceRow, type InstancesAnswer, type OperationRow, type ServiceCallsAnswer, type ServiceDetailAnswer, type StatementRow,
} from '../../api/overview';
import { useQuestion } from '../../api/question';
import { link } from '../../app/address';
import { useRange } from '../../app/range';
import { agoName } from '../../app/range_names';
import { formatDuration } from '../../format/duration';
import { formatInstantExactly, fromNanoseconds } from '../../format/instant';
import { formatChange, formatCount, formatRate, formatShare, kMissing, threeDigits } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { queryOf, quote } from '../../traceql/conditions';
import { DataTable, type Column } from '../../widget/data_table';
import { Icon, type IconName } from '../../widget/icon';
import { ServiceName, ServiceSquare } from '../../widget/service_name';
import { Answered, EmptyState } from '../../widget/states';

function ErrorShare({ share }: { share: number }) {
  return <span class={share >= 0.01 ? 'is-error strong' : share > 0 ? '' : 'third'}>{formatShare(share)}</span>;
}

/** Percentiles of a handful of requests are a matter of luck: they are not compared. */
const kComparable = 10;
const isComparable = (row: OperationRow) => row.count >= kComparable && (row.baseline_count ?? 0) >= kComparable;

export function Operations({ detail, chosen, hrefOf }: { detail: ServiceDetailAnswer; chosen: string | undefined; hrefOf: (operation: string) => string }) {
  const words = t.service;
  const kinds: Record<string, string> = t.app.words.kinds;
  const largest = Math.max(...detail.operations.map((row) => row.total_share), 0.001);
  const columns: Column<OperationRow>[] = useMemo(() => [
    {
      id: 'operation', title: t.app.words.operation, fills: true, sortBy: (row) => row.operation,
      cell: (row) => (
        <span class="line">
          <a class="row-link cut" href={hrefOf(row.operation)} translate={false} title={row.operation}>{row.operation}</a>
          {!row.is_entry && <span class="caption">{kinds[row.kind] ?? row.kind}</span>}
        </span>
      ),
    },
    { id: 'rate', title: t.app.words.rate, align: 'right', sortBy: (row) => row.rate, cell: (row) => formatRate(row.rate) },
    { id: 'errors', title: t.app.words.errors, align: 'right', sortBy: (row) => row.error_share, cell: (row) => <ErrorShare share={row.error_share} /> },
    { id: 'p50', title: 'p50', align: 'right', isMinor: true, sortBy: (row) => row.p50_ns, cell: (row) => formatDuration(row.p50_ns) },
    { id: 'p95', title: 'p95', align: 'right', isMinor: true, sortBy: (row) => row.p95_ns, cell: (row) => formatDuration(row.p95_ns) },
    { id: 'p99', title: 'p99', align: 'right', sortBy: (row) => row.p99_ns, cell: (row) => formatDuration(row.p99_ns) },
    ...(detail.operations.some((row) => row.baseline_p99_ns)
      ? [{ id: 'change', title: 'Δ p99', align: 'right' as const, isMinor: true, tip: t.services.change_tip, sortBy: (row: OperationRow) => (isComparable(row) ? (row.p99_ns ?? 0) / (row.baseline_p99_ns ?? 1) : undefined),
          cell: (row: OperationRow) => <span class={isComparable(row) && (row.p99_ns ?? 0) > 1.3 * (row.baseline_p99_ns ?? 0) ? 'is-warning strong' : 'third'}>{isComparable(row) ? formatChange(row.p99_ns, row.baseline_p99_ns) : kMissing}</span> }]
      : []),
    {
      id: 'total', title: words.total_time, align: 'right', tip: words.total_time_tip, sortBy: (row) => row.total_ns, isMinor: true,
      cell: (row) => <span class="line total-cell"><span class="number">{formatShare(row.total_share)}</span><span class="share-track"><i style={{ width: `${(row.total_share / largest) * 100}%` }} /></span></span>,
    },
    {
      id: 'actions', title: words.traces, isTitleHidden: true, isMinor: true,
      cell: (row) => (
        <span class="row-actions">
          <a class="button quiet small icon-only" aria-label={words.traces_of(row.operation)} data-tip={words.traces} href={link('/traces', { q: queryOf({ service: detail.service, operation: row.operation }) })}><Icon name="traces" /></a>
          {row.error_count > 0 && <a class="button quiet small icon-only" aria-label={words.errors_of(row.operation)} data-tip={words.error_traces} href={link('/traces', { q: queryOf({ service: detail.service, operation: row.operation, isError: true }) })}><Icon name="failed" /></a>}
        </span>
      ),
    },
  ], [detail, chosen]);
  return (
    <section class="panel">
      <header>
        <h2>{words.operations}</h2>
        <span class="caption number">{detail.operations.length < detail.operation_count ? words.operations_part(detail.operations.length, detail.operation_count) : formatCount(detail.operation_count)}</span>
      </header>
      <DataTable name="operations" label={words.operations} isFlat isMain columns={columns} rows={detail.operations} rowKey={(row) => `${row.kind} ${row.operation}`} rowHref={(row) => hrefOf(row.operation)} maxHeight="calc(100dvh - 400px)"
        selectedKey={chosen === undefined ? undefined : detail.operations.filter((row) => row.operation === chosen).map((row) => `${row.kind} ${row.operation}`)[0]} />
    </section>
  );
}

export function TimeGoesTo({ detail }: { detail: ServiceDetailAnswer }) {
  const words = t.service;
  const types: Record<string, string> = t.app.words.types;
  return (
    <section class="panel">
      <header>
        <h2>{words.time_goes_to}</h2>
        <span class="caption">{words.time_exclusive(formatDuration(detail.time_total_ns))}</span>
      </header>
      <div class="body">
        {detail.time_goes_to.length === 0 ? <p class="third">{t.app.none}</p> : (
          <ul class="bars">
            {detail.time_goes_to.map((each) => (
              <li key={`${each.name} ${each.is_own}`}>
                <span class="bar-name">
                  {each.is_own ? <><ServiceSquare name={detail.service} /><span class="strong">{words.own_code}</span></> : <ServiceName name={each.name} hollow={each.virtual} />}
                  {!each.is_own && <span class="caption">{types[each.type] ?? each.type}</span>}
                </span>
                <span class="share-track"><i style={{ width: `${each.share * 100}%` }} /></span>
                <span class="number right">{formatShare(each.share)}</span>
              </li>
            ))}
          </ul>
        )}
        {detail.time_overlaps && <p class="caption">{words.overlaps}</p>}
      </div>
    </section>
  );
}

function CallTable({ title, rows, isCallers, service }: { title: string; rows: readonly CallRow[]; isCallers: boolean; service: string }) {
  const words = t.service;
  const types: Record<string, string> = t.app.words.types;
  const columns: Column<CallRow>[] = [
    { id: 'name', title: isCallers ? words.caller : words.callee, fills: true, sortBy: (row) => row.name, cell: (row) => <span class="line"><ServiceName name={row.name} hollow={row.virtual} /><span class="caption">{types[row.type] ?? row.type}</span></span> },
    { id: 'rate', title: t.app.words.rate, align: 'right', sortBy: (row) => row.rate, cell: (row) => formatRate(row.rate) },
    { id: 'errors', title: t.app.words.errors, align: 'right', sortBy: (row) => row.error_share, cell: (row) => <ErrorShare share={row.error_share} /> },
    { id: 'p50', title: words.p50_seen, align: 'right', isMinor: true, tip: t.topology.caller_sees, sortBy: (row) => row.caller?.p50_ns, cell: (row) => formatDuration(row.caller?.p50_ns) },
    { id: 'p99', title: words.p99_seen, align: 'right', tip: t.topology.caller_sees, sortBy: (row) => row.caller?.p99_ns, cell: (row) => formatDuration(row.caller?.p99_ns) },
    { id: 'p99_callee', title: words.p99_callee, align: 'right', isMinor: true, tip: t.topology.callee_sees, sortBy: (row) => row.callee?.p99_ns, cell: (row) => (row.callee ? formatDuration(row.callee.p99_ns) : <span class="third">{kMissing}</span>) },
    { id: 'share', title: words.share, align: 'right', isMinor: true, sortBy: (row) => row.share, cell: (row) => formatShare(row.share) },
  ];
  const href = (row: CallRow) => (row.virtual ? link('/traces', { q: queryOf({ service, kind: 'client' }) }) : link(['/services', row.name]));
  return (
    <section class="panel">
      <header><h2>{title}</h2><span class="caption number">{rows.length}</span></header>
      {rows.length ? <DataTable name={isCallers ? 'callers' : 'callees'} label={title} isFlat columns={columns} rows={rows} rowKey={(row) => `${row.name} ${row.type}`} rowHref={href} /> : <p class="body third">{isCallers ? words.no_callers : words.no_callees}</p>}
    </section>
  );
}

function PanelOf({ panel, service }: { panel: CallPanel; service: string }) {
  const words = t.service;
  const icons: Record<string, IconName> = { database: 'database', cache: 'cache', messaging: 'messaging', external: 'external', service: 'services' };
  const types: Record<string, string> = t.app.words.types;
  const columns: Column<StatementRow>[] = [
    {
      id: 'statement', title: words.statement, fills: true, sortBy: (row) => row.statement || row.operation,
      cell: (row) => <a class="row-link mono" translate={false} title={row.statement} href={link(['/trace', row.slowest_trace_id], { span: row.slowest_span_id })}>{row.statement || row.operation}</a>,
    },
    { id: 'count', title: words.calls, align: 'right', sortBy: (row) => row.count, cell: (row) => formatCount(row.count) },
    { id: 'each', title: words.per_request, align: 'right', sortBy: (row) => row.per_request, cell: (row) => <span class={row.per_request >= 5 ? 'is-warning strong' : ''}>{row.per_request ? `×${threeDigits(row.per_request)}` : kMissing}</span> },
    { id: 'errors', title: t.app.words.error, align: 'right', isMinor: true, sortBy: (row) => row.error_count, cell: (row) => <span class={row.error_count ? 'is-error strong' : 'third'}>{formatCount(row.error_count)}</span> },
    { id: 'p50', title: 'p50', align: 'right', isMinor: true, sortBy: (row) => row.p50_ns, cell: (row) => formatDuration(row.p50_ns) },
    { id: 'p99', title: 'p99', align: 'right', sortBy: (row) => row.p99_ns, cell: (row) => formatDuration(row.p99_ns) },
    { id: 'max', title: words.slowest, align: 'right', isMinor: true, sortBy: (row) => row.max_ns, cell: (row) => formatDuration(row.max_ns) },
    { id: 'total', title: words.total, align: 'right', isMinor: true, sortBy: (row) => row.total_ns, cell: (row) => formatDuration(row.total_ns) },
  ];
  return (
    <section class="panel">
      <header>
        <Icon name={icons[panel.type] ?? 'external'} />
        <h2 translate={false}>{panel.peer}</h2>
        <span class="caption">{types[panel.type] ?? panel.type}{panel.system ? ` · ` : ''}<span translate={false}>{panel.system}</span></span>
        <span class="grow" />
        <span class="number">{formatRate(panel.rate)}</span>
        <ErrorShare share={panel.error_share} />
        <span class="number">p99 {formatDuration(panel.p99_ns)}</span>
        <a class="button small" href={link('/traces', { q: queryOf({ service, extra: [{ field: '.server.address', operator: '=', value: quote(panel.peer) }] }), sort: 'slowest' })}>{words.traces}</a>
      </header>
      <DataTable name={`statements.${panel.type}`} label={panel.peer} isFlat columns={columns} rows={panel.statements} rowKey={(row) => `${row.operation} ${row.statement}`} rowHref={(row) => link(['/trace', row.slowest_trace_id], { span: row.slowest_span_id })} />
      {panel.statements.length < panel.statement_count && <p class="table-foot">{words.statements_part(panel.statements.length, panel.statement_count)}</p>}
    </section>
  );
}

export function Dependencies({ detail }: { detail: ServiceDetailAnswer }) {
  const { span } = useRange();
  const calls = useQuestion<ServiceCallsAnswer>(`${detail.service} ${span.start} ${span.end}`, (options) => askServiceCalls(detail.service, span, options));
  return (
    <div class="stack">
      <div class="two-columns">
        <CallTable title={t.service.upstream} rows={detail.upstream} isCallers service={detail.service} />
        <CallTable title={t.service.downstream} rows={detail.downstream} isCallers={false} service={detail.service} />
      </div>
      <Answered question={calls} small>
        {(answer) => <div class="stack">{answer.panels.map((panel) => <PanelOf key={`${panel.type} ${panel.peer}`} panel={panel} service={detail.service} />)}</div>}
      </Answered>
    </div>
  );
}

export function Instances({ service }: { service: string }) {
  const { span } = useRange();
  const words = t.service;
  const question = useQuestion<InstancesAnswer>(`${service} ${span.start} ${span.end}`, (options) => askInstances(service, span, options));
  const columns: Column<InstanceRow>[] = [
    { id: 'instance', title: words.instance, fills: true, sortBy: (row) => row.instance, cell: (row) => <span class="line"><span class="mono cut" translate={false}>{row.instance || kMissing}</span>{row.is_slow && <span class="pill warning"><Icon name="warning" />{words.slow}</span>}</span> },
    { id: 'host', title: words.host, isMinor: true, sortBy: (row) => row.host, cell: (row) => <span translate={false}>{row.host ?? kMissing}</span> },
    { id: 'version', title: words.version, isMinor: true, sortBy: (row) => row.version, cell: (row) => <span translate={false}>{row.version ?? kMissing}</span> },
    { id: 'rate', title: t.app.words.rate, align: 'right', sortBy: (row) => row.rate, cell: (row) => formatRate(row.rate) },
    { id: 'errors', title: t.app.words.errors, align: 'right', sortBy: (row) => row.error_share, cell: (row) => <ErrorShare share={row.error_share} /> },
    { id: 'p50', title: 'p50', align: 'right', isMinor: true, sortBy: (row) => row.p50_ns, cell: (row) => formatDuration(row.p50_ns) },
    { id: 'p99', title: 'p99', align: 'right', sortBy: (row) => row.p99_ns, cell: (row) => formatDuration(row.p99_ns) },
    { id: 'seen', title: t.services.columns.seen, align: 'right', isMinor: true, sortBy: (row) => fromNanoseconds(row.last_seen_ns), cell: (row) => <span class="third" data-tip={formatInstantExactly(fromNanoseconds(row.last_seen_ns))}>{t.app.ago(agoName(Date.now() - fromNanoseconds(row.last_seen_ns)))}</span> },
  ];
  return (
    <Answered question={question}>
      {(answer) => (answer.instances.length ? (
        <DataTable name="instances" label={words.instances} isMain columns={columns} rows={answer.instances} rowKey={(row) => `${row.instance} ${row.host} ${row.version}`} maxHeight="calc(100dvh - 220px)"
          rowHref={(row) => (row.instance ? link('/traces', { q: queryOf({ service, extra: [{ field: 'resource.service.instance.id', operator: '=', value: quote(row.instance) }] }) }) : undefined)} />
      ) : <EmptyState icon="services" title={words.no_instances} />)}
    </Answered>
  );
}
