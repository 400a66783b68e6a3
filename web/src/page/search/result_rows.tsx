// Traces as a list and matched spans as a list.
import type { MatchedSpan, TraceSummary } from '../../api/answers';
import { textOfValue } from '../../api/answers';
import { link } from '../../app/address';
import { colourClass, colourStore } from '../../app/service_colours';
import { useStore } from '../../app/store';
import { formatDuration } from '../../format/duration';
import { formatInstant, formatInstantExactly, fromNanoseconds } from '../../format/instant';
import { formatCount } from '../../format/quantity';
import { shortId } from '../../format/shorten';
import { t } from '../../i18n/catalogue';
import { isUsersEnd, SessionLink } from '../../rum/session_link';
import { DataTable, type Column } from '../../widget/data_table';
import { Icon } from '../../widget/icon';
import { ServiceName } from '../../widget/service_name';
import { valueSummary } from './search_state';

/** One bar as long as the trace took, against the slowest shown, in parts by its services' spans. */
function TraceBar({ trace, longest }: { trace: TraceSummary; longest: number }) {
  useStore(colourStore);
  const services = [...trace.services].sort((a, b) => b.span_count - a.span_count);
  return (
    <span class="trace-bar" aria-hidden="true">
      <span class="stacked" style={{ width: `${Math.max(1, (trace.duration_ns / longest) * 100)}%` }}>
        {services.map((each) => (
          <i key={each.name} class={colourClass(each.name)} style={{ width: `${(each.span_count / trace.span_count) * 100}%` }} />
        ))}
      </span>
    </span>
  );
}

function traceHref(trace: TraceSummary): string {
  const [first] = trace.spans;
  // A filter that chose some spans of many leads to the first of them; one that chose all, to the trace.
  const span = first && trace.matched_count < trace.span_count ? first.span_id : undefined;
  return link(['/trace', trace.trace_id], span ? { span } : {});
}

export function TraceList({ traces, columns, isStale }: { traces: readonly TraceSummary[]; columns: readonly string[]; isStale: boolean }) {
  const longest = Math.max(1, ...traces.map((trace) => trace.duration_ns));
  const words = t.search.columns;
  const shown: Column<TraceSummary>[] = [
    {
      id: 'time', title: words.time,
      cell: (trace) => (
        <a class="row-link" href={traceHref(trace)} data-tip={formatInstantExactly(fromNanoseconds(trace.start_time_ns))}>
          {formatInstant(fromNanoseconds(trace.start_time_ns))}
        </a>
      ),
    },
    {
      id: 'root', title: words.root, width: 260,
      cell: (trace) => (
        <span class="line root-cell">
          <ServiceName name={trace.root_service} linked={false} />
          <span class="third" aria-hidden="true">›</span>
          <span class="cut" translate={false} title={trace.root_name}>
            {trace.root_name}
          </span>
          {trace.root_missing && <span class="pill warning" data-tip={t.search.root_missing_why}>{t.search.root_missing}</span>}
        </span>
      ),
    },
    { id: 'bar', title: words.duration, fills: true, isMinor: true, cell: (trace) => <TraceBar trace={trace} longest={longest} /> },
    { id: 'duration', title: t.app.words.duration, isTitleHidden: true, align: 'right', cell: (trace) => <span class="strong">{formatDuration(trace.duration_ns)}</span> },
    { id: 'spans', title: words.spans, align: 'right', cell: (trace) => formatCount(trace.span_count) },
    {
      id: 'services', title: words.services, align: 'right', isMinor: true,
      cell: (trace) => <span data-tip={trace.services.map((each) => each.name).join(', ')}>{trace.services.length}</span>,
    },
    {
      id: 'errors', title: words.errors, align: 'right',
      cell: (trace) => (trace.error_count ? (
        <span class="error-count">
          <Icon name="failed" label={t.app.words.error} />
          {trace.error_count}
        </span>
      ) : <span class="third">0</span>),
    },
    ...columns.map((field): Column<TraceSummary> => ({
      id: field, title: field, isData: true,
      cell: (trace) => (
        <span class="attribute-cell cut" translate={false}>
          {valueSummary(trace.spans.flatMap((span) => span.attributes.filter((each) => each.key === field).map((each) => textOfValue(each.value))))}
        </span>
      ),
    })),
    ...(traces.some((trace) => isUsersEnd(trace.root_service))
      ? [{ id: 'session', title: t.sessions.one, isTitleHidden: true, isMinor: true, cell: (trace: TraceSummary) => (isUsersEnd(trace.root_service) ? <SessionLink traceId={trace.trace_id} /> : null) }]
      : []),
    { id: 'id', title: 'Trace ID', isMinor: true, cell: (trace) => <span class="mono third" translate={false}>{shortId(trace.trace_id)}</span> },
  ];
  return (
    <div class={isStale ? 'stale' : undefined}>
      <DataTable name="traces" label={t.search.title} isMain columns={shown} rows={traces} rowKey={(trace) => trace.trace_id} rowHref={traceHref} />
    </div>
  );
}

