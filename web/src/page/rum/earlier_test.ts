import { describe, expect, it } from 'vitest';

import { coverage, laidOver, shiftOf } from './earlier';

const steps = (start: number, count: number, step = 60_000) => ({ steps: { start_ns: String(BigInt(start) * 1_000_000n), step_ns: step * 1e6, count } });
const views = (values: number[]) => ({ ...steps(0, values.length), series: { views: values, sessions: [], users: [], errors: [], requests: [], failed_requests: [], lcp_p75: [], inp_p75: [], cls_p75: [], ttfb_p75: [], request_p75: [] } });

describe('the period before', () => {
  it('is as long as the range, a day or a week before it; a release is no time', () => {
    const span = { start: 7_200_000, end: 10_800_000 };
    expect(shiftOf('previous', span)).toBe(3_600_000);
    expect(shiftOf('day', span)).toBe(86_400_000);
    expect(shiftOf('week', span)).toBe(604_800_000);
    expect(shiftOf('release', span)).toBeUndefined();
    expect(shiftOf('none', span)).toBeUndefined();
  });
  it('lies over the steps of now, though its own begin elsewhere', () => {
    const now = steps(3_600_000, 4);
    expect(laidOver([1, 2, 3, 4], steps(0, 4), now, 3_600_000)).toEqual([1, 2, 3, 4]);
    // Its first step began a minute earlier than now's does.
    expect(laidOver([9, 1, 2, 3], steps(-60_000, 4), now, 3_600_000)).toEqual([1, 2, 3, null]);
    expect(laidOver([1, null, 3], steps(60_000, 3), now, 3_600_000)).toEqual([null, 1, null, 3]);
  });
  it('is covered as far as anything was reported', () => {
    expect(coverage(views([0, 0, 0, 5]), views([1, 2, 3, 4]))).toBe(0.25);
    expect(coverage(views([1, 1, 1, 5]), views([1, 2, 0, 4]))).toBeCloseTo(4 / 3);
  });
});
