import { describe, expect, it } from 'vitest';

import { areEnough, factorOf, isWorse } from './comparison';

describe('a change', () => {
  it('needs enough on both sides', () => {
    expect(areEnough([20, 20])).toBe(true);
    expect(areEnough([5000, 19])).toBe(false);
    expect(areEnough([19, 5000])).toBe(false);
    expect(isWorse(4e9, 1e9, 'more', [500, 3])).toBe(false);
    expect(factorOf(4e9, 1e9, [500, 3])).toBeUndefined();
    expect(factorOf(4e9, 1e9, [500, 30])).toBe(4);
    expect(factorOf(4e9, 0, [500, 30])).toBeUndefined();
  });
  it('of a percentile is marked beyond ten per cent, and further where there is less', () => {
    expect(isWorse(1.15, 1, 'more', [400, 400])).toBe(true);
    expect(isWorse(1.09, 1, 'more', [1e6, 1e6])).toBe(false);
    expect(isWorse(1.15, 1, 'more', [1e6, 25])).toBe(false);
    expect(isWorse(1.25, 1, 'more', [1e6, 25])).toBe(true);
    expect(isWorse(0.7, 0.9, 'less', [1e3, 1e3])).toBe(true);
    expect(isWorse(0.7, 0.9, 'more', [1e3, 1e3])).toBe(false);
  });
  it('of a share is marked where chance would not make it', () => {
    expect(isWorse(2 / 30, 1 / 30, 'more', [30, 30], 'share')).toBe(false);
    expect(isWorse(200 / 3000, 100 / 3000, 'more', [3000, 3000], 'share')).toBe(true);
    expect(isWorse(1 / 500, 0, 'more', [500, 500], 'share')).toBe(false);
    expect(isWorse(10 / 500, 0, 'more', [500, 500], 'share')).toBe(true);
  });
  it('of a rate likewise, be it above one', () => {
    expect(isWorse(9 / 5083, 0, 'more', [5083, 400], 'rate')).toBe(false);
    expect(isWorse(90 / 5083, 0, 'more', [5083, 400], 'rate')).toBe(true);
    expect(isWorse(3, 1.2, 'more', [400, 400], 'rate')).toBe(true);
    expect(isWorse(1.5, 1.2, 'more', [22, 21], 'rate')).toBe(false);
  });
  it('of a count likewise', () => {
    expect(isWorse(2, 1, 'more', undefined, 'count')).toBe(false);
    expect(isWorse(1, 0, 'more', undefined, 'count')).toBe(false);
    expect(isWorse(200, 100, 'more', undefined, 'count')).toBe(true);
    expect(isWorse(200, 100, 'neither', undefined, 'count')).toBe(false);
  });
});
