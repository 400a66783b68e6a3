// The answer of the overview in a few sentences: what is wrong with an application, errors before slowness, worst first. Pure.
import type { Counts, RumOverviewAnswer, Vital, VitalName } from '../../api/rum_overview';
import { ratingOf, type Rating } from '../../rum/rating';

export type Finding =
  | { kind: 'failed'; share: number; before: number | null }
  | { kind: 'errors'; share: number; before: number | null }
  | { kind: 'blank'; count: number; before: number | null }
  | { kind: 'crash'; count: number; before: number | null }
  | { kind: 'vital'; name: VitalName; rating: Rating; p75: number; bad: number; before: number | null }
  | { kind: 'good'; names: VitalName[]; errorFree: number | null };

const kFailedShare = 0.01;
const kErrorShare = 0.02;
const kJudged: readonly VitalName[] = ['lcp', 'inp', 'cls', 'ttfb', 'fcp'];
/** Fewer views than this say nothing about a vital. */
const kViews = 10;

const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
const before = (counts: Counts | null, pick: (counts: Counts) => number): number | null => (counts ? pick(counts) : null);

function vitalFindings(vitals: readonly Vital[]): Extract<Finding, { kind: 'vital' }>[] {
  const found = vitals.flatMap((vital) => {
    const rating = ratingOf(vital.name, vital.p75, { good: vital.good_max, poor: vital.poor_min });
    if (!kJudged.includes(vital.name) || !rating || rating === 'good' || vital.p75 === null || vital.count < kViews) return [];
    return [{ kind: 'vital' as const, name: vital.name, rating, p75: vital.p75, bad: share(vital.fair + vital.poor, vital.count), before: vital.before_p75 }];
  });
  // The three core vitals first; of the others only what nothing above explains.
  const rank = (name: VitalName) => kJudged.indexOf(name);
  return found.sort((a, b) => Number(b.rating === 'poor') - Number(a.rating === 'poor') || rank(a.name) - rank(b.name));
}

export function findingsOf({ now, before: was, vitals }: Pick<RumOverviewAnswer, 'now' | 'before' | 'vitals'>, most = 4): Finding[] {
  const findings: Finding[] = [];
  if (now.crashes > 0) findings.push({ kind: 'crash', count: now.crashes, before: before(was, (counts) => counts.crashes) });
  const failed = share(now.failed_requests, now.requests);
  if (failed >= kFailedShare) findings.push({ kind: 'failed', share: failed, before: before(was, (counts) => share(counts.failed_requests, counts.requests)) });
  const errors = share(now.error_sessions, now.sessions);
  if (errors >= kErrorShare) findings.push({ kind: 'errors', share: errors, before: before(was, (counts) => share(counts.error_sessions, counts.sessions)) });
  if (now.blank_screens > 0) findings.push({ kind: 'blank', count: now.blank_screens, before: before(was, (counts) => counts.blank_screens) });
  findings.push(...vitalFindings(vitals));
  if (findings.length) return findings.slice(0, most);
  const good = vitals.filter((vital) => kJudged.includes(vital.name) && vital.count > 0).map((vital) => vital.name);
  return [{ kind: 'good', names: good, errorFree: now.sessions > 0 ? 1 - errors : null }];
}
