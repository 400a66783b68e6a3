import { describe, expect, it } from 'vitest';

import { countArea, heatLevel, heatMax, usedRows, type HeatData } from './heat_data';
import { sparkPath } from './spark';
import { decadeTicks, timeTicks } from './ticks';

const data: HeatData = { start: 1000, stepMs: 100, bounds: [1, 10, 100, 1000, 10_000], counts: [[0, 1, 0, 0], [0, 5, 50, 0]], errors: [[0, 0, 0, 0], [0, 0, 2, 0]] };

describe('heat map', () => {
  it('has seven colours by the logarithm, the fullest cell being the strongest', () => {
    expect(heatMax(data)).toBe(50);
    expect([0, 1, 7, 50].map((count) => heatLevel(count, 50))).toEqual([0, 1, 4, 7]);
    for (let count = 1; count < 1000; count++) expect(heatLevel(count, 1000)).toBeGreaterThanOrEqual(heatLevel(count - 1, 1000));
    expect(heatLevel(1, 1)).toBeGreaterThan(0);
  });
  it('shows the rows that hold something', () => {
    expect(usedRows(data, 2)).toEqual({ first: 0, last: 3 });
    expect(usedRows({ ...data, counts: [[0, 0, 0, 0]] })).toEqual({ first: 0, last: 3 });
  });
  it('sums up an area', () => {
    expect(countArea(data, { start: 0, end: 2000, min: undefined, max: undefined })).toEqual({ count: 56, errors: 2 });
    expect(countArea(data, { start: 1100, end: 1200, min: 100, max: undefined })).toEqual({ count: 50, errors: 2 });
    expect(countArea(data, { start: 0, end: 2000, min: undefined, max: 100 })).toEqual({ count: 6, errors: 0 });
  });
});

describe('axes', () => {
  it('have round marks, not more than asked', () => {
    const { step, ticks } = timeTicks(0, 36e5, 8);
    expect(step).toBe(10 * 60e3);
    expect(ticks.every((tick) => tick % step === 0)).toBe(true);
    expect(ticks.length).toBeLessThanOrEqual(8);
    expect(decadeTicks(90_000, 2e9)).toEqual([1e5, 1e6, 1e7, 1e8, 1e9]);
    expect(decadeTicks(2e6, 5e7)).toEqual([3e6, 1e7, 3e7]);
  });
});

describe('sparkline', () => {
  it('leaves gaps open', () => {
    expect(sparkPath([0, 1, null, 1, 1], 40, 10, 1)).toBe('M0.0 9.0L10.0 1.0M30.0 1.0L40.0 1.0');
    expect(sparkPath([null, 1, null], 40, 10, 1)).toBe('M20.0 1.0h.8');
  });
});
