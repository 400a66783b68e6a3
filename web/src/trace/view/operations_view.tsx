// The trace as a table: what each operation costs, all its spans taken together.
import { useMemo } from 'preact/hooks';

import { colourClass } from '../../app/service_colours';
import { formatDuration, formatDurationExactly } from '../../format/duration';
import { formatCount, formatShare } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { DataTable, type Column } from '../../widget/data_table';
import { byOperation, type Operation } from '../model/operations';
import type { TraceState } from '../trace_state';

export function OperationsView({ state }: { state: TraceState }) {
  const { columns, act } = state;
  const operations = useMemo(() => byOperation(columns), [columns]);
  const selfTotal = useMemo(() => operations.reduce((sum, each) => sum + each.self, 0), [operations]);
  const most = operations.reduce((max, each) => Math.max(max, each.self), 0);
  const words = t.trace.columns;
  const service = (operation: Operation) => columns.facts.services[operation.service]!.name;
  const duration = (id: string, title: string, ns: (operation: Operation) => number, tip?: string): Column<Operation> => ({
    id, title, align: 'right', sortBy: ns, isDescending: true, ...(tip ? { tip } : {}),
    cell: (operation) => <span title={formatDurationExactly(ns(operation))}>{formatDuration(ns(operation))}</span>,
  });
  const table: Column<Operation>[] = [
    {
      id: 'operation', title: words.operation, fills: true, sortBy: (operation) => `${service(operation)} ${operation.name}`,
      cell: (operation) => (
        <span class="operation-cell">
          <i class={`square ${colourClass(service(operation))}`} aria-hidden="true" />
          <span class="second" translate={false}>
            {service(operation)}
          </span>
          <button type="button" class="wf-link cut" translate={false} title={operation.name} onClick={() => act.select(operation.longestRow)}>
            {operation.name}
          </button>
        </span>
      ),
    },
    { id: 'count', title: words.count, align: 'right', sortBy: (operation) => operation.count, isDescending: true, cell: (operation) => formatCount(operation.count) },
    {
      id: 'errors', title: words.errors, align: 'right', sortBy: (operation) => operation.errors, isDescending: true, isMinor: true,
      cell: (operation) => <span class={operation.errors > 0 ? 'is-error' : 'third'}>{formatCount(operation.errors)}</span>,
    },
    duration('self', words.self_sum, (operation) => operation.self, words.self_tip),
    {
      id: 'share', title: words.self_share, width: 150, isMinor: true, sortBy: (operation) => operation.self, isDescending: true,
      cell: (operation) => (
        <span class="share-cell">
          <span class="share-track">
            <i class={colourClass(service(operation))} style={{ width: `${most > 0 ? (operation.self / most) * 100 : 0}%`, background: 'var(--service)' }} />
          </span>
          <span class="number">{formatShare(selfTotal > 0 ? operation.self / selfTotal : 0)}</span>
        </span>
      ),
    },
    { ...duration('critical', words.critical, (operation) => operation.critical), isMinor: true },
    { ...duration('total', words.total, (operation) => operation.total, words.total_tip), isMinor: true },
    { ...duration('mean', words.mean, (operation) => operation.total / operation.count), isMinor: true },
    { ...duration('max', words.max, (operation) => operation.max), isMinor: true },
  ];
  return (
    <div class="view-scroll">
      <DataTable name="trace.operations" label={t.trace.views.operations} columns={table} rows={operations} isMain isFlat maxHeight="100%"
        rowKey={(operation) => `${operation.service} ${operation.name}`} onRow={(operation) => act.select(operation.longestRow)} />
    </div>
  );
}
