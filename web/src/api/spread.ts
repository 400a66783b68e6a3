// How spans lie over time and duration: /timeline, /heatmap, /series, as the charts want them.
import type { HeatData } from '../chart/heat_data';
import { fromNanoseconds } from '../format/instant';
import { ask, nanoseconds, type AskOptions } from './client';
import type { RangeAnswer } from './answers';
import type { Span } from '../app/range';

export interface TimelineAnswer {
  start_ns: string;
  step_ns: number;
  counts: number[];
  traces?: number[];
  errors: number[];
  source?: 'rollups' | 'scan';
}
export interface HeatmapAnswer {
  start_ns: string;
  step_ns: number;
  row_bounds_ns: number[];
  counts: number[][];
  errors?: number[][];
  exact?: boolean;
  source?: 'rollups' | 'scan';
}
export interface SeriesAnswer {
  start_ns: string;
  step_ns: number;
  quantiles: number[];
  counts: number[];
  errors: number[];
  quantiles_ns: (number | null)[][];
  range?: RangeAnswer;
}

const rangeOf = (span: Span) => ({ start: nanoseconds(span.start), end: nanoseconds(span.end) });

export const askTimeline = (q: string, span: Span, points: number, options: AskOptions<TimelineAnswer>) =>
  ask<TimelineAnswer>('/timeline', { q, points, ...rangeOf(span) }, options);

export interface SpreadFilter {
  q?: string;
  service?: string;
  operation?: string | undefined;
}
export const askHeatmap = (filter: SpreadFilter, span: Span, columns: number, rows: number, options: AskOptions<HeatmapAnswer>) =>
  ask<HeatmapAnswer>('/heatmap', { ...filter, columns, rows, ...rangeOf(span) }, options);
export const askSeries = (filter: SpreadFilter, span: Span, step: string, options: AskOptions<SeriesAnswer>) =>
  ask<SeriesAnswer>('/series', { ...filter, step, ...rangeOf(span) }, options);

export function heatOf(answer: HeatmapAnswer): HeatData {
  return {
    start: fromNanoseconds(answer.start_ns), stepMs: answer.step_ns / 1e6, bounds: answer.row_bounds_ns, counts: answer.counts,
    ...(answer.errors ? { errors: answer.errors } : {}),
  };
}

/** Milliseconds of the steps. */
export function timesOf(start_ns: string, step_ns: number, count: number): number[] {
  const start = fromNanoseconds(start_ns);
  return Array.from({ length: count }, (_, index) => start + (index * step_ns) / 1e6);
}
