import { describe, expect, it } from 'vitest';

import { isWorse } from './comparison';
import { binsOf } from './histogram';
import { phaseBars } from './phases';
import { partsOf } from './time_bar';
import { measuresOf } from './totals';

describe('parts of the pages about users', () => {
  it('mark what got clearly worse, not what moved a little', () => {
    expect(isWorse(12, 10, 'more')).toBe(true);
    expect(isWorse(10.5, 10, 'more')).toBe(false);
    expect(isWorse(8, 10, 'less')).toBe(true);
    expect(isWorse(3, 0, 'more')).toBe(true);
    expect(isWorse(30, 10, 'neither')).toBe(false);
    expect(isWorse(30, null, 'more')).toBe(false);
  });
  it('lay phases one after the other, leaving out those nobody told', () => {
    const bars = phaseBars({ dns_ns: 5, connect_ns: null, tls_ns: 0, request_ns: 20, response_ns: 10, dom_ns: null, load_ns: 4, count: 3 });
    expect(bars.map((bar) => [bar.name, bar.start, bar.ns])).toEqual([['dns', 0, 5], ['tls', 5, 0], ['request', 5, 20], ['response', 25, 10], ['load', 35, 4]]);
  });
  it('cut a histogram to where there is something', () => {
    expect(binsOf([1, 2, 4, 8], [0, 0, 3, 0, 1])).toEqual([{ from: 2, to: 4, count: 3 }, { from: 4, to: 8, count: 0 }, { from: 8, to: Infinity, count: 1 }]);
    expect(binsOf([1, 2], [5, 0, 0])).toEqual([{ from: 0, to: 1, count: 5 }]);
    expect(binsOf([], [])).toEqual([]);
  });
  it('never draw a part of less than nothing', () => {
    expect(partsOf({ browser_ns: -5, network_ns: 3, backend_ns: 9 }).map((part) => part.ns)).toEqual([9, 3, 0]);
  });
  it('have no shares of nothing', () => {
    const none = { users: 0, sessions: 0, views: 0, actions: 0, requests: 0, failed_requests: 0, slow_requests: 0, resources: 0, errors: 0, error_sessions: 0, long_tasks: 0, long_task_ns: 0, blank_screens: 0, rage_clicks: 0, crashes: 0, apdex: null, bounce_sessions: 0 };
    expect(measuresOf(none)).toEqual({ errorFree: null, failedRequests: null, errorSessions: null, blank: null });
    expect(measuresOf({ ...none, sessions: 10, error_sessions: 1, requests: 4, failed_requests: 1 })).toMatchObject({ errorFree: 0.9, failedRequests: 0.25 });
  });
});
