// Who is unwell, now: every service with its rate, errors, durations and, where something is wrong, what and where.
import './services_page.css';

import { useMemo, useRef } from 'preact/hooks';

import { askOverview, kBaselines, type Baseline, type OverviewAnswer, type ServiceRow } from '../../api/overview';
import { useQuestion } from '../../api/question';
import { link, setQuery, useParameter } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import { useKeys } from '../../app/keys';
import { useRange } from '../../app/range';
import { agoName } from '../../app/range_names';
import { Spark } from '../../chart/spark';
import { formatDuration, queryDuration } from '../../format/duration';
import { formatInstantExactly, fromNanoseconds } from '../../format/instant';
import { formatApdex, formatChange, formatCount, formatRate, formatShare, kMissing } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { queryOf } from '../../traceql/conditions';
import { BrowserFigures, useBrowserServices, type BrowserService } from '../../rum/browser_services';
import { ClaimText, evidenceOf } from '../../widget/claim_text';
import { DataTable, type Column } from '../../widget/data_table';
import { HealthMark } from '../../widget/health_mark';
import { MenuButton, MenuItem } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { ServiceName } from '../../widget/service_name';
import { Answered, EmptyState, WidenButton } from '../../widget/states';


type HealthFilter = 'all' | ServiceRow['health'];
const kHealths: readonly HealthFilter[] = ['all', 'unwell', 'attention', 'healthy', 'silent'];
/** Fewer requests than this make percentiles a matter of luck: they are greyed, with the count beside. */
const kFewRequests = 50;

function ChangeCell({ row }: { row: ServiceRow }) {
  // The change is absent where either side has too few requests to say anything.
  const text = row.p99_change === undefined ? kMissing : formatChange(1 + row.p99_change, 1);
  const isWorse = (row.p99_change ?? 0) > 0.3;
  return <span class={isWorse ? 'is-warning strong' : 'third'}>{text}</span>;
}

