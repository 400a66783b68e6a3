// Releases side by side, the newest first: is the new one better or worse than the one before it?
import type { Question } from '../../api/question';
import type { BreakdownAnswer, BreakdownRow, RumScope, RumVersion } from '../../api/rum_overview';
import { formatInstant, formatInstantExactly, fromNanoseconds } from '../../format/instant';
import { formatCount, formatShare, kMissing } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { Change } from '../../rum/change';
import { conditionOf, withCondition } from '../../rum/filter';
import { setFilter } from '../../rum/filter_bar';
import { formatVital } from '../../rum/rating';
import { VitalOf } from './page_columns';
import type { FigureKind, Samples } from '../../rum/comparison';
import { DataTable, type Column } from '../../widget/data_table';
import { Answered } from '../../widget/states';
import { releasesOf, type Release } from './release_order';

export const kVersion = 'resource.service.version';

const failure = (row: BreakdownRow | undefined) => (row && row.requests ? row.failed_requests / row.requests : null);
const errors = (row: BreakdownRow | undefined) => (row && row.sessions ? row.error_sessions / row.sessions : null);

export function Releases({ scope, versions, question }: { scope: RumScope; versions: readonly RumVersion[]; question: Question<BreakdownAnswer> }) {
  const words = t.rum.releases;
  const pair = (value: (row: BreakdownRow | undefined) => number | null | undefined, format: (value: number) => string, samples: (row: BreakdownRow) => number, kind: FigureKind) => ({ row, before }: Release) => {
    const both: Samples | undefined = row && before ? [samples(row), samples(before)] : undefined;
    return both ? <Change now={value(row)} before={value(before)} worse="more" samples={both} kind={kind} format={format} /> : null;
  };
  const columns: Column<Release>[] = [
    { id: 'version', title: t.rum.dimensions[kVersion], fills: true, cell: ({ version }) => <span class="row-link" translate={false}>{version.version || kMissing}</span> },
    { id: 'since', title: words.since, align: 'right', isMinor: true, cell: ({ version }) => <span class="third" data-tip={formatInstantExactly(fromNanoseconds(version.first_ns))}>{formatInstant(fromNanoseconds(version.first_ns), 'minute')}</span> },
    { id: 'sessions', title: t.rum.columns.sessions, align: 'right', cell: ({ version }) => formatCount(version.sessions) },
    { id: 'lcp', title: t.rum.vital_short.lcp, align: 'right', cell: (release) => <span class="with-change">{pair((row) => row?.lcp_p75, (value) => formatVital('lcp', value), (row) => row.lcp_count, 'value')(release)}<VitalOf name="lcp" value={release.row?.lcp_p75} views={release.row?.lcp_count ?? 0} /></span> },
    { id: 'failed', title: t.rum.columns.failed, align: 'right', isMinor: true, tip: t.rum.columns.failed_tip, cell: (release) => <span class="with-change">{pair(failure, formatShare, (row) => row.requests, 'share')(release)}<span class={(failure(release.row) ?? 0) >= 0.01 ? 'is-error strong' : ''}>{formatShare(failure(release.row))}</span></span> },
    { id: 'errors', title: t.rum.columns.error_share, align: 'right', tip: t.rum.columns.error_share_tip, cell: (release) => <span class="with-change">{pair(errors, formatShare, (row) => row.sessions, 'share')(release)}<span class={(errors(release.row) ?? 0) >= 0.02 ? 'is-error strong' : ''}>{formatShare(errors(release.row))}</span></span> },
  ];
  return (
    <section class="panel">
      <header><h2>{words.title}</h2><span class="caption">{words.hint}</span></header>
      {versions.length === 0 ? <p class="body third">{words.none}</p> : (
        <Answered question={question} small>
          {(answer) => <DataTable name="rum_releases" label={words.title} isFlat columns={columns} rows={releasesOf(versions, answer.rows)} rowKey={({ version }) => version.version} onRow={({ version }) => setFilter(withCondition(scope.q, conditionOf(kVersion, version.version)))} />}
        </Answered>
      )}
      {versions.length === 1 && <p class="table-foot">{words.only_one}</p>}
    </section>
  );
}