export interface SpanRow {
  trace: TraceSummary;
  span: MatchedSpan;
}
export function SpanList({ rows, columns, isStale }: { rows: readonly SpanRow[]; columns: readonly string[]; isStale: boolean }) {
  const words = t.search.columns;
  const kinds: Record<string, string> = t.app.words.kinds;
  const href = ({ trace, span }: SpanRow) => link(['/trace', trace.trace_id], { span: span.span_id });
  const shown: Column<SpanRow>[] = [
    {
      id: 'time', title: words.time, sortBy: ({ span }) => fromNanoseconds(span.start_time_ns),
      cell: (row) => <a class="row-link" href={href(row)}>{formatInstant(fromNanoseconds(row.span.start_time_ns))}</a>,
    },
    { id: 'service', title: t.app.words.service, sortBy: ({ span }) => span.service, cell: ({ span }) => <ServiceName name={span.service} linked={false} /> },
    { id: 'name', title: t.app.words.operation, fills: true, sortBy: ({ span }) => span.name, cell: ({ span }) => <span translate={false}>{span.name}</span> },
    { id: 'kind', title: t.app.words.kind, isMinor: true, sortBy: ({ span }) => span.kind, cell: ({ span }) => <span class="second">{kinds[span.kind] ?? span.kind}</span> },
    {
      id: 'status', title: t.app.words.status, sortBy: ({ span }) => span.status,
      cell: ({ span }) => (span.status === 'error' ? <span class="error-count"><Icon name="failed" />{t.app.words.statuses.error}</span> : <span class="third">{(t.app.words.statuses as Record<string, string>)[span.status] ?? span.status}</span>),
    },
    { id: 'duration', title: t.app.words.duration, align: 'right', sortBy: ({ span }) => span.duration_ns, cell: ({ span }) => <span class="strong">{formatDuration(span.duration_ns)}</span> },
    ...columns.map((field): Column<SpanRow> => {
      const text = ({ span }: SpanRow) => { const found = span.attributes.find((each) => each.key === field); return found && textOfValue(found.value); };
      return { id: field, title: field, isData: true, sortBy: text, cell: (row) => <span class="attribute-cell cut" translate={false}>{text(row) ?? '–'}</span> };
    }),
    { id: 'trace', title: t.app.words.trace, isMinor: true, cell: ({ trace }) => <span class="mono third" translate={false}>{shortId(trace.trace_id)}</span> },
  ];
  return (
    <div class={isStale ? 'stale' : undefined}>
      <DataTable name="spans" label={t.search.views.spans} isMain columns={shown} rows={rows} rowKey={({ trace, span }) => `${trace.trace_id} ${span.span_id} ${span.kind}`} rowHref={href} maxHeight="calc(100dvh - 120px)" />
    </div>
  );
}
