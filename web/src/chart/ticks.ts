// Places and words of axis marks: round steps of time in the shown zone, decades of durations.
import { zonePreference } from '../app/preferences';
import { formatInstant } from '../format/instant';

const kSteps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 2 * 60e3, 5 * 60e3, 10 * 60e3, 15 * 60e3, 30 * 60e3,
  36e5, 2 * 36e5, 3 * 36e5, 6 * 36e5, 12 * 36e5, 864e5, 2 * 864e5, 7 * 864e5, 30 * 864e5,
];

/** Round instants in [start, end], at most `count` of them; milliseconds. */
export function timeTicks(start: number, end: number, count: number): { step: number; ticks: number[] } {
  const wanted = (end - start) / Math.max(1, count);
  const step = kSteps.find((each) => each >= wanted) ?? Math.ceil(wanted / 864e5) * 864e5;
  // Steps of hours and days are round in the shown zone, not in UTC.
  const shift = zonePreference.get() === 'utc' ? 0 : new Date(start).getTimezoneOffset() * 60e3;
  const ticks: number[] = [];
  for (let at = Math.ceil((start - shift) / step) * step + shift; at <= end; at += step) ticks.push(at);
  return { step, ticks };
}

export function tickName(at: number, step: number): string {
  return formatInstant(at, step < 1e3 ? 'ms' : step < 60e3 ? 'second' : 'minute', at).trim();
}
/** With the date where the step is of days. */
export function tickNameDated(at: number, step: number, now: number): string {
  if (step < 864e5) return tickName(at, step);
  return formatInstant(at, 'minute', now).split(' ')[0] ?? '';
}

/** 1, 10, 100 …, with 3 between where there are few; for a log axis of durations in ns. */
export function decadeTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  const decades = Math.log10(high / Math.max(low, 1));
  for (let exponent = Math.floor(Math.log10(Math.max(low, 1))); exponent <= 13; exponent++) {
    for (const factor of decades > 3 ? [1] : [1, 3]) {
      const value = factor * 10 ** exponent;
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  return ticks;
}
