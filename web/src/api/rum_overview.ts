// What users' browsers report, by application: /rum/apps, /rum/overview, /rum/breakdown, /rum/page, /rum/requests, /rum/resources.
import type { Span } from '../app/range';
import { ask, nanoseconds, type AskOptions, type Parameters } from './client';
import type { QueryStats } from './answers';

export type VitalName = 'lcp' | 'inp' | 'cls' | 'fcp' | 'ttfb' | 'fid' | 'load';
/** Durations in nanoseconds; the layout shift is a score without unit. */
export interface Vital {
  name: VitalName;
  unit: 'ns' | 'score';
  p50: number | null;
  p75: number | null;
  p95: number | null;
  /** Views that have it. */
  count: number;
  good: number;
  fair: number;
  poor: number;
  good_max: number;
  poor_min: number;
  before_p75: number | null;
  before_count: number;
}
export interface Counts {
  users: number;
  sessions: number;
  views: number;
  actions: number;
  requests: number;
  failed_requests: number;
  slow_requests: number;
  resources: number;
  errors: number;
  error_sessions: number;
  long_tasks: number;
  long_task_ns: number;
  blank_screens: number;
  rage_clicks: number;
  crashes: number;
  apdex: number | null;
  /** Null with a filter and of one page, which hide a session’s other views. */
  bounce_sessions: number | null;
}
export interface RumApp {
  id: string;
  name: string;
  type: string;
  service: string;
  versions: string[];
  environments: string[];
  sessions: number;
  users: number;
  views: number;
  errors: number;
  last_ns: string;
}
export interface AppsAnswer {
  apps: RumApp[];
  stats: QueryStats;
}

export type RumBaseline = 'previous' | 'day' | 'week' | 'release' | 'none';
export const kRumBaselines: readonly RumBaseline[] = ['previous', 'day', 'week', 'release', 'none'];

/** 75th percentiles of the parts of a page load; null where no browser told. */
export interface Phases {
  dns_ns: number | null;
  connect_ns: number | null;
  tls_ns: number | null;
  request_ns: number | null;
  response_ns: number | null;
  dom_ns: number | null;
  load_ns: number | null;
  count: number;
}
type Gaps = (number | null)[];
export interface RumSeries {
  views: number[];
  sessions: number[];
  users: number[];
  errors: number[];
  requests: number[];
  failed_requests: number[];
  lcp_p75: Gaps;
  inp_p75: Gaps;
  cls_p75: Gaps;
  ttfb_p75: Gaps;
  request_p75: Gaps;
}
export interface RumVersion {
  version: string;
  first_ns: string;
  last_ns: string;
  sessions: number;
}
export interface RumOverviewAnswer {
  now: Counts;
  before: Counts | null;
  baseline: { kind: RumBaseline; start_ns: string | null; end_ns: string | null; version: string | null; before_version: string | null };
  vitals: Vital[];
  steps: { start_ns: string; step_ns: number; count: number };
  series: RumSeries;
  phases: Phases | null;
  versions: RumVersion[];
  stats: QueryStats;
  exact: boolean;
}

export type BreakdownSort = 'views' | 'sessions' | 'errors' | 'lcp' | 'inp' | 'cls' | 'load' | 'request' | 'fail';
export interface BreakdownRow {
  /** Empty: not known. */
  value: string;
  views: number;
  sessions: number;
  users: number;
  errors: number;
  error_sessions: number;
  requests: number;
  failed_requests: number;
  exits: number;
  lcp_p75: number | null;
  inp_p75: number | null;
  cls_p75: number | null;
  fcp_p75: number | null;
  ttfb_p75: number | null;
  load_p75: number | null;
  request_p75: number | null;
  apdex: number | null;
  poor_views: number;
  lcp_count: number;
  before_lcp_p75: number | null;
  before_lcp_count: number;
  before_errors: number | null;
  /** The filter that is this row. */
  q: string;
}
export interface BreakdownAnswer {
  by: string;
  rows: BreakdownRow[];
  value_count: number;
  stats: QueryStats;
  exact: boolean;
}

