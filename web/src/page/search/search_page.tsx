// Find the traces that matter: a query as chips or text, quick filters, when and how slow, and the traces or spans themselves.
import './search_page.css';

import { useEffect, useMemo, useState } from 'preact/hooks';

import type { SearchAnswer } from '../../api/answers';
import { ask, nanoseconds } from '../../api/client';
import { useQuestion, type Question } from '../../api/question';
import { addressStore, formatAddress, link, setQuery } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import { oneOf, preference } from '../../app/preferences';
import { setSpan, useRange } from '../../app/range';
import { keepResults } from '../../app/result_list';
import { useStore } from '../../app/store';
import type { HeatArea } from '../../chart/heat_data';
import { formatDuration, queryDuration } from '../../format/duration';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { Builder } from '../../traceql/builder';
import { addCondition, readQuery } from '../../traceql/conditions';
import { QueryField } from '../../traceql/query_field';
import { MenuButton, MenuItem } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { EmptyState, ErrorState, errorSentence, LoadingBlocks, Strip, WidenButton, Working } from '../../widget/states';
import { AttributeMenu, Facets } from './facets';
import { SpanList, TraceList, type SpanRow } from './result_rows';
import { Scatter } from './scatter';
import { SearchCharts } from './search_charts';
import { change, kPageSize, kScatterSize, kSortParameters, kSorts, kViews, useSearchState, type SearchState } from './search_state';

const modeStore = preference<'build' | 'text'>('query_mode', 'build', oneOf('build', 'text'));
const kSpansOfTrace = 100;

/** The query with a chosen part of the heat map. */
export function withArea(q: string, area: HeatArea): string {
  let next = q;
  if (area.min !== undefined) next = addCondition(next, { field: 'duration', operator: '>=', value: queryDuration(Math.floor(area.min)) });
  if (area.max !== undefined) next = addCondition(next, { field: 'duration', operator: '<', value: queryDuration(Math.ceil(area.max)) });
  return next;
}

function areaActions(q: string, area: HeatArea, close: () => void) {
  const range = { from: String(Math.floor(area.start)), to: String(Math.ceil(area.end)) };
  return (
    <>
      <MenuItem onPick={close} href={link('/explain', { a: withArea(q, area), base: q || undefined, a_from: range.from, a_to: range.to })}>
        <Icon name="compare" />
        {t.app.chart.explain}
      </MenuItem>
      <MenuItem onPick={() => {
        close();
        setQuery({ q: withArea(q, area), ...range, cursor: undefined, page: undefined, fixed: undefined });
      }}>
        <Icon name="filter" />
        {t.search.filter_area}
      </MenuItem>
      <MenuItem onPick={() => {
        close();
        setSpan(area);
      }}>
        <Icon name="search" />
        {t.app.chart.zoom}
      </MenuItem>
    </>
  );
}

function QueryBar({ q, fault }: { q: string; fault: string | undefined }) {
  const mode = useStore(modeStore);
  const conditions = useMemo(() => readQuery(q), [q]);
  const [draft, setDraft] = useState(q);
  useEffect(() => setDraft(q), [q]);
  const isText = mode === 'text' || conditions === undefined;
  return (
    <div class="query-bar">
      <div class="segmented" role="group" aria-label={t.query.views}>
        <button type="button" aria-pressed={!isText} disabled={conditions === undefined} data-tip={conditions === undefined ? t.query.no_builder : undefined} onClick={() => modeStore.set('build')}>
          {t.query.build}
        </button>
        <button type="button" aria-pressed={isText} translate={false} onClick={() => modeStore.set('text')}>
          TraceQL
        </button>
      </div>
      {isText ? <QueryField value={q} label={t.query.label} fault={fault} onDraft={setDraft} onRun={(text) => change({ q: text })} /> : <Builder conditions={conditions ?? []} onChange={(next) => change({ q: next })} />}
      {isText && (
        <button type="button" class="button primary run" aria-label={t.query.run} data-tip={t.query.run} data-key="Enter" onClick={() => change({ q: draft.trim() })}>
          <Icon name="play" />
          <span class="hide-narrow">{t.query.run}</span>
        </button>
      )}
    </div>
  );
}

