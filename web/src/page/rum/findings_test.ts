import { describe, expect, it } from 'vitest';

import type { BreakdownRow, Counts, Vital } from '../../api/rum_overview';
import { kThresholds } from '../../rum/rating';
import { comparable, findingsOf, releaseFinding } from './findings';

const counts = (some: Partial<Counts> = {}): Counts => ({
  users: 80, sessions: 100, views: 400, actions: 900, requests: 2000, failed_requests: 0, slow_requests: 0, resources: 5000, errors: 0, error_sessions: 0, long_tasks: 0, long_task_ns: 0,
  blank_screens: 0, rage_clicks: 0, crashes: 0, apdex: 0.97, bounce_sessions: 10, ...some,
});
const vital = (name: Vital['name'], p75: number | null, some: Partial<Vital> = {}): Vital => ({
  name, unit: name === 'cls' ? 'score' : 'ns', p50: null, p75, p95: null, count: p75 === null ? 0 : 400, good: 300, fair: 60, poor: 40, good_max: kThresholds[name].good, poor_min: kThresholds[name].poor, before_p75: null, before_count: 0, ...some,
});

describe('findings of the overview', () => {
  it('are one good word where nothing is wrong', () => {
    expect(findingsOf({ now: counts(), before: null, vitals: [vital('lcp', 2e9), vital('cls', 0.02), vital('inp', null)] })).toEqual([{ kind: 'good', names: ['lcp', 'cls'], errorFree: 1 }]);
  });
  it('name errors before slowness, poor before fair', () => {
    const found = findingsOf({ now: counts({ failed_requests: 100, error_sessions: 9 }), before: counts({ failed_requests: 20 }), vitals: [vital('lcp', 3e9), vital('inp', 600e6)] });
    expect(found.map((each) => (each.kind === 'vital' ? each.name : each.kind))).toEqual(['failed', 'errors', 'inp', 'lcp']);
    expect(found[0]).toEqual({ kind: 'failed', share: 0.05, before: 0.01 });
    expect(found[3]).toMatchObject({ rating: 'fair', bad: 0.25 });
  });
  it('leave out what a handful of views says, and small shares', () => {
    expect(findingsOf({ now: counts({ failed_requests: 10, error_sessions: 1 }), before: null, vitals: [vital('lcp', 9e9, { count: 4 })] }).map((each) => each.kind)).toEqual(['good']);
  });
  it('do not compare the counts of releases, which were in use by more or fewer', () => {
    const answer = { now: counts({ blank_screens: 40 }), before: counts({ blank_screens: 2 }), vitals: [] };
    const baseline = { kind: 'release' as const, start_ns: null, end_ns: null, version: '1.1', before_version: '1.0' };
    expect(findingsOf(answer)).toEqual([{ kind: 'blank', count: 40, before: 2 }]);
    expect(findingsOf({ ...answer, baseline })).toEqual([{ kind: 'blank', count: 40, before: null }]);
  });
  it('are none where nothing was sent', () => {
    expect(findingsOf({ now: counts({ sessions: 0, views: 0, requests: 0 }), before: null, vitals: [] })).toEqual([]);
  });
  it('are at most four', () => {
    expect(findingsOf({ now: counts({ crashes: 1, failed_requests: 100, error_sessions: 50, blank_screens: 3 }), before: null, vitals: [vital('lcp', 9e9), vital('inp', 9e9)] })).toHaveLength(4);
  });
  const row = (value: string, some: Partial<BreakdownRow>): BreakdownRow => ({
    value, views: 100, sessions: 100, users: 90, errors: 0, error_sessions: 0, requests: 100, failed_requests: 0, exits: 0, lcp_p75: 1e9, inp_p75: null, cls_p75: null, fcp_p75: null, ttfb_p75: null, load_p75: null,
    request_p75: null, apdex: null, poor_views: 0, lcp_count: 100, before_lcp_p75: null, before_lcp_count: 0, before_errors: null, q: '', ...some,
  });
  const version = (name: string) => ({ version: name, first_ns: '0', last_ns: '0', sessions: 100 });
  it('name the slowest page that enough users saw', () => {
    const found = findingsOf({ now: counts(), before: null, vitals: [] }, [row('/few', { views: 3, lcp_count: 3, lcp_p75: 20e9 }), row('/checkout', { lcp_p75: 4.1e9 }), row('/home', { lcp_p75: 2e9 })]);
    expect(found).toEqual([{ kind: 'page', view: '/checkout', lcp: 4.1e9, views: 100 }]);
  });
  it('name a release that is worse than the one before', () => {
    const before = row('1.0', { error_sessions: 4, lcp_p75: 1.1e9 });
    const now = row('1.1', { error_sessions: 20, lcp_p75: 1.2e9 });
    expect(releaseFinding([{ version: version('1.1'), row: now, before }, { version: version('1.0'), row: before, before: undefined }])).toEqual({ kind: 'release', version: '1.1', before: '1.0', errors: { now: 0.2, before: 0.04 } });
    expect(releaseFinding([{ version: version('1.1'), row: { ...now, error_sessions: 5 }, before }, { version: version('1.0'), row: before, before: undefined }])).toBeUndefined();
    expect(releaseFinding([{ version: version('1.1'), row: { ...now, sessions: 10 }, before }, { version: version('1.0'), row: before, before: undefined }])).toBeUndefined();
    expect(releaseFinding([])).toBeUndefined();
  });
  it('compare with nothing that a handful of visits says', () => {
    const told = { before: counts({ views: 6, sessions: 4 }), vitals: [vital('lcp', 1e9, { before_p75: 5e8 })] };
    expect(comparable(told)).toMatchObject({ before: null, vitals: [{ before_p75: null }] });
    expect(comparable({ ...told, before: counts() })).toEqual({ ...told, before: counts() });
  });
});

describe('a former time', () => {
  it('that was reported for a part of it only is not compared with', () => {
    const answer = { before: counts({ sessions: 80 }), vitals: [vital('lcp', 1e9, { before_p75: 2e9 })] };
    expect(comparable(answer, 0.9)).toBe(answer);
    expect(comparable(answer, 0.2).before).toBeNull();
    expect(comparable(answer, 0.2).vitals[0]?.before_p75).toBeNull();
  });
});
