// The slow views of a page, one by one: whose, how slow, which request held it up and which span of the backend that request.
import type { RumPageAnswer, SlowView } from '../../api/rum_overview';
import { formatDuration } from '../../format/duration';
import { formatInstant, formatInstantExactly, fromNanoseconds } from '../../format/instant';
import { kMissing } from '../../format/quantity';
import { shortId } from '../../format/shorten';
import { t } from '../../i18n/catalogue';
import { sessionLink } from '../../rum/links';
import { VitalValue } from '../../rum/vital_bar';
import { DataTable, type Column } from '../../widget/data_table';
import { ServiceName } from '../../widget/service_name';

const hrefOf = (view: SlowView) => sessionLink(view.session_id, view.slowest_request?.event_id, view.worst_span?.span_id);

export function SlowViews({ answer }: { answer: RumPageAnswer }) {
  const words = t.rum.view;
  const columns: Column<SlowView>[] = [
    { id: 'start', title: t.app.words.time, sortBy: (view) => fromNanoseconds(view.start_ns), cell: (view) => <a class="row-link number" href={hrefOf(view)} data-tip={formatInstantExactly(fromNanoseconds(view.start_ns))}>{formatInstant(fromNanoseconds(view.start_ns), 'second')}</a> },
    { id: 'lcp', title: t.rum.vital_short.lcp, align: 'right', sortBy: (view) => view.lcp_ns ?? undefined, cell: (view) => <VitalValue name="lcp" value={view.lcp_ns} /> },
    { id: 'load', title: t.rum.vital_short.load, align: 'right', isMinor: true, sortBy: (view) => view.load_ns ?? undefined, cell: (view) => <VitalValue name="load" value={view.load_ns} /> },
    {
      id: 'request', title: words.slowest_request, sortBy: (view) => view.slowest_request?.duration_ns,
      cell: (view) => (view.slowest_request ? (
        <span class="request-name slow-request" translate={false} title={`${view.slowest_request.method} ${view.slowest_request.name}`}><b class="number">{formatDuration(view.slowest_request.duration_ns)}</b> <span class="method">{view.slowest_request.method}</span> {view.slowest_request.name}</span>
      ) : <span class="third">{kMissing}</span>),
    },
    {
      id: 'span', title: words.worst_span, isMinor: true, fills: true, sortBy: (view) => view.worst_span?.self_ns,
      cell: (view) => (view.worst_span ? (
        <span class="line worst-span">
          <ServiceName name={view.worst_span.service} linked={false} />
          <span class="cut mono" translate={false} title={view.worst_span.statement ?? view.worst_span.operation}>{view.worst_span.statement || view.worst_span.operation}</span>
          <span class="grow" />
          <span class="number third">{formatDuration(view.worst_span.self_ns)}</span>
        </span>
      ) : <span class="third" data-tip={words.no_span}>{kMissing}</span>),
    },
    { id: 'user', title: words.user, isMinor: true, sortBy: (view) => view.user_id, cell: (view) => <span class="mono" translate={false} title={view.user_id}>{view.user_id ? shortId(view.user_id) : kMissing}</span> },
    { id: 'where', title: words.device, isMinor: true, sortBy: (view) => view.browser, cell: (view) => <span class="second short slow-where" translate={false} title={[view.browser, view.device, view.country].filter(Boolean).join(' · ')}>{[view.browser, view.device, view.country].filter(Boolean).join(' · ') || kMissing}</span> },
    { id: 'version', title: t.rum.dimensions['resource.service.version'], isMinor: true, sortBy: (view) => view.version, cell: (view) => <span class="second short" translate={false} title={view.version}>{view.version || kMissing}</span> },
  ];
  return (
    <section class="panel">
      <header><h2>{words.slow_views}</h2><span class="caption">{words.slow_views_hint}</span></header>
      {answer.slow_views.length ? <DataTable name="rum_slow_views" label={words.slow_views} isFlat isMain columns={columns} rows={answer.slow_views} rowKey={(view) => view.view_id} rowHref={hrefOf} maxHeight="420px" /> : <p class="body third">{answer.histogram?.counts.some((count) => count > 0) ? words.no_slow_views : words.no_durations}</p>}
    </section>
  );
}