function columnsOf(answer: OverviewAnswer, browsers: ReadonlyMap<string, BrowserService>, hasBaseline: boolean, isLive: boolean): Column<ServiceRow>[] {
  const words = t.services.columns;
  // The step that is still filling would look like a fall.
  const last = isLive ? -1 : undefined;
  const traces = (row: ServiceRow, extra: Parameters<typeof queryOf>[0], sort?: string) => link('/traces', { q: queryOf({ service: row.service, ...extra }), ...(sort ? { sort } : {}) });
  const few = (row: ServiceRow) => (row.request_count > 0 && row.request_count < kFewRequests ? 'third' : undefined);
  const duration = (id: 'p50_ns' | 'p95_ns' | 'p99_ns', title: string): Column<ServiceRow> => ({
    id, title, align: 'right', sortBy: (row) => row[id], isMinor: id !== 'p99_ns',
    cell: (row) => (
      <span class={few(row)} data-tip={few(row) ? t.services.few(row.request_count) : undefined}>
        {formatDuration(row[id])}
      </span>
    ),
  });
  const columns: Column<ServiceRow>[] = [
    { id: 'health', title: words.health, isTitleHidden: true, width: 28, cell: (row) => <HealthMark health={row.health} /> },
    {
      id: 'service', title: words.service, sortBy: (row) => row.service, width: 190,
      cell: (row) => (
        <span class="line service-cell">
          <ServiceName name={row.service} />
          {row.type === 'browser' ? <span class="caption hide-narrow" data-tip={row.sdk}><Icon name="browser" label={t.app.words.types.browser} /></span> : row.language && (
            <span class="caption hide-narrow" translate={false} data-tip={row.sdk}>
              {row.language}
            </span>
          )}
        </span>
      ),
    },
    { id: 'rate', title: words.rate, align: 'right', sortBy: (row) => row.rate, cell: (row) => formatRate(row.rate) },
    {
      id: 'rate_spark', title: t.services.rate_shape, isTitleHidden: true, isMinor: true,
      cell: (row) => (
        <a href={traces(row, {})} aria-label={t.services.traces_of(row.service)}>
          <Spark values={row.series.request_counts.slice(0, last)} label={t.services.rate_shape} />
        </a>
      ),
    },
    {
      id: 'errors', title: words.errors, align: 'right', sortBy: (row) => row.error_share,
      cell: (row) => <span class={row.error_share >= 0.01 ? 'is-error strong' : row.error_share > 0 ? '' : 'third'}>{formatShare(row.error_share)}</span>,
    },
    {
      id: 'errors_spark', title: t.services.error_shape, isTitleHidden: true, isMinor: true,
      cell: (row) => (row.error_count > 0 ? (
        <a href={traces(row, { isError: true })} aria-label={t.services.errors_of(row.service)}>
          <Spark kind="bars" tone="error" values={row.series.error_counts} label={t.services.error_shape} />
        </a>
      ) : null),
    },
    duration('p50_ns', 'p50'),
    duration('p95_ns', 'p95'),
    duration('p99_ns', 'p99'),
    {
      id: 'p99_spark', title: t.services.p99_shape, isTitleHidden: true, isMinor: true,
      cell: (row) => (
        <a href={traces(row, row.p95_ns ? { min: queryDuration(row.p95_ns) } : {}, 'duration')} aria-label={t.services.slow_of(row.service)}>
          <Spark values={row.series.p99_ns.slice(0, last)} label={t.services.p99_shape} />
        </a>
      ),
    },
    ...(hasBaseline
      ? [{ id: 'change', title: 'Δ p99', align: 'right' as const, tip: t.services.change_tip, isMinor: true, sortBy: (row: ServiceRow) => row.p99_change, cell: (row: ServiceRow) => <ChangeCell row={row} /> }]
      : []),
    ...(answer.services.some((row) => row.apdex !== undefined)
      ? [{ id: 'apdex', title: 'Apdex', align: 'right' as const, isMinor: true, sortBy: (row: ServiceRow) => row.apdex, isDescending: false, cell: (row: ServiceRow) => formatApdex(row.apdex) }]
      : []),
    {
      id: 'calls', title: words.calls, align: 'right', isMinor: true, tip: words.calls_tip, sortBy: (row) => row.callee_count,
      cell: (row) => <span data-tip={t.services.calls_are(row.callers.join(', '), row.callees.map((each) => each.name).join(', '))}>{row.caller_count}<span class="third"> → </span>{row.callee_count}</span>,
    },
    {
      id: 'seen', title: words.seen, align: 'right', isMinor: true, sortBy: (row) => fromNanoseconds(row.last_seen_ns),
      cell: (row) => <span class="third" data-tip={formatInstantExactly(fromNanoseconds(row.last_seen_ns))}>{agoName(Date.now() - fromNanoseconds(row.last_seen_ns))}</span>,
    },
    {
      id: 'why', title: words.why, fills: true, isMinor: true,
      cell: (row) => {
        const browser = browsers.get(row.service);
        if (!row.why) return browser && <BrowserFigures name={row.service} service={browser} />;
        return (
          <a class="claim" href={evidenceOf(row.why)}>
            <ClaimText claim={row.why} />
          </a>
        );
      },
    },
  ];
  return columns;
}

