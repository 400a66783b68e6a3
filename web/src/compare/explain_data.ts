// Answers of /compare and /trace-diff, and how to ask for them.
import { ask, type AskOptions } from '../api/client';
import type { QueryStats, RangeAnswer, TypedValue } from '../api/answers';

export interface ComparedValue {
  value: TypedValue;
  /** Bounds of a bin of numbers, whose `value` is empty. */
  low?: number;
  high?: number;
  a_share: number;
  b_share: number;
  a_count: number;
  b_count: number;
}

export interface ComparedAttribute {
  key: string;
  score: number;
  values: ComparedValue[];
  value_count: number;
}

export interface PathSide {
  trace_share: number;
  calls: number;
  p50_ns: number;
  self_ns: number;
}

export type Change = 'added' | 'removed' | 'slower' | 'faster' | 'same';

export interface ComparedPath {
  path: { service: string; operation: string }[];
  depth: number;
  change: Change;
  delta_ns: number;
  a?: PathSide;
  b?: PathSide;
  example_a?: string;
  example_b?: string;
}

export interface CriticalShare {
  service: string;
  operation: string;
  a_share: number;
  b_share: number;
  a_ns: number;
  b_ns: number;
}

export interface CompareSide {
  trace_count: number;
  span_count: number;
  sampled_count: number;
  mean_ns: number;
}

export interface CompareAnswer {
  a: CompareSide;
  b: CompareSide;
  weak: boolean;
  attributes: ComparedAttribute[];
  excluded: { key: string; reason: string }[];
  paths: ComparedPath[];
  critical_path: CriticalShare[];
  exact: boolean;
  sampled_traces?: number;
  range: RangeAnswer;
  stats?: QueryStats;
}

export interface CompareQuestion {
  a: string;
  b: string;
  base: string;
  start: string;
  end: string;
  a_start: string;
  a_end: string;
}

export function loadCompare(question: CompareQuestion, options: AskOptions<CompareAnswer>): Promise<CompareAnswer> {
  return ask<CompareAnswer>('/compare', { ...question }, options);
}

export interface DiffSide {
  count: number;
  total_ns: number;
  self_ns: number;
  row: number;
}

export interface DiffRow {
  depth: number;
  service: string;
  operation: string;
  change: Change;
  a?: DiffSide;
  b?: DiffSide;
  delta_ns: number;
}

export interface DiffAnswer {
  rows: DiffRow[];
}

export function loadDiff(a: string, b: string, options: AskOptions<DiffAnswer>): Promise<DiffAnswer> {
  return ask<DiffAnswer>('/trace-diff', { a, b }, { signal: options.signal });
}

/** A change of time with its sign: +1.5 s, −20 ms. */
export function signed(ns: number, format: (ns: number) => string): string {
  return ns > 0 ? `+${format(ns)}` : format(ns);
}

/** The largest difference of an attribute, for a sentence: the value that is most over-represented in A. */
export function tellingValue(attribute: ComparedAttribute): ComparedValue | undefined {
  return attribute.values.reduce<ComparedValue | undefined>(
    (best, each) => (best === undefined || each.a_share - each.b_share > best.a_share - best.b_share ? each : best),
    undefined,
  );
}

export const kTellingScore = 0.2;
export const kTellingMost = 3;

/** Attributes worth a place in the verdict: different enough, and by a value that A has more often. */
export function tellingAttributes(answer: CompareAnswer): ComparedAttribute[] {
  return answer.attributes
    .filter((attribute) => {
      const value = tellingValue(attribute);
      return attribute.score >= kTellingScore && value !== undefined && value.a_share > value.b_share;
    })
    .slice(0, kTellingMost);
}

/** The path that explains most of the extra time; of a chain with the same difference the innermost. */
export function tellingPath(paths: readonly ComparedPath[]): ComparedPath | undefined {
  return paths.filter((path) => path.delta_ns > 0 && path.change !== 'same').sort((x, y) => y.delta_ns - x.delta_ns || y.depth - x.depth)[0];
}

const kNegligible = 0.01;

/** Differences below a hundredth of the largest are noise. */
export function weighed(rows: readonly DiffRow[]): DiffRow[] {
  const most = rows.reduce((max, row) => Math.max(max, Math.abs(row.delta_ns)), 0);
  return rows.map((row) => (Math.abs(row.delta_ns) < most * kNegligible && row.a && row.b ? { ...row, change: 'same' } : row));
}

/** Rows that differ, with their ancestors. */
export function differing(rows: readonly DiffRow[]): DiffRow[] {
  const kept = new Uint8Array(rows.length);
  let needed = -1;
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at]!;
    if (row.change !== 'same' || row.depth === needed) {
      kept[at] = 1;
      needed = row.depth - 1;
    }
  }
  return rows.filter((_, at) => kept[at] === 1);
}
