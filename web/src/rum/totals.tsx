// The counts of an application or page in one line: how many users, how many of them in trouble; each compared with before.
import './measures.css';

import type { ComponentChildren } from 'preact';

import type { Counts, RumScope } from '../api/rum_overview';
import { formatDuration } from '../format/duration';
import { formatApdex, formatCount, formatShare, kMissing, threeDigits } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { Change } from './change';
import type { FigureKind, Samples, Worse } from './comparison';
import { browserErrorsLink, overviewLink, sessionsLink } from './links';

const share = (part: number | null, whole: number): number | null => (whole > 0 && part !== null ? part / whole : null);
/** A count against the one before. Releases were in use by more or fewer: of them the rates are compared, of how many use them nothing. */
function countChange(now: Counts, before: Counts | null, pick: (counts: Counts) => number, ofRelease: boolean, per?: (counts: Counts) => number): Pick<TileProps, 'now' | 'before' | 'kind' | 'samples' | 'format'> {
  if (!ofRelease || !before) return { now: pick(now), before: before ? pick(before) : null, kind: 'count', samples: undefined, format: formatCount };
  if (!per) return { now: null, before: null, kind: 'count', samples: undefined, format: formatCount };
  return { now: share(pick(now), per(now)), before: share(pick(before), per(before)), kind: 'rate', samples: [per(now), per(before)], format: (value) => (value === 0 ? '0' : t.rum.totals.in_hundred(threeDigits(value * 100))) };
}

/** What both sides of a comparison are made of. */
const samplesOf = (now: Counts, before: Counts | null, pick: (counts: Counts) => number): Samples | undefined => (before ? [pick(now), pick(before)] : undefined);

export interface Measures {
  errorFree: number | null;
  failedRequests: number | null;
  errorSessions: number | null;
  blank: number | null;
}
export function measuresOf(counts: Counts): Measures {
  const errorSessions = share(counts.error_sessions, counts.sessions);
  return {
    errorFree: errorSessions === null ? null : 1 - errorSessions,
    failedRequests: share(counts.failed_requests, counts.requests),
    errorSessions,
    blank: share(counts.blank_screens, counts.views),
  };
}

interface TileProps {
  title: string;
  tip?: string;
  figure: string;
  href?: string | undefined;
  now: number | null;
  before: number | null | undefined;
  worse: Worse;
  kind?: FigureKind;
  samples?: Samples | undefined;
  format: (value: number) => string;
  was?: string | undefined;
  tone?: 'error' | 'warning' | undefined;
  children?: ComponentChildren;
}

function Tile({ title, tip, figure, href, now, before, worse, kind, samples, format, was, tone, children }: TileProps) {
  const shown = <span class={tone ? `tile-figure is-${tone}` : 'tile-figure'}>{figure}</span>;
  return (
    <div class="tile">
      <dt data-tip={tip}>{title}</dt>
      <dd class="number">
        {href ? <a href={href}>{shown}</a> : shown} <Change now={now} before={before} worse={worse} {...(kind ? { kind } : {})} samples={samples} format={format} was={was} />
        {children && <span class="caption">{children}</span>}
      </dd>
    </div>
  );
}

/** What stands in for vitals where the application draws no web pages: mini-programs, apps. */
export function AppTotals({ now, before, scope, isPage = false, ofRelease = false }: { now: Counts; before: Counts | null; scope: RumScope; /** Of one page, where every session has few views. */ isPage?: boolean; /** Before is another release. */ ofRelease?: boolean }) {
  const words = t.rum.totals;
  const slow = share(now.slow_requests, now.requests);
  const stutter = share(now.long_task_ns, now.views);
  const bounces = share(now.bounce_sessions, now.sessions);
  const of = (pick: (counts: Counts) => number) => samplesOf(now, before, pick);
  return (
    <dl class="tiles app-tiles panel">
      <Tile title={words.slow} tip={words.slow_tip} href={now.slow_requests > 0 ? overviewLink(scope, 'requests', { sort: '-p75' }) : undefined} figure={now.requests ? formatShare(slow) : kMissing} now={slow} before={before ? share(before.slow_requests, before.requests) : null} worse="more" kind="share" samples={of((counts) => counts.requests)} format={formatShare} tone={(slow ?? 0) >= 0.05 ? 'warning' : undefined}>{words.of_requests(formatCount(now.requests))}</Tile>
      <Tile title={words.stutter} tip={words.stutter_tip} href={now.long_tasks > 0 ? sessionsLink(scope, 'long_tasks') : undefined} figure={now.views ? formatDuration(stutter) : kMissing} now={stutter} before={before ? share(before.long_task_ns, before.views) : null} worse="more" samples={of((counts) => counts.views)} format={formatDuration}>{words.times(formatCount(now.long_tasks))}</Tile>
      <Tile title={words.rage} tip={words.rage_tip} href={now.rage_clicks > 0 ? sessionsLink(scope, 'rage') : undefined} figure={formatCount(now.rage_clicks)} worse="more" {...countChange(now, before, (counts) => counts.rage_clicks, ofRelease, (counts) => counts.sessions)} />
      <Tile title={words.crashes} href={now.crashes > 0 ? sessionsLink(scope, 'crash') : undefined} figure={formatCount(now.crashes)} worse="more" {...countChange(now, before, (counts) => counts.crashes, ofRelease, (counts) => counts.sessions)} tone={now.crashes > 0 ? 'error' : undefined} />
      {!isPage && <Tile title={words.bounces} tip={now.bounce_sessions === null ? words.bounces_unknown : words.bounces_tip} figure={formatShare(bounces)} now={bounces} before={before ? share(before.bounce_sessions, before.sessions) : null} worse="more" kind="share" samples={of((counts) => counts.sessions)} format={formatShare} />}
    </dl>
  );
}

