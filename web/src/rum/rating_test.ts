import { describe, expect, it } from 'vitest';

import { formatVital, ratingOf } from './rating';

describe('vitals', () => {
  it('are judged at their thresholds', () => {
    expect(ratingOf('lcp', 2.5e9)).toBe('good');
    expect(ratingOf('lcp', 2.51e9)).toBe('fair');
    expect(ratingOf('lcp', 4.01e9)).toBe('poor');
    expect(ratingOf('cls', 0.1)).toBe('good');
    expect(ratingOf('cls', 0.3)).toBe('poor');
    expect(ratingOf('inp', null)).toBeUndefined();
    expect(ratingOf('inp', 0)).toBe('good');
  });
  it('are written with their unit, the layout shift without', () => {
    expect(formatVital('lcp', 2.41e9)).toBe('2.41\u2009s');
    expect(formatVital('cls', 0.0412)).toBe('0.041');
    expect(formatVital('cls', null)).toBe('–');
    expect(formatVital('cls', 0)).toBe('0');
  });
});
