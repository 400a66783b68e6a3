// The answer of the overview in a few sentences: what is wrong with an application, errors before slowness, worst first. Pure.
import type { BreakdownRow, Counts, RumOverviewAnswer, Vital, VitalName } from '../../api/rum_overview';
import { isWorse, kLeastSamples, type FigureKind } from '../../rum/comparison';
import { kThresholds, ratingOf, type Rating } from '../../rum/rating';
import type { Release } from './release_order';

/** `before` is told only where it is news: it got clearly worse. */
export type Finding =
  | { kind: 'failed'; share: number; before: number | null }
  | { kind: 'errors'; share: number; before: number | null }
  | { kind: 'blank'; count: number; before: number | null }
  | { kind: 'crash'; count: number; before: number | null }
  | { kind: 'vital'; name: VitalName; rating: Rating; p75: number; bad: number; before: number | null }
  | { kind: 'page'; view: string; lcp: number; views: number }
  | { kind: 'release'; version: string; before: string; errors?: { now: number; before: number }; lcp?: { now: number; before: number } }
  | { kind: 'good'; names: VitalName[]; errorFree: number | null };

const kFailedShare = 0.01;
const kErrorShare = 0.02;
const kJudged: readonly VitalName[] = ['lcp', 'inp', 'cls', 'ttfb', 'fcp'];

const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
const news = (now: Counts, was: Counts | null, kind: FigureKind, figure: (counts: Counts) => number, samples?: (counts: Counts) => number): number | null =>
  was && isWorse(figure(now), figure(was), 'more', samples && [samples(now), samples(was)], kind) ? figure(was) : null;

function vitalFindings(vitals: readonly Vital[]): Extract<Finding, { kind: 'vital' }>[] {
  const found = vitals.flatMap((vital) => {
    const rating = ratingOf(vital.name, vital.p75, { good: vital.good_max, poor: vital.poor_min });
    if (!kJudged.includes(vital.name) || !rating || rating === 'good' || vital.p75 === null || vital.count < kLeastSamples) return [];
    return [{ kind: 'vital' as const, name: vital.name, rating, p75: vital.p75, bad: share(vital.fair + vital.poor, vital.count), before: isWorse(vital.p75, vital.before_p75, 'more', [vital.count, vital.before_count]) ? vital.before_p75 : null }];
  });
  // The three core vitals first; of the others only what nothing above explains.
  const rank = (name: VitalName) => kJudged.indexOf(name);
  return found.sort((a, b) => Number(b.rating === 'poor') - Number(a.rating === 'poor') || rank(a.name) - rank(b.name));
}

/** Fewer views or sessions than this make a comparison a matter of luck. */
const kComparable = 30;

/** Where less of the former time than this was reported at all, it is the first day of an application and not a worse one. */
const kCovered = 0.5;

/** The answer without comparisons that a handful of visits would make, or a former time that was hardly reported. */
export function comparable<T extends Pick<RumOverviewAnswer, 'before' | 'vitals'>>(answer: T, covered = 1): T {
  if (covered >= kCovered && answer.before && answer.before.sessions >= kComparable) return answer;
  return { ...answer, before: null, vitals: answer.vitals.map((vital) => ({ ...vital, before_p75: null, before_count: 0 })) };
}

/** The newest release is clearly worse than the one before it. */
export function releaseFinding(releases: readonly Release[]): Extract<Finding, { kind: 'release' }> | undefined {
  const [newest, former] = releases;
  const [now, was] = [newest?.row, newest?.before];
  if (!newest || !former || !now || !was || now.sessions < kComparable || was.sessions < kComparable) return undefined;
  const errors = { now: share(now.error_sessions, now.sessions), before: share(was.error_sessions, was.sessions) };
  const lcp = now.lcp_p75 !== null && was.lcp_p75 !== null && now.lcp_count >= kComparable && was.lcp_count >= kComparable ? { now: now.lcp_p75, before: was.lcp_p75 } : undefined;
  const worseErrors = errors.now >= kErrorShare && errors.now > 1.5 * errors.before && isWorse(errors.now, errors.before, 'more', [now.sessions, was.sessions], 'share');
  const worseLcp = lcp !== undefined && lcp.now > 1.25 * lcp.before && lcp.now > 1e9;
  if (!worseErrors && !worseLcp) return undefined;
  return { kind: 'release', version: newest.version.version, before: former.version.version, ...(worseErrors ? { errors } : {}), ...(worseLcp && lcp ? { lcp } : {}) };
}

/** The page that most users find slow, where the application as a whole does not tell. */
function pageFinding(pages: readonly BreakdownRow[]): Extract<Finding, { kind: 'page' }> | undefined {
  const slow = pages.filter((row) => row.value !== '' && row.lcp_count >= kLeastSamples && (row.lcp_p75 ?? 0) > kThresholds.lcp.good);
  const [worst] = slow.sort((a, b) => (b.lcp_p75 ?? 0) - (a.lcp_p75 ?? 0));
  return worst ? { kind: 'page', view: worst.value, lcp: worst.lcp_p75 ?? 0, views: worst.lcp_count } : undefined;
}

export function findingsOf({ now, before: was, vitals, baseline }: Pick<RumOverviewAnswer, 'now' | 'before' | 'vitals'> & Partial<Pick<RumOverviewAnswer, 'baseline'>>, pages: readonly BreakdownRow[] = [], releases: readonly Release[] = [], most = 4): Finding[] {
  const findings: Finding[] = [];
  // Counts of another release say nothing: it was in use by more or fewer.
  const counted = baseline?.kind === 'release' ? null : was;
  if (now.crashes > 0) findings.push({ kind: 'crash', count: now.crashes, before: news(now, counted, 'count', (counts) => counts.crashes) });
  const failed = share(now.failed_requests, now.requests);
  if (failed >= kFailedShare) findings.push({ kind: 'failed', share: failed, before: news(now, was, 'share', (counts) => share(counts.failed_requests, counts.requests), (counts) => counts.requests) });
  const errors = share(now.error_sessions, now.sessions);
  if (errors >= kErrorShare) findings.push({ kind: 'errors', share: errors, before: news(now, was, 'share', (counts) => share(counts.error_sessions, counts.sessions), (counts) => counts.sessions) });
  if (now.blank_screens > 0) findings.push({ kind: 'blank', count: now.blank_screens, before: news(now, counted, 'count', (counts) => counts.blank_screens) });
  const release = releaseFinding(releases);
  if (release) findings.push(release);
  const page = pageFinding(pages);
  if (page) findings.push(page);
  findings.push(...vitalFindings(vitals));
  if (findings.length) return findings.slice(0, most);
  if (now.sessions + now.views + now.requests === 0) return [];
  const good = vitals.filter((vital) => kJudged.includes(vital.name) && vital.count > 0).map((vital) => vital.name);
  return [{ kind: 'good', names: good, errorFree: now.sessions > 0 ? 1 - errors : null }];
}