/** An application with fewer failures than this is not told to have any trouble. */
export const kErrorShare = 0.01;

export function Totals({ now, before, scope, ofRelease = false }: { now: Counts; before: Counts | null; scope: RumScope; /** Before is another release. */ ofRelease?: boolean }) {
  const words = t.rum.totals;
  const [is, was] = [measuresOf(now), before ? measuresOf(before) : undefined];
  const of = (pick: (counts: Counts) => number) => samplesOf(now, before, pick);
  return (
    <dl class="tiles panel">
      <Tile title={words.users} figure={formatCount(now.users)} worse="neither" {...countChange(now, before, (counts) => counts.users, ofRelease)} />
      <Tile title={words.sessions} href={sessionsLink(scope)} figure={formatCount(now.sessions)} worse="neither" {...countChange(now, before, (counts) => counts.sessions, ofRelease)} />
      <Tile title={words.views} figure={formatCount(now.views)} worse="neither" {...countChange(now, before, (counts) => counts.views, ofRelease)}>{now.sessions > 0 && words.per_session(formatCount(now.views / now.sessions))}</Tile>
      <Tile title={words.error_free} tip={words.error_free_tip} href={now.error_sessions > 0 ? sessionsLink(scope, 'errors') : undefined} figure={formatShare(is.errorFree)} now={is.errorSessions} before={was?.errorSessions} was={was ? formatShare(was.errorFree) : undefined} worse="more" kind="share" samples={of((counts) => counts.sessions)} format={formatShare} tone={(is.errorSessions ?? 0) >= 0.05 ? 'error' : undefined} />
      <Tile title={words.apdex} tip={words.apdex_tip} figure={formatApdex(now.apdex)} now={now.apdex} before={before?.apdex} worse="less" samples={of((counts) => counts.requests + counts.views)} format={formatApdex} tone={now.apdex !== null && now.apdex < 0.7 ? 'warning' : undefined} />
      <Tile title={words.failed} tip={words.failed_tip} href={now.failed_requests > 0 ? overviewLink(scope, 'requests', { sort: '-failed' }) : undefined} figure={now.requests ? formatShare(is.failedRequests) : kMissing} now={is.failedRequests} before={was?.failedRequests} worse="more" kind="share" samples={of((counts) => counts.requests)} format={formatShare} tone={(is.failedRequests ?? 0) >= kErrorShare ? 'error' : undefined}>{words.of_requests(formatCount(now.requests))}</Tile>
      <Tile title={words.errors} href={now.errors > 0 ? browserErrorsLink(scope) : undefined} figure={formatCount(now.errors)} worse="more" {...countChange(now, before, (counts) => counts.errors, ofRelease, (counts) => counts.sessions)} tone={(is.errorSessions ?? 0) >= kErrorShare ? 'error' : undefined}>{words.in_sessions(formatCount(now.error_sessions))}</Tile>
      <Tile title={words.blank} tip={words.blank_tip} href={now.blank_screens > 0 ? sessionsLink(scope, 'blank') : undefined} figure={formatCount(now.blank_screens)} worse="more" {...countChange(now, before, (counts) => counts.blank_screens, ofRelease, (counts) => counts.views)} tone={now.blank_screens > 0 ? 'error' : undefined}>{now.views > 0 && now.blank_screens > 0 && words.of_views(formatShare(is.blank))}</Tile>
    </dl>
  );
}
