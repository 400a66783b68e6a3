import { describe, expect, it } from 'vitest';

import { formatDuration, formatDurationMark, parseDuration, queryDuration } from './duration';
import { formatBytes, formatChange, formatCount, formatRate, formatShare, threeDigits } from './quantity';
import { middleCut } from './shorten';

/** A thin space is written as _ here. */
const plain = (text: string) => text.replaceAll('\u2009', '_');

describe('quantities', () => {
  it('have three significant digits', () => {
    expect([0, 0.00123456, 0.1, 0.9996, 1, 1.234, 9.999, 10, 99.94, 99.96, 123.4, 999.4].map(threeDigits)).toEqual(
      ['0', '0.00123', '0.1', '1.00', '1.00', '1.23', '10.0', '10.0', '99.9', '100', '123', '999']);
    expect(threeDigits(-4.5)).toBe('−4.50');
  });
  it('count', () => {
    expect([0, 7, 1204, 9999, 12_400, 999_499, 1_310_000, 2.5e9, undefined, NaN].map((n) => plain(formatCount(n)))).toEqual(
      ['0', '7', '1,204', '9,999', '12.4_k', '999_k', '1.31_M', '2.50_G', '–', '–']);
  });
  it('are rates, shares, changes, bytes', () => {
    expect([0, 212, 1, 0.07, 0.0001, null].map((n) => plain(formatRate(n)))).toEqual(['0', '212_/s', '1.00_/s', '4.20_/min', '<_0.01_/min', '–']);
    expect([0, 0.041, 1, 0.00005, 0.123456].map((n) => plain(formatShare(n)))).toEqual(['0', '4.10_%', '100_%', '<_0.01_%', '12.3_%']);
    expect([[1, 1], [1.5, 1], [0.97, 1], [12, 1], [4.1, 1], [1, 0], [1, undefined]].map(([now, before]) => plain(formatChange(now, before)))).toEqual(
      ['±0', '+50.0_%', '−3.00_%', '×12.0', '+310_%', '–', '–']);
    expect([0, 1023, 1240, 1_268_000, 5e12].map((n) => plain(formatBytes(n)))).toEqual(['0_B', '1023_B', '1.21_KiB', '1.21_MiB', '4.55_TiB']);
  });
});

describe('durations', () => {
  it('change their unit with their size', () => {
    expect([0, 0.4, 812, 999, 4210, 999_600, 812e6, 999.7e6, 2.41e9, 59.9e9, 72e9, 11_100e9, 3 * 864e11, undefined].map((n) => plain(formatDuration(n)))).toEqual(
      ['0', '<_1_ns', '812_ns', '999_ns', '4.21_µs', '1.00_ms', '812_ms', '1.00_s', '2.41_s', '59.9_s', '1_min 12_s', '3_h 05_min', '3.00_d', '–']);
    expect(plain(formatDuration(-12e6))).toBe('−12.0_ms');
    expect([1e9, 3e8, 1e5].map((n) => plain(formatDurationMark(n)))).toEqual(['1_s', '300_ms', '100_µs']);
  });
  it('never say more than they know: every size has a text of at most nine characters', () => {
    for (let ns = 1; ns < 59e9; ns = Math.ceil(ns * 1.37)) expect(formatDuration(ns), String(ns)).toMatch(/^\d+(\.\d+)?\u2009(ns|µs|ms|s)$/);
  });
  it('are read and written as TraceQL does', () => {
    expect(['500ms', '1.5s', '1h30m', '90us', '7', '', '5x'].map(parseDuration)).toEqual([500e6, 1.5e9, 5400e9, 90e3, undefined, undefined, undefined]);
    for (const ns of [1, 999, 1500, 2_345_678, 500e6, 1.5e9, 61e9]) expect(parseDuration(queryDuration(ns)), String(ns)).toBe(ns);
  });
});

describe('names', () => {
  it('are cut in the middle', () => {
    expect(middleCut('POST /api/order/confirm', 11)).toBe('POST …nfirm');
    expect(middleCut('short', 11)).toBe('short');
  });
});
