// Answers of the native API as docs/reference/api.md has them. Times are texts of nanoseconds, durations numbers of nanoseconds.
export type TypedValue = {
  stringValue?: string;
  intValue?: string;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values: TypedValue[] };
  kvlistValue?: { values: { key: string; value: TypedValue }[] };
  bytesValue?: string;
};
export interface RangeAnswer {
  start_ns: string;
  end_ns: string;
}
export interface QueryStats {
  rows_total: number;
  rows_scanned: number;
  blocks_total: number;
  blocks_pruned: number;
  elapsed_ns: number;
}
export interface ServicesAnswer {
  services: { name: string; span_count: number; error_count: number }[];
  range: RangeAnswer;
}
export interface OperationsAnswer {
  operations: { name: string; kind: string; span_count: number }[];
  range: RangeAnswer;
}
export interface RedPoint {
  time_ns: string;
  count: number;
  error_count: number;
  quantiles_ns: number[];
}
export interface RedAnswer {
  step_ns: number;
  quantiles: number[];
  series: { service: string; operation?: string; points: RedPoint[] }[];
  range: RangeAnswer;
}
export interface Dependency {
  parent: string;
  child: string;
  type: string;
  child_virtual: boolean;
  call_count: number;
  error_count: number;
  caller_quantiles_ns: number[];
  callee_quantiles_ns: number[];
}
export interface DependenciesAnswer {
  quantiles: number[];
  dependencies: Dependency[];
  range: RangeAnswer;
}
export interface MatchedSpan {
  span_id: string;
  parent_span_id?: string;
  service: string;
  name: string;
  kind: string;
  status: string;
  start_time_ns: string;
  duration_ns: number;
  attributes: { key: string; value: TypedValue }[];
}
export interface TraceSummary {
  trace_id: string;
  root_service: string;
  root_name: string;
  root_missing: boolean;
  start_time_ns: string;
  duration_ns: number;
  span_count: number;
  error_count: number;
  services: { name: string; span_count: number; error_count: number }[];
  matched_count: number;
  spans: MatchedSpan[];
}
export interface SearchAnswer {
  traces: TraceSummary[];
  next_cursor?: string;
  range: RangeAnswer;
  stats: QueryStats;
}
export interface AggregateAnswer {
  by: string[];
  quantiles: number[];
  groups: { key: TypedValue[]; count: number; error_count: number; quantiles_ns: number[] }[];
  group_count: number;
  exact: boolean;
  range: RangeAnswer;
  stats: QueryStats;
}
export interface TagsAnswer {
  tags: { scope: string; name: string; type: string; span_count: number }[];
  range: RangeAnswer;
}
export interface TagValuesAnswer {
  values: { value: TypedValue; span_count: number }[];
  range: RangeAnswer;
}
export interface StatusAnswer {
  version: string;
  revision: string;
  compiler: string;
  started_at_ns: string;
  now_ns: string;
  span_count: number;
  block_count: number;
  queries_running: number;
  queries_max: number;
}

/** A typed value as plain text. */
export function textOfValue(value: TypedValue): string {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.intValue !== undefined) return String(value.intValue);
  if (value.doubleValue !== undefined) return String(value.doubleValue);
  if (value.boolValue !== undefined) return String(value.boolValue);
  if (value.bytesValue !== undefined) return value.bytesValue;
  if (value.arrayValue) return `[${(value.arrayValue.values ?? []).map(textOfValue).join(', ')}]`;
  if (value.kvlistValue) return `{${(value.kvlistValue.values ?? []).map((pair) => `${pair.key}: ${textOfValue(pair.value)}`).join(', ')}}`;
  return '';
}
