// What surrounds an error: what happened before it in its session, whom and what it hits, the newest sessions with it.
import type { Crumb, ErrorGroupAnswer, ErrorSample, Share, ShareKey } from '../../api/rum_errors';
import { kShareKeys } from '../../api/rum_errors';
import { link, useParameter } from '../../app/address';
import { formatDuration } from '../../format/duration';
import { formatInstant, formatInstantExactly, fromNanoseconds } from '../../format/instant';
import { formatCount, formatShare, kMissing } from '../../format/quantity';
import { shortId } from '../../format/shorten';
import { t } from '../../i18n/catalogue';
import { conditionOf, withCondition } from '../../rum/filter';
import { isFailure } from '../../rum/group_facts';
import { DataTable, type Column } from '../../widget/data_table';
import { Icon, type IconName } from '../../widget/icon';

const kCrumbIcons: Record<string, IconName> = {
  view: 'browser', action: 'target', request: 'traces', resource: 'download', error: 'failed', long_task: 'clock', vitals: 'chart', perf: 'chart', custom: 'pin', application: 'services', view_custom: 'browser',
};

/** Before the error: `−3.20 s`. */
function offset(at: string, end: number): string {
  const ms = fromNanoseconds(at) - end;
  return ms >= 0 ? '0' : formatDuration(ms * 1e6);
}

function CrumbRow({ crumb, end, sessionId }: { crumb: Crumb; end: number; sessionId: string | undefined }) {
  const kinds: Record<string, string> = t.rumErrors.detail.kinds;
  const failed = crumb.kind === 'error' || ((crumb.kind === 'request' || crumb.kind === 'resource') && isFailure(crumb.status_code, crumb.success));
  const name = [crumb.method, crumb.name || crumb.message].filter(Boolean).join(' ');
  const text = <span class="cut" translate={false} title={name}>{name || kMissing}</span>;
  return (
    <li class={failed ? 'failed' : undefined}>
      <span class="number offset" data-tip={formatInstantExactly(fromNanoseconds(crumb.at_ns))}>{offset(crumb.at_ns, end)}</span>
      <span data-tip={kinds[crumb.kind]}><Icon name={kCrumbIcons[crumb.kind] ?? 'pin'} label={kinds[crumb.kind] ?? crumb.kind} /></span>
      {crumb.trace_id ? <a class="cut" href={link(['/trace', crumb.trace_id])}>{text}</a> : sessionId && crumb.event_id ? <a class="cut row-link" href={link(['/sessions', sessionId], { event: crumb.event_id })}>{text}</a> : text}
      <span class="number">
        {crumb.status_code !== null && crumb.status_code !== undefined && String(crumb.status_code) !== '' && <b>{crumb.status_code}</b>} {crumb.duration_ns ? formatDuration(crumb.duration_ns) : ''}
      </span>
    </li>
  );
}

export function Trail({ answer }: { answer: ErrorGroupAnswer }) {
  const words = t.rumErrors.detail;
  const newest = answer.samples[0];
  const end = fromNanoseconds(newest?.at_ns ?? answer.group.last_ns);
  const crumbs = [...answer.breadcrumbs].sort((a, b) => fromNanoseconds(a.at_ns) - fromNanoseconds(b.at_ns));
  return (
    <section class="panel">
      <header>
        <h2>{words.crumbs}</h2>
        <span class="caption">{words.crumbs_of}</span>
        <span class="grow" />
        {newest && <a class="button small" href={link(['/sessions', newest.session_id], { event: newest.event_id })}><Icon name="sessions" />{words.newest_session}</a>}
      </header>
      <ol class="trail">
        {crumbs.length === 0 && <li><span /><span /><span class="second">{words.no_crumbs}</span></li>}
        {crumbs.map((crumb, index) => <CrumbRow key={crumb.event_id ?? index} crumb={crumb} end={end} sessionId={newest?.session_id} />)}
        <li class="last failed">
          <span class="number offset" data-tip={formatInstantExactly(end)}>0</span>
          <Icon name="failed" />
          <span class="cut"><b>{words.this_error}</b> <span translate={false}>{answer.message}</span></span>
          <span />
        </li>
      </ol>
    </section>
  );
}

const kSharesShown = 5;
/** The server sends no more. */
const kSamplesMax = 50;

function ShareBlock({ title, shares, total, hrefOf, tipOf }: { title: string; shares: readonly Share[]; total: number; hrefOf: (value: string) => string; tipOf?: ((value: string) => string) | undefined }) {
  const words = t.rumErrors.detail;
  const hasUsers = shares.some((each) => (each.users ?? 0) > 0);
  return (
    <div class="share-block">
      <div class={hasUsers ? 'shares-of with-users' : 'shares-of'}>
        <h3>{title}</h3>
        <span class="caption right">{words.of_errors}</span>
        {hasUsers && <span class="caption right">{t.rumErrors.columns.users}</span>}
        {shares.slice(0, kSharesShown).map((each) => {
          const share = total ? each.count / total : 0;
          const name = each.value === '' ? <span class="third cut">{words.not_known}</span> : <span class="cut" translate={false} title={each.value}>{each.value}</span>;
          return [
            each.value !== '' ? <a key="n" class="cut row-link" href={hrefOf(each.value)} data-tip={tipOf?.(each.value)}>{name}</a> : <span key="n" class="cut">{name}</span>,
            <span key="b" class="share-track" aria-hidden="true"><i style={{ width: `${Math.min(100, share * 100)}%` }} /></span>,
            <span key="s" class="number" data-tip={words.times(each.count)}>{formatShare(share)}</span>,
            hasUsers && <span key="u" class={each.users ? 'number' : 'number third'}>{each.users ? formatCount(each.users) : kMissing}</span>,
          ];
        })}
      </div>
      {shares.length > kSharesShown && <p class="caption">{words.more_values(shares.length - kSharesShown)}</p>}
    </div>
  );
}

