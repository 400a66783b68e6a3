// The overview: what is wrong in a sentence, the counts, the vitals, how they move, the slowest pages and requests, who fares how.
import { useMemo, useState } from 'preact/hooks';

import { askBreakdown, askRequests, scopeKey, type BreakdownAnswer, type RequestsAnswer, type RequestSort, type RumOverviewAnswer, type RumScope, type VitalName } from '../../api/rum_overview';
import { useQuestion, type Question } from '../../api/question';
import { useParameter, setQuery } from '../../app/address';
import { formatInstant, fromNanoseconds } from '../../format/instant';
import { t } from '../../i18n/catalogue';
import { overviewLink, pageLink } from '../../rum/links';
import { PhaseWaterfall } from '../../rum/phases';
import { RequestTable } from '../../rum/request_table';
import { TimeLegend } from '../../rum/time_bar';
import { AppTotals, Totals } from '../../rum/totals';
import { VitalCards } from '../../rum/vital_cards';
import { DataTable } from '../../widget/data_table';
import { Answered } from '../../widget/states';
import { BreakdownPanel } from './breakdown_panel';
import { FindingsLine } from './findings_line';
import { breakdownColumns } from './page_columns';
import { comparable } from './findings';
import { coverage, type Earlier } from './earlier';
import { releasesOf } from './release_order';
import { kVersion, Releases } from './releases';
import { Trends, trendsOf, type TrendVital } from './trends';

const kRows = 8;
const kTrendVitals: readonly VitalName[] = ['lcp', 'inp', 'cls', 'ttfb'];

function SlowPages({ scope, question, hasVitals }: { scope: RumScope; question: Question<BreakdownAnswer>; hasVitals: boolean }) {
  return (
    <section class="panel rum-slow-pages">
      <header><h2>{t.rum.slow_pages}</h2><span class="caption">{hasVitals ? t.rum.slow_pages_hint : t.rum.slow_pages_hint_app}</span><span class="grow" /><a href={overviewLink(scope, 'pages', { sort: hasVitals ? '-lcp' : '-request' })}>{t.rum.all_pages}</a></header>
      <Answered question={question} small>
        {(answer) => (answer.rows.length ? (
          <DataTable name="rum_slow_pages" label={t.rum.slow_pages} isFlat isMain columns={breakdownColumns('view.name', scope, { isShort: true, hasVitals })} rows={answer.rows} rowKey={(row) => row.value} rowHref={(row) => pageLink(row.value, scope)} />
        ) : <p class="body third">{t.app.none}</p>)}
      </Answered>
    </section>
  );
}

function SlowRequests({ scope }: { scope: RumScope }) {
  const [sort, setSort] = useState<RequestSort>('p75');
  const question = useQuestion<RequestsAnswer>(`${sort} ${scopeKey(scope)}`, (options) => askRequests(scope, sort, kRows, 'none', options));
  return (
    <section class="panel">
      <header>
        <h2>{t.rum.requests.title}</h2>
        <div class="segmented small-segmented" role="group" aria-label={t.rum.requests.title}>
          {(['p75', 'failed', 'total'] as const).map((each) => <button type="button" key={each} aria-pressed={each === sort} onClick={() => setSort(each)}>{t.rum.requests.sorts[each]}</button>)}
        </div>
        <span class="grow" />
        <TimeLegend />
        <a href={overviewLink(scope, 'requests', { sort: `-${sort}` })}>{t.rum.all_requests}</a>
      </header>
      <Answered question={question} small>
        {(answer) => {
          const rows = sort === 'failed' ? answer.rows.filter((row) => row.failed > 0) : answer.rows;
          return rows.length ? <RequestTable name="rum_slow_requests" isShort rows={rows} scope={scope} /> : <p class="body third">{sort === 'failed' ? t.rum.requests.none_failed : t.app.none}</p>;
        }}
      </Answered>
    </section>
  );
}

export function Compared({ answer, earlier }: { answer: RumOverviewAnswer; earlier?: Earlier | undefined }) {
  const { baseline, before } = answer;
  const words = t.rum.compared;
  if (baseline.kind === 'none') return null;
  if (baseline.kind === 'release') {
    if (!baseline.before_version || !before) return <p class="caption rum-compared">{words.no_release}</p>;
    if (!comparable(answer).before) return <p class="caption rum-compared">{words.few_release(baseline.before_version, before.sessions)}</p>;
    return <p class="caption rum-compared">{words.release(baseline.version ?? '', baseline.before_version)}</p>;
  }
  if (!comparable(answer, coverage(earlier?.answer, answer)).before) return <p class="caption rum-compared">{words.nothing}</p>;
  if (baseline.start_ns === null || baseline.end_ns === null) return null;
  return <p class="caption rum-compared number">{words.span(formatInstant(fromNanoseconds(baseline.start_ns), 'minute'), formatInstant(fromNanoseconds(baseline.end_ns), 'minute'))}</p>;
}

export function OverviewTab({ answer: told, earlier, scope }: { answer: RumOverviewAnswer; earlier?: Earlier | undefined; scope: RumScope }) {
  const answer = useMemo(() => comparable(told, coverage(earlier?.answer, told)), [told, earlier?.answer]);
  const ofRelease = answer.baseline.kind === 'release';
  const hasVitals = answer.vitals.some((each) => each.count > 0);
  const by = hasVitals ? 'lcp' : 'request';
  const pages = useQuestion<BreakdownAnswer>(`${by} ${scopeKey(scope)}`, (options) => askBreakdown(scope, 'view.name', by, kRows, 'none', options));
  const versions = useQuestion<BreakdownAnswer>(answer.versions.length ? scopeKey(scope) : undefined, (options) => askBreakdown(scope, kVersion, 'views', 50, 'none', options));
  const chosen = useParameter('vital', 'lcp') as VitalName;
  const vital = (kTrendVitals.includes(chosen) ? chosen : 'lcp') as Exclude<TrendVital, 'request'>;
  return (
    <div class="rum-overview">
      <FindingsLine answer={answer} pages={pages.answer?.rows ?? []} releases={releasesOf(answer.versions, versions.answer?.rows ?? [])} scope={scope} />
      <Totals now={answer.now} before={answer.before} scope={scope} ofRelease={ofRelease} />
      {!hasVitals ? <AppTotals now={answer.now} before={answer.before} scope={scope} ofRelease={ofRelease} /> : <VitalCards vitals={answer.vitals} series={trendsOf(answer)} chosen={vital} onPick={(name) => setQuery({ vital: name === 'lcp' ? undefined : name }, 'replace')} />}
      <Trends answer={answer} earlier={answer.before ? earlier : undefined} vital={hasVitals ? vital : 'request'} scope={scope} />
      <div class="rum-two">
        <SlowPages scope={scope} question={pages} hasVitals={hasVitals} />
        <SlowRequests scope={scope} />
      </div>
      <div class="rum-two">
        <BreakdownPanel scope={scope} />
        <div class="stack">
          <section class="panel">
            <header><h2>{t.rum.phases_title}</h2><span class="caption">{t.rum.phases_are}</span></header>
            <div class="body">{answer.phases && answer.phases.count > 0 ? <PhaseWaterfall phases={answer.phases} /> : <p class="third">{t.rum.no_phases}</p>}</div>
          </section>
          <Releases scope={scope} versions={answer.versions} question={versions} />
        </div>
      </div>
    </div>
  );
}
