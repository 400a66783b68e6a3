import { describe, expect, it } from 'vitest';

import type { Counts, Vital } from '../../api/rum_overview';
import { kThresholds } from '../../rum/rating';
import { findingsOf } from './findings';

const counts = (some: Partial<Counts> = {}): Counts => ({
  users: 80, sessions: 100, views: 400, actions: 900, requests: 2000, failed_requests: 0, slow_requests: 0, resources: 5000, errors: 0, error_sessions: 0, long_tasks: 0, long_task_ns: 0,
  blank_screens: 0, rage_clicks: 0, crashes: 0, apdex: 0.97, bounce_sessions: 10, ...some,
});
const vital = (name: Vital['name'], p75: number | null, some: Partial<Vital> = {}): Vital => ({
  name, unit: name === 'cls' ? 'score' : 'ns', p50: null, p75, p95: null, count: p75 === null ? 0 : 400, good: 300, fair: 60, poor: 40, good_max: kThresholds[name].good, poor_min: kThresholds[name].poor, before_p75: null, ...some,
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
  it('are at most four', () => {
    expect(findingsOf({ now: counts({ crashes: 1, failed_requests: 100, error_sessions: 50, blank_screens: 3 }), before: null, vitals: [vital('lcp', 9e9), vital('inp', 9e9)] })).toHaveLength(4);
  });
});