export function Shares({ answer }: { answer: ErrorGroupAnswer }) {
  const words = t.rumErrors.detail;
  const app = answer.group.app;
  const q = useParameter('q');
  const only = (key: string) => (value: string) => link(['/errors', answer.group.group_id], { q: withCondition(q, conditionOf(key, value)) });
  const links: Record<ShareKey, (value: string) => string> = {
    browser: only('user_agent.name'), os: only('os.type'), version: only('resource.service.version'), country: only('geo.country'), page: (view) => link('/rum/page', { app, view }),
  };
  const blocks = kShareKeys.filter((key) => (answer.by[key]?.length ?? 0) > 0);
  return (
    <section class="panel" aria-label={words.spread}>
      <h2 class="unseen">{words.spread}</h2>
      <div class="body shares">
        {blocks.map((key) => {
          const shares = answer.by[key] ?? [];
          return <ShareBlock key={key} title={words.shares[key]} shares={shares} total={Math.max(answer.group.count, shares.reduce((sum, each) => sum + each.count, 0))} hrefOf={links[key]} tipOf={key === 'page' ? undefined : words.only} />;
        })}
      </div>
    </section>
  );
}

/** Few errors belong to a trace themselves; where none does, there is no column for it. */
function sampleColumns(hasTraces: boolean): Column<ErrorSample>[] {
  const words = t.rumErrors.detail;
  const text = (value: string | null | undefined) => (value ? <span class="short" translate={false} title={value}>{value}</span> : <span class="third">{kMissing}</span>);
  return [
    {
      id: 'time', title: words.columns.time, sortBy: (each) => fromNanoseconds(each.at_ns), isDescending: true,
      cell: (each) => <a class="row-link number" href={link(['/sessions', each.session_id], { event: each.event_id })} data-tip={formatInstantExactly(fromNanoseconds(each.at_ns))}>{formatInstant(fromNanoseconds(each.at_ns), 'second')}</a>,
    },
    { id: 'user', title: words.columns.user, sortBy: (each) => each.user_name ?? each.user_id ?? undefined, cell: (each) => (each.user_id ? <a class="short" translate={false} title={each.user_name || each.user_id} href={link('/sessions', { user: each.user_id })}>{each.user_name || each.user_id.replace(/^uid_/, '').slice(0, 12)}</a> : <span class="third">{kMissing}</span>) },
    { id: 'page', title: words.columns.page, fills: true, sortBy: (each) => each.view_name ?? undefined, cell: (each) => (each.view_name ? <span class="cut" translate={false} title={each.view_name}>{each.view_name}</span> : text(null)) },
    { id: 'version', title: words.columns.version, isMinor: true, sortBy: (each) => each.version ?? undefined, cell: (each) => text(each.version) },
    { id: 'browser', title: words.columns.browser, isMinor: true, sortBy: (each) => each.browser ?? undefined, cell: (each) => text(each.browser) },
    { id: 'os', title: words.columns.system, isMinor: true, sortBy: (each) => each.os ?? undefined, cell: (each) => text(each.os) },
    { id: 'country', title: words.columns.country, isMinor: true, sortBy: (each) => each.country ?? undefined, cell: (each) => text(each.country) },
    ...(hasTraces
      ? [{ id: 'trace', title: words.open_trace, cell: (each: ErrorSample) => (each.trace_id ? <a class="mono" translate={false} href={link(['/trace', each.trace_id])}>{shortId(each.trace_id)}</a> : <span class="third">{kMissing}</span>) }]
      : []),
  ];
}

export function Samples({ answer }: { answer: ErrorGroupAnswer }) {
  const words = t.rumErrors.detail;
  const { samples } = answer;
  return (
    <section class="panel">
      <header>
        <h2>{words.samples}</h2>
        <span class="caption number">{words.hit(answer.group.users, answer.group.sessions)}{samples.length >= kSamplesMax ? ` · ${words.samples_part(samples.length)}` : ''}</span>
      </header>
      {samples.length ? (
        <DataTable name="error_samples" label={words.samples} isMain isFlat columns={sampleColumns(samples.some((each) => each.trace_id !== null))} rows={samples} rowKey={(each) => each.event_id} rowHref={(each) => link(['/sessions', each.session_id], { event: each.event_id })} maxHeight="420px" />
      ) : <div class="body"><p class="second">{words.no_samples}</p></div>}
    </section>
  );
}
