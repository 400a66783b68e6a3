// How spans lie over time and duration: /timeline, /heatmap, /series, as the charts want them.
import type { Span } from '../app/range';
import type { HeatData } from '../chart/heat_data';
import { fromNanoseconds } from '../format/instant';
import { ask, nanoseconds, type AskOptions } from './client';
import type { Baseline, Numbers } from './overview';

type Source = 'rollups' | 'scan';
type Gaps = (number | null)[];

export interface TimelineAnswer {
  series_start_ns: string;
  step_ns: number;
  span_counts: number[];
  error_counts: number[];
  trace_counts?: number[];
  span_count: number;
  error_count: number;
  source: Source;
  exact: boolean;
}
export interface HeatmapAnswer {
  series_start_ns: string;
  step_ns: number;
  row_bounds_ns: number[];
  counts: number[][];
  error_counts: number[][];
  p50_ns: Gaps;
  p99_ns: Gaps;
  span_count: number;
  error_count: number;
  source: Source;
  exact: boolean;
}
interface Lines {
  counts: number[];
  error_counts: number[];
  p50_ns: Gaps;
  p90_ns: Gaps;
  p95_ns: Gaps;
  p99_ns: Gaps;
  total: Numbers & { count: number; p90_ns?: number };
}
export interface SeriesAnswer extends Lines {
  series_start_ns: string;
  step_ns: number;
  point_count: number;
  basis: string;
  incomplete_last: boolean;
  baseline?: Lines & { offset_ns: number };
  source: Source;
}

const rangeOf = (span: Span) => ({ start: nanoseconds(span.start), end: nanoseconds(span.end) });

export const askTimeline = (q: string, span: Span, points: number, options: AskOptions<TimelineAnswer>) =>
  ask<TimelineAnswer>('/timeline', { q, points, ...rangeOf(span) }, options);

export const askHeatmap = (q: string, span: Span, columns: number, rows: number, options: AskOptions<HeatmapAnswer>) =>
  ask<HeatmapAnswer>('/heatmap', { q, columns, rows, ...rangeOf(span) }, options);

export interface SeriesFilter {
  service?: string;
  operation?: string | undefined;
  kind?: string | undefined;
}
export const askSeries = (filter: SeriesFilter, span: Span, points: number, baseline: Baseline, signal: AbortSignal | undefined) =>
  ask<SeriesAnswer>('/series', { service: filter.service, operation: filter.operation, kind: filter.kind, points, baseline, ...rangeOf(span) }, { signal });

export function heatOf(answer: HeatmapAnswer): HeatData {
  return { start: fromNanoseconds(answer.series_start_ns), stepMs: answer.step_ns / 1e6, bounds: answer.row_bounds_ns, counts: answer.counts, errors: answer.error_counts };
}

/** Milliseconds of the steps. */
export function timesOf(answer: { series_start_ns: string; step_ns: number }, count: number): number[] {
  const start = fromNanoseconds(answer.series_start_ns);
  return Array.from({ length: count }, (_, index) => start + (index * answer.step_ns) / 1e6);
}