/** On a phone the reasons stand above the table, where the table has no room for them. */
function Reasons({ rows }: { rows: readonly ServiceRow[] }) {
  const unwell = rows.filter((row) => row.why);
  if (!unwell.length) return null;
  return (
    <ul class="reasons">
      {unwell.slice(0, 6).map((row) => (
        <li key={row.service}>
          <HealthMark health={row.health} />
          <span>
            <ServiceName name={row.service} /> {row.why && <a class="claim" href={evidenceOf(row.why)}><ClaimText claim={row.why} /></a>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Toolbar({ answer, shown, health, text, baseline, filterRef }: { answer: OverviewAnswer | undefined; shown: number; health: HealthFilter; text: string; baseline: Baseline; filterRef: { current: HTMLInputElement | null } }) {
  const count = (each: HealthFilter) => (each === 'all' ? answer?.services.length : answer?.services.filter((row) => row.health === each).length) ?? 0;
  return (
    <div class="page-title">
      <h1>{t.services.title}</h1>
      <div class="segmented" role="group" aria-label={t.services.health_filter}>
        {kHealths.filter((each) => each === 'all' || each === health || count(each) > 0).map((each) => (
          <button type="button" key={each} aria-pressed={each === health} onClick={() => setQuery({ health: each === 'all' ? undefined : each })}>
            {each !== 'all' && <HealthMark health={each} />}
            {t.services.health_names[each]} <span class="number third">{answer ? formatCount(count(each)) : ''}</span>
          </button>
        ))}
      </div>
      <label class="field-with-icon">
        <Icon name="filter" />
        <input ref={filterRef} class="input" type="search" value={text} placeholder={t.services.filter} aria-label={t.services.filter} onInput={(event) => setQuery({ find: event.currentTarget.value }, 'replace')} />
      </label>
      {text && answer && <span class="caption">{t.app.table.rows(shown)}</span>}
      <span class="grow" />
      <MenuButton label={t.services.baseline} face={<><span class="third hide-narrow" aria-hidden="true">{t.services.baseline}:</span> {t.services.baselines[baseline]}</>} class="button" align="right">
        {(close) => kBaselines.map((each) => (
          <MenuItem key={each} isChecked={each === baseline} onPick={() => { setQuery({ baseline: each === 'previous' ? undefined : each }); close(); }}>
            {t.services.baselines[each]}
          </MenuItem>
        ))}
      </MenuButton>
    </div>
  );
}

export default function ServicesPage() {
  useCrumbs([{ text: t.services.title }]);
  const { span, range } = useRange();
  const text = useParameter('find');
  const health = useParameter('health', 'all') as HealthFilter;
  const baseline = useParameter('baseline', 'previous') as Baseline;
  const sortText = useParameter('sort');
  const sort = sortText ? { column: sortText.replace(/^-/, ''), descending: sortText.startsWith('-') } : undefined;
  const filter = useRef<HTMLInputElement>(null);
  const question = useQuestion<OverviewAnswer>(`${span.start} ${span.end} ${baseline}`, (options) => askOverview(span, baseline, options));
  useKeys(t.services.title, [{ keys: ['\\'], label: t.app.keys.filter, run: () => filter.current?.focus() }]);
  const { answer } = question;
  const browsers = useBrowserServices(answer?.services.some((row) => row.type === 'browser') ?? false);
  const rows = useMemo(() => {
    const wanted = text.toLowerCase();
    return (answer?.services ?? []).filter((row) => (health === 'all' || row.health === health) && (row.service.toLowerCase().includes(wanted) || row.language?.toLowerCase().includes(wanted) || row.namespace?.toLowerCase().includes(wanted)));
  }, [answer, text, health]);
  const columns = useMemo(() => (answer ? columnsOf(answer, browsers, baseline !== 'none' && answer.services.some((row) => row.baseline), range.to === 'now') : []), [answer, browsers, baseline, range.to]);
  return (
    <>
      <Toolbar answer={answer} shown={rows.length} health={health} text={text} baseline={baseline} filterRef={filter} />
      <Answered question={question}>
        {(found) =>
          found.services.length === 0 ? (
            <EmptyState icon="services" title={t.services.empty} actions={<><WidenButton /><a class="button" href={link('/connect')}><Icon name="connect" />{t.services.connect}</a></>}>
              <p>{t.services.empty_why}</p>
            </EmptyState>
          ) : rows.length === 0 ? (
            <EmptyState icon="filter" title={t.services.none_match} actions={<button type="button" class="button" onClick={() => setQuery({ find: undefined, health: undefined })}>{t.app.clear}</button>} />
          ) : (
            <>
              <Reasons rows={rows} />
              <DataTable name="services" label={t.services.title} isMain columns={columns} rows={rows} rowKey={(row) => row.service} rowHref={(row) => link(['/services', row.service])} sort={sort}
                onSort={(next) => setQuery({ sort: (next.descending ? '-' : '') + next.column })} rowHeight={36} maxHeight="calc(100dvh - 136px)" rowClass={(row) => row.health} />
            </>
          )
        }
      </Answered>
    </>
  );
}
