import { describe, expect, it } from 'vitest';

import { clockTicks, merged, TimeScale } from './time_scale';

const s = 1e9;

describe('the axis of a session', () => {
  it('is linear without gaps', () => {
    const scale = TimeScale.folded(0, 10 * s, [[0, 10 * s]]);
    expect(scale.breaks).toEqual([]);
    expect(scale.x(5 * s)).toBeCloseTo(0.5);
    expect(scale.time(0.25)).toBeCloseTo(2.5 * s, -3);
    expect(scale.x(12 * s)).toBeGreaterThan(1);
    expect(scale.x(-1 * s)).toBeLessThan(0);
  });
  it('folds idle time and gives all other time one scale', () => {
    const scale = TimeScale.folded(0, 600 * s, [[0, 20 * s], [300 * s, 310 * s], [590 * s, 600 * s]]);
    expect(scale.breaks).toHaveLength(2);
    const first = scale.x(11 * s) - scale.x(10 * s);
    const second = scale.x(306 * s) - scale.x(305 * s);
    expect(second).toBeCloseTo(first, 9);
    expect(scale.x(600 * s)).toBeCloseTo(1);
    expect(first).toBeGreaterThan(1 / 100);
    for (const time of [0, 7 * s, 301 * s, 599 * s]) expect(scale.time(scale.x(time))).toBeCloseTo(time, -3);
    // Times only rise from left to right.
    let before = -1;
    for (let time = 0; time <= 600 * s; time += s) expect(scale.x(time)).toBeGreaterThanOrEqual(before), (before = scale.x(time));
  });
  it('agrees with a plain axis around a time', () => {
    const scale = TimeScale.folded(0, 600 * s, [[0, 20 * s], [300 * s, 310 * s]]);
    const [from, to] = scale.linearAround(305 * s);
    for (const time of [302 * s, 305 * s, 308.5 * s]) expect((time - from) / (to - from)).toBeCloseTo(scale.x(time), 9);
  });
  it('folds the longest gaps only, when there are many', () => {
    const busy = Array.from({ length: 60 }, (_, index) => [index * 100 * s, index * 100 * s + s] as const);
    const scale = TimeScale.folded(0, 400 * s, busy);
    expect(scale.breaks.length).toBeGreaterThan(2);
    expect(TimeScale.folded(0, 6000 * s, busy).breaks.length).toBeLessThanOrEqual(16);
  });
  it('joins what overlaps', () => {
    expect(merged([[5, 6], [0, 2], [1, 3]])).toEqual([[0, 3], [5, 6]]);
  });
  it('has ticks on round times, none too near another', () => {
    const start = Date.UTC(2026, 0, 1, 12, 0, 0, 300);
    const ticks = clockTicks(TimeScale.linear(0, 60 * s), start, 0, 600);
    expect(ticks.length).toBeGreaterThan(3);
    expect(ticks.every(({ ms }) => ms % 10_000 === 0)).toBe(true);
    expect(ticks[0]!.precision).toBe('second');
    const close = clockTicks(TimeScale.linear(0, 0.01 * s), start, 0, 600);
    expect(close.every(({ precision }) => precision === 'ms')).toBe(true);
  });
});
