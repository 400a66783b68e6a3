// The overview: what is wrong in a sentence, the counts, the vitals, how they move, the slowest pages and requests, who fares how.
import { useState } from 'preact/hooks';

import { askBreakdown, askRequests, scopeKey, type BreakdownAnswer, type RequestsAnswer, type RequestSort, type RumOverviewAnswer, type RumScope, type VitalName } from '../../api/rum_overview';
import { useQuestion } from '../../api/question';
import { useParameter, setQuery } from '../../app/address';
import { formatInstant, fromNanoseconds } from '../../format/instant';
import { t } from '../../i18n/catalogue';
import { overviewLink, pageLink } from '../../rum/links';
import { PhaseWaterfall } from '../../rum/phases';
import { RequestTable } from '../../rum/request_table';
import { TimeLegend } from '../../rum/time_bar';
import { Totals } from '../../rum/totals';
import { VitalCards } from '../../rum/vital_cards';
import { DataTable } from '../../widget/data_table';
import { Answered } from '../../widget/states';
import { BreakdownPanel } from './breakdown_panel';
import { FindingsLine } from './findings_line';
import { breakdownColumns } from './page_columns';
import { Releases } from './releases';
import { Trends, trendsOf, type TrendVital } from './trends';

const kRows = 8;
const kTrendVitals: readonly VitalName[] = ['lcp', 'inp', 'cls', 'ttfb'];

function SlowPages({ scope }: { scope: RumScope }) {
  const question = useQuestion<BreakdownAnswer>(scopeKey(scope), (options) => askBreakdown(scope, 'view.name', 'lcp', kRows, 'none', options));
  return (
    <section class="panel rum-slow-pages">
      <header><h2>{t.rum.slow_pages}</h2><span class="caption">{t.rum.slow_pages_hint}</span><span class="grow" /><a href={overviewLink(scope, 'pages', { sort: '-lcp' })}>{t.rum.all_pages}</a></header>
      <Answered question={question} small>
        {(answer) => (answer.rows.length ? (
          <DataTable name="rum_slow_pages" label={t.rum.slow_pages} isFlat isMain columns={breakdownColumns('view.name', scope, { isShort: true })} rows={answer.rows} rowKey={(row) => row.value} rowHref={(row) => pageLink(row.value, scope)} />
        ) : <p class="body third">{t.app.none}</p>)}
      </Answered>
    </section>
  );
}

function SlowRequests({ scope }: { scope: RumScope }) {
  const [sort, setSort] = useState<RequestSort>('p75');
  const question = useQuestion<RequestsAnswer>(`${sort} ${scopeKey(scope)}`, (options) => askRequests(scope, sort, kRows, options));
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

export function Compared({ answer }: { answer: RumOverviewAnswer }) {
  const { baseline, before } = answer;
  const words = t.rum.compared;
  if (baseline.kind === 'none') return null;
  if (baseline.kind === 'release') {
    if (!baseline.before_version || !before) return <p class="caption rum-compared">{words.no_release}</p>;
    return <p class="caption rum-compared">{words.release(baseline.version ?? '', baseline.before_version)}</p>;
  }
  if (!before || before.views + before.requests + before.sessions === 0) return <p class="caption rum-compared">{words.nothing}</p>;
  if (baseline.start_ns === null || baseline.end_ns === null) return null;
  return <p class="caption rum-compared number">{words.span(formatInstant(fromNanoseconds(baseline.start_ns), 'minute'), formatInstant(fromNanoseconds(baseline.end_ns), 'minute'))}</p>;
}

export function OverviewTab({ answer, scope }: { answer: RumOverviewAnswer; scope: RumScope }) {
  const chosen = useParameter('vital', 'lcp') as VitalName;
  const vital = (kTrendVitals.includes(chosen) ? chosen : 'lcp') as TrendVital;
  const nothingBefore = !answer.before || answer.before.sessions + answer.before.views === 0;
  return (
    <div class="rum-overview">
      <FindingsLine answer={answer} scope={scope} />
      <Totals now={answer.now} before={nothingBefore ? null : answer.before} scope={scope} />
      <VitalCards vitals={answer.vitals} series={trendsOf(answer)} chosen={vital} onPick={(name) => setQuery({ vital: name === 'lcp' ? undefined : name }, 'replace')} />
      <Trends answer={answer} vital={vital} />
      <div class="rum-two">
        <SlowPages scope={scope} />
        <SlowRequests scope={scope} />
      </div>
      <div class="rum-two">
        <BreakdownPanel scope={scope} />
        <div class="stack">
          <section class="panel">
            <header><h2>{t.rum.phases_title}</h2><span class="caption">{t.rum.phases_are}</span></header>
            <div class="body">{answer.phases && answer.phases.count > 0 ? <PhaseWaterfall phases={answer.phases} /> : <p class="third">{t.rum.no_phases}</p>}</div>
          </section>
          <Releases scope={scope} versions={answer.versions} />
        </div>
      </div>
    </div>
  );
}
