// Services at a glance and one service in detail, as docs/reference/api.md has them.
import type { Span } from '../app/range';
import { learnColours } from '../app/service_colours';
import { ask, nanoseconds, type AskOptions } from './client';
import type { RangeAnswer } from './answers';

export type Baseline = 'previous' | 'day' | 'week' | 'none';
export const kBaselines: readonly Baseline[] = ['previous', 'day', 'week', 'none'];
export type Health = 'unwell' | 'attention' | 'healthy' | 'silent';

export interface Claim {
  code: string;
  service?: string;
  operation?: string;
  callee?: string;
  callee_type?: string;
  share?: number;
  error_share?: number;
  per_request?: number;
  p99_ns?: number;
  baseline_p99_ns?: number;
  since_ns?: string;
  /** TraceQL that finds the evidence. */
  q: string;
}
export interface Numbers {
  error_count: number;
  rate: number;
  error_share: number;
  p50_ns?: number;
  p95_ns?: number;
  p99_ns?: number;
}
export interface ServiceRow extends Numbers {
  service: string;
  color: number;
  namespace?: string;
  language?: string;
  sdk?: string;
  versions: string[];
  type: string;
  basis: string;
  health: Health;
  impact: number;
  span_count: number;
  request_count: number;
  apdex?: number;
  total_ns: number;
  last_seen_ns: string;
  callers: string[];
  caller_count: number;
  callees: { name: string; type: string; virtual: boolean }[];
  callee_count: number;
  series: { request_counts: number[]; error_counts: number[]; p50_ns: (number | null)[]; p99_ns: (number | null)[] };
  baseline?: Numbers & { request_count: number; apdex?: number };
  p99_change?: number;
  rate_change?: number;
  error_share_change?: number;
  why?: Claim;
}
export interface OverviewAnswer {
  series_start_ns: string;
  step_ns: number;
  apdex_threshold_ns: number;
  services: ServiceRow[];
  unwell_count: number;
  attention_count: number;
  healthy_count: number;
  silent_count: number;
  baseline_range?: RangeAnswer;
  range: RangeAnswer;
}

const rangeOf = (span: Span) => ({ start: nanoseconds(span.start), end: nanoseconds(span.end) });

export async function askOverview(span: Span, baseline: Baseline, options: AskOptions<OverviewAnswer>): Promise<OverviewAnswer> {
  const answer = await ask<OverviewAnswer>('/services-overview', { ...rangeOf(span), points: 60, baseline }, { signal: options.signal });
  learnColours(answer.services.map((row) => [row.service, row.color]));
  return answer;
}

export interface Quantiles {
  p50_ns: number;
  p95_ns: number;
  p99_ns: number;
}
export type NodeType = 'service' | 'database' | 'cache' | 'messaging' | 'external' | 'browser';
export interface CallRow {
  name: string;
  type: string;
  virtual: boolean;
  node_type: NodeType;
  color?: number;
  call_count: number;
  error_count: number;
  rate: number;
  error_share: number;
  caller?: Quantiles;
  callee?: Quantiles;
  share: number;
}
export interface OperationRow extends Numbers {
  operation: string;
  kind: string;
  is_entry: boolean;
  count: number;
  total_ns: number;
  total_share: number;
  baseline_p99_ns?: number;
  baseline_count?: number;
}
export interface TimeShare {
  name: string;
  type: string;
  virtual: boolean;
  is_own: boolean;
  total_ns: number;
  share: number;
}
export interface ServiceDetailAnswer {
  service: string;
  color: number;
  namespace?: string;
  language?: string;
  sdk?: string;
  type: string;
  basis: string;
  health: Health;
  why?: Claim;
  versions: { version: string; first_seen_ns: string; last_seen_ns: string; span_count: number; is_new: boolean }[];
  operations: OperationRow[];
  operation_count: number;
  upstream: CallRow[];
  downstream: CallRow[];
  time_goes_to: TimeShare[];
  time_total_ns: number;
  time_overlaps: boolean;
  range: RangeAnswer;
}
export interface InstanceRow extends Numbers {
  instance: string;
  host?: string;
  version?: string;
  count: number;
  is_slow: boolean;
  last_seen_ns: string;
}
export interface InstancesAnswer {
  instances: InstanceRow[];
  instance_count: number;
}
export interface StatementRow {
  statement: string;
  operation: string;
  count: number;
  error_count: number;
  p50_ns: number;
  p99_ns: number;
  max_ns: number;
  total_ns: number;
  per_request: number;
  slowest_trace_id: string;
  slowest_span_id: string;
}
export interface CallPanel extends Numbers {
  type: NodeType;
  system?: string;
  peer: string;
  call_count: number;
  total_ns: number;
  statements: StatementRow[];
  statement_count: number;
}
export interface ServiceCallsAnswer {
  panels: CallPanel[];
}

export async function askServiceDetail(service: string, span: Span, baseline: Baseline, signal: AbortSignal | undefined): Promise<ServiceDetailAnswer> {
  const answer = await ask<ServiceDetailAnswer>('/service-detail', { service, ...rangeOf(span), baseline }, { signal });
  learnColours([...answer.upstream, ...answer.downstream].flatMap((each) => (each.color === undefined ? [] : [[each.name, each.color] as const])));
  learnColours([[answer.service, answer.color]]);
  return answer;
}
export const askInstances = (service: string, span: Span, options: AskOptions<InstancesAnswer>) =>
  ask<InstancesAnswer>('/service-instances', { service, ...rangeOf(span) }, options);
export const askServiceCalls = (service: string, span: Span, options: AskOptions<ServiceCallsAnswer>) =>
  ask<ServiceCallsAnswer>('/service-calls', { service, ...rangeOf(span), limit: 10 }, options);