function ResultHead({ state, question, shown, children }: { state: SearchState; question: Question<SearchAnswer>; shown: number; children?: preact.ComponentChildren }) {
  const { answer } = question;
  const words = t.search;
  const isMore = Boolean(answer?.next_cursor) || state.page > 1;
  return (
    <div class="result-head">
      <div class="segmented" role="group" aria-label={words.views_label}>
        {kViews.map((view) => (
          <button type="button" key={view} aria-pressed={view === state.view} onClick={() => change({ view })}>
            <Icon name={view === 'list' ? 'traces' : view === 'scatter' ? 'scatter' : 'list'} />
            {words.views[view]}
          </button>
        ))}
      </div>
      <span class="number" role="status">
        {answer && (
          <>
            <span class="strong">{isMore ? words.page_of(state.page, shown) : words.found(shown)}</span>
            <span class="third hide-narrow">
              {' · '}
              {isMore ? words.more_there : words.exact}
              {' · '}
              {words.cost(formatCount(answer.stats.rows_scanned), formatCount(answer.stats.rows_total), formatDuration(answer.stats.elapsed_ns))}
            </span>
          </>
        )}
      </span>
      <Working question={question} />
      <span class="grow" />
      {children}
      {state.view !== 'scatter' && <AttributeMenu label={t.app.table.columns} icon="table" onPick={(field) => change({ columns: [...state.columns.filter((each) => each !== field), field] }, 'replace')} />}
      <MenuButton label={words.sort} icon="sort_down" class="button small" align="right" face={words.sorts[state.sort]}>
        {(close) => kSorts.map((sort) => (
          <MenuItem key={sort} isChecked={sort === state.sort} onPick={() => {
            change({ sort });
            close();
          }}>
            {words.sorts[sort]}
          </MenuItem>
        ))}
      </MenuButton>
    </div>
  );
}

function Pager({ state, answer }: { state: SearchState; answer: SearchAnswer }) {
  if (state.page === 1 && !answer.next_cursor) return null;
  const turn = (page: number, cursor: string | undefined) => {
    setQuery(cursor ? { page: String(page), cursor, fixed: `${answer.range.start_ns}-${answer.range.end_ns}` } : { page: undefined, cursor: undefined, fixed: undefined });
    scrollTo(0, 0);
  };
  return (
    <nav class="pager line" aria-label={t.search.pages}>
      {state.page > 1 && (
        <button type="button" class="button" onClick={() => turn(1, undefined)}>
          <Icon name="left" />
          {t.search.first_page}
        </button>
      )}
      <span class="second number">{t.search.page(state.page)}</span>
      {answer.next_cursor && (
        <button type="button" class="button" onClick={() => turn(state.page + 1, answer.next_cursor)}>
          {t.search.next_page(kPageSize)}
          <Icon name="right" />
        </button>
      )}
    </nav>
  );
}

function ColumnChips({ state }: { state: SearchState }) {
  if (!state.columns.length) return null;
  return (
    <div class="line wrap column-chips">
      <span class="caption">{t.app.table.columns}</span>
      {state.columns.map((field) => (
        <span class="chip mono" key={field}>
          <span class="cut" translate={false}>{field}</span>
          <button type="button" aria-label={t.app.remove(field)} onClick={() => change({ columns: state.columns.filter((each) => each !== field) }, 'replace')}>
            <Icon name="close" />
          </button>
        </span>
      ))}
    </div>
  );
}

function NoTraces({ q }: { q: string }) {
  return (
    <EmptyState icon="traces" title={t.search.none} actions={<><WidenButton />{q && <button type="button" class="button" onClick={() => change({ q: '' })}>{t.search.all_traces}</button>}</>}>
      <p>{q ? t.search.none_match : t.search.none_at_all}</p>
    </EmptyState>
  );
}

