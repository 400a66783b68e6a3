// The columns of a breakdown: pages, browsers, versions, …; the same everywhere, fewer where there is less room.
import type { BreakdownRow, BreakdownSort, RumScope, VitalName } from '../../api/rum_overview';
import { formatDuration } from '../../format/duration';
import { formatApdex, formatCount, formatShare, kMissing } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { ChangeCell } from '../../rum/change';
import { factorOf } from '../../rum/comparison';
import { dimensionName, ValueText } from '../../rum/filter_bar';
import { FailShare } from '../../rum/request_table';
import { fewText, fewViews } from '../../rum/vital_cards';
import { ShareBar, VitalValue } from '../../rum/vital_bar';
import { pageLink } from '../../rum/links';
import { formatVital } from '../../rum/rating';
import type { Column, Sort } from '../../widget/data_table';

export const kServerSorts: Record<string, BreakdownSort> = { views: 'views', sessions: 'sessions', errors: 'errors', lcp: 'lcp', inp: 'inp', cls: 'cls', load: 'load', request: 'request', failed: 'fail' };
/** What the server sorts by for a column of the table, so that the rows that count are among those it sends. */
export const serverSort = (sort: Sort | undefined): BreakdownSort => kServerSorts[sort?.column ?? 'views'] ?? 'views';

const requestFailure = (row: BreakdownRow) => (row.requests ? row.failed_requests / row.requests : 0);
const errorShare = (row: BreakdownRow) => (row.sessions ? row.error_sessions / row.sessions : 0);

/** A percentile of views; of a handful of them the figure is told, but not judged. */
export function VitalOf({ name, value, views }: { name: VitalName; value: number | null | undefined; views: number }) {
  return fewViews(views) && typeof value === 'number' ? <span class="third" data-tip={fewText(views)}>{formatVital(name, value)}</span> : <VitalValue name={name} value={value} />;
}

function vital(name: VitalName, key: 'lcp_p75' | 'inp_p75' | 'cls_p75' | 'fcp_p75' | 'ttfb_p75' | 'load_p75', isMinor = false): Column<BreakdownRow> {
  return {
    id: name, title: t.rum.vital_short[name], align: 'right', isMinor, tip: `${t.rum.vital_names[name]}, ${t.rum.p75}`, sortBy: (row) => row[key] ?? undefined,
    cell: (row) => <VitalOf name={name} value={row[key]} views={name === 'lcp' ? row.lcp_count : row.views} />,
  };
}

export function breakdownColumns(by: string, scope: RumScope, { isShort = false, hasBefore = false, hasVitals = true }: { isShort?: boolean; hasBefore?: boolean; hasVitals?: boolean } = {}): Column<BreakdownRow>[] {
  const words = t.rum.columns;
  const isPage = by === 'view.name';
  const all: (Column<BreakdownRow> | false)[] = [
    {
      id: 'value', title: dimensionName(by) ?? by, isData: dimensionName(by) === undefined, fills: true, sortBy: (row) => row.value,
      cell: (row) => (isPage && row.value !== '' ? <a class="row-link" href={pageLink(row.value, scope)} translate={false} title={row.value}>{row.value}</a> : <ValueText value={row.value} />),
    },
    { id: 'views', title: words.views, align: 'right', sortBy: (row) => row.views, cell: (row) => formatCount(row.views) },
    !isShort && { id: 'sessions', title: words.sessions, align: 'right', isMinor: true, sortBy: (row) => row.sessions, cell: (row) => formatCount(row.sessions) },
    !isShort && !isPage && { id: 'users', title: words.users, align: 'right', isMinor: true, sortBy: (row) => row.users, cell: (row) => formatCount(row.users) },
    hasVitals && vital('lcp', 'lcp_p75'),
    !isShort && hasBefore && {
      id: 'change', title: words.change, align: 'right', isMinor: true, tip: words.change_tip, sortBy: (row) => factorOf(row.lcp_p75, row.before_lcp_p75, [row.lcp_count, row.before_lcp_count]),
      cell: (row) => <ChangeCell now={row.lcp_p75} before={row.before_lcp_p75} worse="more" samples={[row.lcp_count, row.before_lcp_count]} format={formatDuration} />,
    },
    hasVitals && vital('inp', 'inp_p75', true),
    hasVitals && !isShort && vital('cls', 'cls_p75', true),
    hasVitals && !isShort && vital('ttfb', 'ttfb_p75', true),
    hasVitals && !isShort && vital('load', 'load_p75', true),
    hasVitals && !isShort && {
      id: 'poor', title: words.poor, isMinor: true, width: 84, tip: words.poor_tip, isDescending: true, sortBy: (row) => (row.views && row.lcp_p75 !== null ? row.poor_views / row.views : undefined),
      cell: (row) => (row.lcp_p75 === null && row.inp_p75 === null && row.cls_p75 === null ? <span class="third">{kMissing}</span> : <span class="poor-cell"><ShareBar name={words.poor} good={Math.max(0, row.views - row.poor_views)} fair={0} poor={row.poor_views} /><span class="number">{formatShare(row.views ? row.poor_views / row.views : null)}</span></span>),
    },
    { id: 'request', title: words.request, align: 'right', isMinor: true, tip: words.request_tip, sortBy: (row) => row.request_p75 ?? undefined, cell: (row) => <span class={(row.request_p75 ?? 0) > 2e9 ? 'is-warning strong' : ''}>{formatDuration(row.request_p75)}</span> },
    !isShort && { id: 'failed', title: words.failed, align: 'right', isMinor: true, tip: words.failed_tip, sortBy: requestFailure, cell: (row) => <FailShare share={requestFailure(row)} /> },
    { id: 'errors', title: words.errors, align: 'right', tip: words.errors_tip, sortBy: (row) => row.errors, cell: (row) => <span class={row.errors ? (errorShare(row) >= 0.02 ? 'is-error strong' : '') : 'third'}>{formatCount(row.errors)}</span> },
    !isShort && { id: 'error_share', title: words.error_share, align: 'right', isMinor: true, tip: words.error_share_tip, sortBy: errorShare, cell: (row) => <FailShare share={errorShare(row)} /> },
    !isShort && { id: 'apdex', title: t.rum.totals.apdex, align: 'right', isMinor: true, sortBy: (row) => row.apdex ?? undefined, isDescending: false, cell: (row) => formatApdex(row.apdex) },
    isPage && { id: 'exits', title: words.exits, align: 'right', isMinor: true, tip: words.exits_tip, sortBy: (row) => (row.sessions ? row.exits / row.sessions : undefined), cell: (row) => <span class="second">{formatShare(row.sessions ? row.exits / row.sessions : null)}</span> },
  ];
  return all.filter((column): column is Column<BreakdownRow> => column !== false);
}
