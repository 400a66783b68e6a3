// The findings as sentences, each a way to its evidence.
import type { BreakdownRow, RumOverviewAnswer, RumScope } from '../../api/rum_overview';
import { formatCount, formatShare } from '../../format/quantity';
import { fill, t } from '../../i18n/catalogue';
import { browserErrorsLink, overviewLink, pageLink, sessionsLink } from '../../rum/links';
import { formatVital, ratingOf } from '../../rum/rating';
import { Icon } from '../../widget/icon';
import { findingsOf, type Finding } from './findings';
import type { Release } from './release_order';
import { kVersion } from './releases';
import { conditionOf, withCondition } from '../../rum/filter';
import { formatDuration } from '../../format/duration';

const figure = (text: string) => <b class="number">{text}</b>;

function Before({ was, format }: { was: number | null; format: (value: number) => string }) {
  return was !== null ? <span class="third">{t.rum.findings.before(format(was))}</span> : null;
}

function FindingText({ finding }: { finding: Finding }) {
  const words = t.rum.findings;
  switch (finding.kind) {
    case 'failed': return <>{fill(words.failed, { share: figure(formatShare(finding.share)) })}<Before was={finding.before} format={formatShare} /></>;
    case 'errors': return <>{fill(words.errors, { share: figure(formatShare(finding.share)) })}<Before was={finding.before} format={formatShare} /></>;
    case 'blank': return <>{fill(words.blank(finding.count), { count: figure(formatCount(finding.count)) })}<Before was={finding.before} format={formatCount} /></>;
    case 'crash': return <>{fill(words.crash(finding.count), { count: figure(formatCount(finding.count)) })}<Before was={finding.before} format={formatCount} /></>;
    case 'vital': {
      const format = (value: number) => formatVital(finding.name, value);
      return (
        <>
          {fill(finding.rating === 'poor' ? words.vital_poor : words.vital_fair, { name: <b>{t.rum.vital_short[finding.name]}</b>, value: figure(format(finding.p75)), bad: <span class="number">{formatShare(finding.bad)}</span> })}
          <Before was={finding.before} format={format} />
        </>
      );
    }
    case 'page': return <>{fill(words.page, { page: <b translate={false}>{finding.view}</b>, value: figure(formatDuration(finding.lcp)), views: <span class="number">{formatCount(finding.views)}</span> })}</>;
    case 'release': return (
      <>
        {fill(finding.errors && finding.lcp ? words.release_both : finding.errors ? words.release_errors : words.release_lcp, {
          version: <b translate={false}>{finding.version}</b>,
          before: <span translate={false}>{finding.before}</span>,
          now: figure(formatShare(finding.errors?.now)),
          was: <span class="number">{formatShare(finding.errors?.before)}</span>,
          lcp: figure(formatDuration(finding.lcp?.now)),
          lcp_was: <span class="number">{formatDuration(finding.lcp?.before)}</span>,
        })}
      </>
    );
    case 'good': return <>{words.good(finding.names.map((name) => t.rum.vital_short[name]), formatShare(finding.errorFree))}</>;
  }
}

function hrefOf(finding: Finding, scope: RumScope): string {
  switch (finding.kind) {
    case 'failed': return overviewLink(scope, 'requests', { sort: '-failed' });
    case 'errors': return browserErrorsLink(scope);
    case 'blank': return sessionsLink(scope, 'blank');
    case 'crash': return sessionsLink(scope, 'crash');
    case 'vital': return overviewLink(scope, 'pages', { sort: `-${finding.name}` });
    case 'page': return pageLink(finding.view, scope);
    case 'release': return overviewLink({ ...scope, q: withCondition(scope.q, conditionOf(kVersion, finding.version)) });
    case 'good': return overviewLink(scope, 'pages');
  }
}

const toneOf = (finding: Finding): string => (finding.kind === 'good' ? 'good' : finding.kind === 'vital' ? finding.rating : finding.kind === 'page' ? (ratingOf('lcp', finding.lcp) ?? 'fair') : finding.kind === 'release' ? (finding.errors ? 'error' : 'fair') : 'error');
const kIcons = { good: 'good', fair: 'warning', poor: 'poor', error: 'failed' } as const;

export function FindingsLine({ answer, pages, releases, scope }: { answer: RumOverviewAnswer; pages: readonly BreakdownRow[]; releases: readonly Release[]; scope: RumScope }) {
  return (
    <ul class="rum-findings" aria-label={t.rum.findings.label}>
      {findingsOf(answer, pages, releases).map((finding) => {
        const tone = toneOf(finding) as keyof typeof kIcons;
        return (
          <li key={finding.kind === 'vital' ? finding.name : finding.kind}>
            <a class={`rum-finding ${tone}`} href={hrefOf(finding, scope)}><Icon name={kIcons[tone]} /><span><FindingText finding={finding} /></span></a>
          </li>
        );
      })}
    </ul>
  );
}