function Results({ state, answer, isStale }: { state: SearchState; answer: SearchAnswer; isStale: boolean }) {
  const { span } = useRange();
  if (!answer.traces.length) return <NoTraces q={state.q} />;
  if (state.view === 'scatter') {
    return (
      <>
        {answer.next_cursor && <Strip kind="plain">{t.search.scatter_part(answer.traces.length, t.search.sorts[state.sort])}</Strip>}
        <Scatter traces={answer.traces} span={span} actions={(area, close) => areaActions(state.q, area, close)} />
      </>
    );
  }
  if (state.view === 'spans') {
    const rows = answer.traces.flatMap((trace) => trace.spans.map((each): SpanRow => ({ trace, span: each })));
    const left = answer.traces.reduce((sum, trace) => sum + trace.matched_count - trace.spans.length, 0);
    return (
      <>
        {left > 0 && <Strip kind="plain">{t.search.spans_left(left, kSpansOfTrace)}</Strip>}
        <SpanList rows={rows} columns={state.columns} isStale={isStale} />
      </>
    );
  }
  return <TraceList traces={answer.traces} columns={state.columns} isStale={isStale} />;
}

export default function SearchPage() {
  useCrumbs([{ text: t.search.title }]);
  const state = useSearchState();
  const { span } = useRange();
  const [showsFacets, setShowsFacets] = useState(false);
  const range = state.fixed ?? { start: nanoseconds(span.start), end: nanoseconds(span.end) };
  const parameters = {
    q: state.q, ...range, ...kSortParameters[state.sort], cursor: state.cursor,
    limit: state.view === 'scatter' ? kScatterSize : kPageSize,
    spss: state.view === 'spans' ? kSpansOfTrace : state.view === 'list' ? (state.columns.length ? 20 : 1) : 0,
    select: state.columns,
  };
  const key = JSON.stringify(parameters);
  const question = useQuestion<SearchAnswer>(key, (options) => ask<SearchAnswer>('/search', parameters, { signal: options.signal }));
  const { answer, error } = question;
  useEffect(() => {
    if (answer) keepResults(answer.traces.map((trace) => trace.trace_id), formatAddress(addressStore.get().path, addressStore.get().query));
  }, [answer]);
  const isFault = error?.code === 'invalid_argument' && error.parameter === 'q';
  return (
    <div class="search-page">
      <h1 class="unseen">{t.search.title}</h1>
      <QueryBar q={state.q} fault={isFault ? error.message : undefined} />
      {isFault && (
        <div class="strip error" role="alert">
          <Icon name="failed" />
          <span>
            {t.query.fault} <span class="mono" translate={false}>{error.message}</span>{answer ? ` ${t.app.error.kept}` : ''}
          </span>
        </div>
      )}
      <button type="button" class="button facet-toggle" aria-expanded={showsFacets} onClick={() => setShowsFacets(!showsFacets)}>
        <Icon name="filter" />
        {t.search.facets}
      </button>
      <div class="search-body">
        <aside class={showsFacets ? 'shown' : undefined} aria-label={t.search.facets}>
          <Facets q={isFault ? '' : state.q} />
        </aside>
        <div class="grow">
          {!isFault && <SearchCharts q={state.q} areaActions={(area, close) => areaActions(state.q, area, close)} />}
          <ResultHead state={state} question={question} shown={answer?.traces.length ?? 0} />
          <ColumnChips state={state} />
          {error && !isFault && (answer ? <Strip kind="error">{errorSentence(error)} {t.app.error.kept}</Strip> : <ErrorState error={error} onRetry={question.retry} />)}
          {answer ? <Results state={state} answer={answer} isStale={question.answerKey !== key || error !== undefined} /> : !error && <LoadingBlocks rows={12} />}
          {answer && state.view !== 'scatter' && <Pager state={state} answer={answer} />}
        </div>
      </div>
    </div>
  );
}
