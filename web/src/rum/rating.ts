// Vitals and their judgement: thresholds as web.dev publishes them, the same as the server counts by.
import type { VitalName } from '../api/rum_overview';
import { formatDuration } from '../format/duration';
import { kMissing, threeDigits } from '../format/quantity';

export type Rating = 'good' | 'fair' | 'poor';

/** Up to `good` is good, over `poor` is poor; nanoseconds, the layout shift as a score. */
export const kThresholds: Record<VitalName, { good: number; poor: number }> = {
  lcp: { good: 2.5e9, poor: 4e9 },
  inp: { good: 200e6, poor: 500e6 },
  cls: { good: 0.1, poor: 0.25 },
  fcp: { good: 1.8e9, poor: 3e9 },
  ttfb: { good: 0.8e9, poor: 1.8e9 },
  fid: { good: 100e6, poor: 300e6 },
  load: { good: 3e9, poor: 6e9 },
};

/** The judgement of a value; undefined where there is none. */
export function ratingOf(name: VitalName, value: number | null | undefined, limits: { good: number; poor: number } = kThresholds[name]): Rating | undefined {
  if (value === null || value === undefined || !Number.isFinite(value)) return undefined;
  return value <= limits.good ? 'good' : value <= limits.poor ? 'fair' : 'poor';
}

export function formatVital(name: VitalName, value: number | null | undefined): string {
  if (name !== 'cls') return formatDuration(value);
  return typeof value === 'number' && Number.isFinite(value) ? threeDigits(Math.round(value * 1000) / 1000) : kMissing;
}
