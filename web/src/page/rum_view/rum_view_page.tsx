// One page of an application: how it fares, where the time of its slow views goes, and from there to sessions and statements.
import './rum_view_page.css';

import { askRumPage, scopeKey, type PageErrorRow, type RumPageAnswer, type RumScope } from '../../api/rum_overview';
import { useQuestion } from '../../api/question';
import { link, useParameter } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import { queryDuration } from '../../format/duration';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { useApps, useScope } from '../../rum/app_choice';
import { conditionOf, withCondition } from '../../rum/filter';
import { FilterBar } from '../../rum/filter_bar';
import { Histogram } from '../../rum/histogram';
import { groupLink, overviewLink, sessionsLink } from '../../rum/links';
import { PhaseWaterfall } from '../../rum/phases';
import { RequestTable } from '../../rum/request_table';
import { ResourceTable } from '../../rum/resource_table';
import { TimeLegend } from '../../rum/time_bar';
import { AppTotals, Totals } from '../../rum/totals';
import { VitalCards } from '../../rum/vital_cards';
import { DataTable, type Column } from '../../widget/data_table';
import { NoReports } from '../../rum/no_reports';
import { Icon } from '../../widget/icon';
import { Answered, EmptyState, LoadingBlocks, Strip, WidenButton } from '../../widget/states';
import { SlowViews } from './slow_views';
import { TimeGoes } from './time_goes';

function Errors({ rows }: { rows: readonly PageErrorRow[] }) {
  const words = t.rum.view;
  const columns: Column<PageErrorRow>[] = [
    { id: 'error', title: t.app.words.error, fills: true, cell: (row) => <span translate={false}><a class="row-link strong" href={groupLink(row.group_id)}>{row.type}</a> <span class="second">{row.message}</span></span> },
    { id: 'count', title: t.rum.columns.errors, align: 'right', cell: (row) => <span class="is-error">{formatCount(row.count)}</span> },
    { id: 'sessions', title: t.rum.columns.sessions, align: 'right', cell: (row) => formatCount(row.sessions) },
  ];
  return (
    <section class="panel">
      <header><h2>{words.errors}</h2></header>
      {rows.length ? <DataTable name="rum_page_errors" label={words.errors} isFlat columns={columns} rows={rows} rowKey={(row) => row.group_id} rowHref={(row) => groupLink(row.group_id)} /> : <p class="body third">{words.no_errors}</p>}
    </section>
  );
}

function Body({ answer, scope }: { answer: RumPageAnswer; scope: RumScope }) {
  const words = t.rum.view;
  const vital = answer.vitals.find((each) => each.name === answer.histogram?.metric);
  const own = { ...scope, q: withCondition(scope.q, conditionOf('view.name', answer.view)) };
  return (
    <div class="rum-overview">
      {!answer.exact && <Strip>{t.rum.not_exact}</Strip>}
      {answer.vitals.some((each) => each.count > 0) ? <VitalCards vitals={answer.vitals} /> : <AppTotals now={answer.counts} before={null} scope={own} isPage />}
      <div class="rum-view-top">
        <TimeGoes answer={answer} />
        <div class="stack">
          {answer.histogram && answer.histogram.counts.some((count) => count > 0) && (
            <section class="panel">
              <header><h2>{t.rum.vital_names[answer.histogram.metric]}</h2><span class="caption">{words.spread}</span></header>
              <div class="body"><Histogram metric={answer.histogram.metric} bounds={answer.histogram.bounds_ns} counts={answer.histogram.counts} p75={vital?.p75} /></div>
            </section>
          )}
          <section class="panel">
            <header><h2>{t.rum.phases_title}</h2><span class="caption">{t.rum.phases_are}</span></header>
            <div class="body">{answer.phases && answer.phases.count > 0 ? <PhaseWaterfall phases={answer.phases} /> : <p class="third">{t.rum.no_phases}</p>}</div>
          </section>
        </div>
      </div>
      <SlowViews answer={answer} />
      <Totals now={answer.counts} before={null} scope={own} />
      <div class="rum-two">
        <section class="panel">
          <header><h2>{words.requests}</h2><span class="grow" /><TimeLegend /><a href={overviewLink(own, 'requests')}>{t.rum.all_requests}</a></header>
          {answer.requests.length ? <RequestTable name="rum_page_requests" isShort rows={answer.requests} scope={own} maxHeight="340px" /> : <p class="body third">{t.rum.requests.none}</p>}
        </section>
        <section class="panel">
          <header><h2>{words.resources}</h2><span class="grow" /><a href={overviewLink(own, 'resources')}>{t.rum.all_resources}</a></header>
          {answer.resources.length ? <ResourceTable name="rum_page_resources" isShort rows={answer.resources} scope={own} maxHeight="340px" /> : <p class="body third">{t.rum.resources.none}</p>}
        </section>
      </div>
      <Errors rows={answer.errors} />
    </div>
  );
}

export default function RumViewPage() {
  const view = useParameter('view');
  const scope = useScope();
  const apps = useApps();
  const app = apps.answer?.apps.find((each) => each.id === scope.app);
  useCrumbs([{ text: t.rum.title, href: overviewLink(scope) }, ...(scope.app ? [{ text: app?.name || scope.app, isData: true, href: overviewLink(scope) }] : []), { text: view, isData: true }]);
  const question = useQuestion<RumPageAnswer>(view ? `${view} ${scopeKey(scope)}` : undefined, (options) => askRumPage(scope, view, options), { keep: false });
  const { answer } = question;
  const own = { ...scope, q: withCondition(scope.q, conditionOf('view.name', view)) };
  const lcp = answer?.vitals.find((each) => each.name === 'lcp');
  // The page's slow requests against all of its requests: what do they have in common?
  const spans = `{ .view.name = ${conditionOf('view.name', view).value} }`;
  const slow = `{ .view.name = ${conditionOf('view.name', view).value} && duration > ${queryDuration(answer?.requests[0]?.p75_ns ?? 1e9)} }`;
  return (
    <>
      <div class="page-title rum-title">
        <h1 class="cut" translate={false} title={view}>{view}</h1>
        {answer && answer.counts.views > 0 && <span class="caption number">{t.rum.views_count(answer.counts.views)}</span>}
        <FilterBar scope={scope} />
        <span class="grow" />
        <a class="button" href={sessionsLink(own)}><Icon name="sessions" />{t.rum.requests.sessions}</a>
        <a class="button" href={link('/explain', { a: slow, base: spans })}><Icon name="compare" />{t.rum.view.explain}</a>
      </div>
      {!view ? <EmptyState icon="vitals" title={t.rum.view.none} actions={<a class="button primary" href={overviewLink(scope, 'pages')}>{t.rum.all_pages}</a>} /> : (
        <Answered question={question} loading={<div class="rum-overview"><div class="grey-block" style={{ height: '136px' }} /><LoadingBlocks rows={3} height={220} /></div>}>
          {(found) => (found.counts.views + found.counts.requests === 0 && !lcp?.count ? (
            apps.answer?.apps.length === 0 ? <NoReports /> : <EmptyState icon="vitals" title={t.rum.view.no_views} actions={<><WidenButton /><a class="button" href={overviewLink(scope, 'pages')}>{t.rum.all_pages}</a></>} />
          ) : <Body answer={found} scope={scope} />)}
        </Answered>
      )}
    </>
  );
}