/** Means over the sampled requests that have a trace of the backend. */
export interface TimeParts {
  sampled: number;
  browser_ns: number;
  network_ns: number;
  backend_ns: number;
}
export interface RequestRow {
  method: string;
  /** Path with its ids taken out. */
  name: string;
  host: string;
  type: string;
  count: number;
  failed: number;
  p50_ns: number | null;
  p75_ns: number | null;
  p95_ns: number | null;
  p99_ns: number | null;
  max_ns: number | null;
  total_ns: number;
  transfer_bytes_p75: number | null;
  traced: number;
  not_traced: number;
  status: { code: string; count: number }[];
  time: TimeParts | null;
  sample: { session_id: string; event_id: string; trace_id: string | null; duration_ns: number } | null;
  pages: { view: string; count: number }[];
  before_p75_ns: number | null;
  before_count: number;
  q: string;
}
export type RequestSort = 'total' | 'count' | 'p75' | 'failed' | 'slowest';
export interface RequestsAnswer {
  rows: RequestRow[];
  row_count: number;
  stats: QueryStats;
  exact: boolean;
}
export interface ResourcePhases {
  redirect_ns: number | null;
  dns_ns: number | null;
  connect_ns: number | null;
  tls_ns: number | null;
  wait_ns: number | null;
  download_ns: number | null;
}
export interface ResourceRow {
  type: string;
  name: string;
  host: string;
  third_party: boolean;
  count: number;
  failed: number;
  p50_ns: number | null;
  p75_ns: number | null;
  p95_ns: number | null;
  total_ns: number;
  transfer_bytes_p75: number | null;
  decoded_bytes_p75: number | null;
  cached: number;
  phases: ResourcePhases;
  protocol: string | null;
  render_blocking: number;
  sample: { session_id: string; event_id: string } | null;
  q: string;
}
export type ResourceSort = 'total' | 'count' | 'p75' | 'bytes' | 'failed';
export interface ResourcesAnswer {
  rows: ResourceRow[];
  row_count: number;
  stats: QueryStats;
  exact: boolean;
}

export interface Suspect {
  service: string;
  operation: string;
  statement: string | null;
  kind: string;
  /** Of the backend's time over the sampled traces. */
  share: number;
  total_ns: number;
  calls_per_trace: number;
  trace_id: string;
  span_id: string;
  sample_session_id: string;
  sample_event_id: string;
}
export interface WorstSpan {
  service: string;
  operation: string;
  statement: string | null;
  self_ns: number;
  span_id: string;
}
export interface SlowView {
  view_id: string;
  session_id: string;
  user_id: string;
  start_ns: string;
  lcp_ns: number | null;
  load_ns: number | null;
  slowest_request: { name: string; method: string; duration_ns: number; trace_id: string | null; event_id: string; status_code: string | number | null } | null;
  browser: string;
  device: string;
  country: string;
  version: string;
  worst_span: WorstSpan | null;
}
export interface PageErrorRow {
  group_id: string;
  type: string;
  message: string;
  count: number;
  sessions: number;
}
export interface RumPageAnswer {
  view: string;
  counts: Counts;
  vitals: Vital[];
  phases: Phases | null;
  histogram: { metric: 'lcp' | 'load'; bounds_ns: number[]; counts: number[] } | null;
  time: { sampled_views: number; backend_ns: number; network_ns: number; browser_ns: number; total_ns: number } | null;
  suspects: Suspect[];
  slow_views: SlowView[];
  requests: RequestRow[];
  resources: ResourceRow[];
  errors: PageErrorRow[];
  stats: QueryStats;
  exact: boolean;
}

/** What every question about RUM is asked of: one application or all, those events that match. */
export interface RumScope {
  /** Empty: all applications. */
  app: string;
  q: string;
  span: Span;
}
export const scopeKey = ({ app, q, span }: RumScope): string => `${app} ${q} ${span.start} ${span.end}`;
export const scopeParameters = ({ app, q, span }: RumScope): Parameters => ({ app, q, start: nanoseconds(span.start), end: nanoseconds(span.end) });

export const askRumApps = (span: Span, options: AskOptions<AppsAnswer>) => ask<AppsAnswer>('/rum/apps', { start: nanoseconds(span.start), end: nanoseconds(span.end) }, options);
export const askRumOverview = (scope: RumScope, baseline: RumBaseline, points: number, options: AskOptions<RumOverviewAnswer>) =>
  ask<RumOverviewAnswer>('/rum/overview', { ...scopeParameters(scope), baseline, points }, options);
export const askBreakdown = (scope: RumScope, by: string, sort: BreakdownSort, limit: number, baseline: 'none' | 'previous', options: AskOptions<BreakdownAnswer>) =>
  ask<BreakdownAnswer>('/rum/breakdown', { ...scopeParameters(scope), by, sort, limit, baseline }, options);
export const askRequests = (scope: RumScope, sort: RequestSort, limit: number, baseline: 'none' | 'previous', options: AskOptions<RequestsAnswer>) =>
  ask<RequestsAnswer>('/rum/requests', { ...scopeParameters(scope), sort, limit, baseline }, options);
export const askResources = (scope: RumScope, sort: ResourceSort, type: string, limit: number, options: AskOptions<ResourcesAnswer>) =>
  ask<ResourcesAnswer>('/rum/resources', { ...scopeParameters(scope), sort, type, limit }, options);
export async function askRumPage(scope: RumScope, view: string, options: AskOptions<RumPageAnswer>): Promise<RumPageAnswer> {
  return ask<RumPageAnswer>('/rum/page', { ...scopeParameters(scope), view }, options);
}
