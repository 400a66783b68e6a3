// Sessions of users as the server tells them. Every text here may come from a stranger's browser: shown as text, never as more.
import type { Attribute } from '../trace/model/attributes';
import { ask, nanoseconds, type AskOptions } from './client';

export type Trouble = 'error' | 'failed' | 'slow' | 'lcp' | 'rage' | 'blank';
export type StripKind = 'view' | 'action' | 'request' | 'error' | 'slow' | 'long_task' | 'rage';

export interface WorstSpan {
  service: string;
  operation: string;
  statement: string | null;
  self_ns: number;
  span_id: string;
}
export interface Worst {
  kind: Trouble;
  text: string;
  event_id: string | null;
  at_ns: string;
  duration_ns: number | null;
  status_code: number | string | null;
  trace_id: string | null;
  span: WorstSpan | null;
}
export interface StripMark {
  at: number;
  to: number;
  kind: StripKind;
}

export interface SessionRow {
  session_id: string;
  app: string;
  app_name: string;
  service: string;
  app_type: string;
  user_id: string;
  user_name: string | null;
  start_ns: string;
  end_ns: string;
  duration_ns: number;
  is_live: boolean;
  entry_view: string;
  exit_view: string;
  version: string | null;
  environment: string | null;
  browser: string | null;
  browser_version: string | null;
  os: string | null;
  os_version: string | null;
  device_type: string | null;
  device_model: string | null;
  country: string | null;
  province: string | null;
  city: string | null;
  isp: string | null;
  network: string | null;
  client_address: string | null;
  views: number;
  actions: number;
  requests: number;
  failed_requests: number;
  slow_requests: number;
  resources: number;
  errors: number;
  long_tasks: number;
  rage_clicks: number;
  blank_screens: number;
  crashes: number;
  traces: number;
  lcp_p75_ns: number | null;
  inp_max_ns: number | null;
  cls_max: number | null;
  pain: number;
  worst: Worst | null;
  strip: StripMark[];
}

export interface SessionsAnswer {
  sessions: SessionRow[];
  session_count: number;
  total_count: number;
  next_cursor: string | null;
  exact: boolean;
}

export const kHas = ['errors', 'failed', 'slow', 'rage', 'blank', 'long_tasks', 'crash'] as const;
export type Has = (typeof kHas)[number];
export const kSessionSorts = ['worst', 'newest', 'longest', 'errors'] as const;
export type SessionSort = (typeof kSessionSorts)[number];

export interface SessionsQuestion {
  app?: string | undefined;
  q?: string | undefined;
  has?: readonly Has[] | undefined;
  user?: string | undefined;
  text?: string | undefined;
  sort?: SessionSort | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

export function askSessions(question: SessionsQuestion, span: { start: number; end: number }, options: AskOptions<SessionsAnswer> = {}): Promise<SessionsAnswer> {
  return ask<SessionsAnswer>('/rum/sessions', { ...question, start: nanoseconds(span.start), end: nanoseconds(span.end) }, options);
}

/** Parts of a load, none within another; what no part explains is queueing. */
export interface Phases {
  queue_ns?: number | null;
  redirect_ns?: number | null;
  dns_ns?: number | null;
  connect_ns?: number | null;
  tls_ns?: number | null;
  request_ns?: number | null;
  response_ns?: number | null;
  dom_ns?: number | null;
  load_ns?: number | null;
}
export interface ViewVitals {
  lcp_ns?: number | null;
  inp_ns?: number | null;
  cls?: number | null;
  fcp_ns?: number | null;
  ttfb_ns?: number | null;
  fid_ns?: number | null;
  load_ns?: number | null;
}

export interface SessionView {
  view_id: string;
  name: string;
  url: string | null;
  start_ns: string;
  end_ns: string;
  loading_type: string | null;
  referrer: string | null;
  vitals: ViewVitals | null;
  phases: Phases | null;
  errors: number;
  requests: number;
}

export const kRequestStates = ['found', 'not_sampled', 'header_not_sent', 'cors_blocked', 'backend_silent', 'tracing_off', 'pending'] as const;
export type RequestState = (typeof kRequestStates)[number];

export interface TimeSplit {
  browser_ns: number | null;
  network_ns: number | null;
  backend_ns: number | null;
}
export interface EventTrace {
  trace_id: string | null;
  state: RequestState;
  reason: string | null;
  span_id: string | null;
  backend: { service: string; operation: string; start_ns: string; duration_ns: number; span_count: number; error_count: number; services: string[]; span?: WorstSpan | null } | null;
  sample_rate: number | null;
  headers: string[] | null;
  time: TimeSplit | null;
  clock_offset_ns: number | null;
}

export interface SourceLine {
  line: number;
  text: string;
}
export interface StackFrame {
  function: string | null;
  file: string | null;
  line: number | null;
  column: number | null;
  in_app: boolean;
  source?: { file: string; line: number; column: number | null; function: string | null; context: SourceLine[] | null } | null;
}
export interface EventError {
  type: string;
  message: string;
  stack: string | null;
  source: string | null;
  file: string | null;
  line: number | null;
  column: number | null;
  group_id: string | null;
  frames: StackFrame[] | null;
  source_map: 'applied' | 'missing' | 'wrong_version' | 'none';
}

export type EventKind = 'view' | 'action' | 'request' | 'resource' | 'error' | 'long_task' | 'vitals' | 'perf' | 'custom' | 'application';

export interface SessionEvent {
  event_id: string;
  at_ns: string;
  end_ns: string | null;
  kind: EventKind;
  type: string | null;
  name: string;
  view_id: string | null;
  view_name: string | null;
  times: number;
  url: string | null;
  method: string | null;
  status_code: number | string | null;
  message: string | null;
  success: number | null;
  duration_ns: number | null;
  phases: Phases | null;
  size: number | null;
  transfer_size: number | null;
  rage: boolean;
  caused_by: string | null;
  trace: EventTrace | null;
  error: EventError | null;
  vitals: ViewVitals | null;
  snapshots: string | null;
  clock_offset_ms: number | null;
}

export interface OtherSession {
  session_id: string;
  start_ns: string;
  pain: number;
  duration_ns: number;
  errors: number;
}
export interface SessionDetail {
  session: SessionRow;
  views: SessionView[];
  events: SessionEvent[];
  event_count: number;
  left_out: number;
  other_sessions_of_user: OtherSession[];
}

export function askSession(id: string, options: AskOptions<SessionDetail> = {}): Promise<SessionDetail> {
  return ask<SessionDetail>(`/rum/sessions/${encodeURIComponent(id)}`, {}, options);
}

export interface EventAnswer {
  event: SessionEvent;
  attributes: Attribute[];
  resource: Attribute[];
}
export function askEvent(session: string, event: string, options: AskOptions<EventAnswer> = {}): Promise<EventAnswer> {
  return ask<EventAnswer>(`/rum/sessions/${encodeURIComponent(session)}/events/${encodeURIComponent(event)}`, {}, { signal: options.signal });
}

export interface OfTrace {
  found: boolean;
  session_id: string | null;
  user_id: string | null;
  user_name: string | null;
  app: string | null;
  app_name: string | null;
  view_id: string | null;
  view_name: string | null;
  event_id: string | null;
  event_name: string | null;
  duration_ns: number | null;
  state: RequestState | null;
  session_start_ns: string | null;
  via?: 'event' | 'span' | 'tracestate' | null;
  hint?: 'no_rum' | 'no_rum_for_this_trace' | null;
}
export function askOfTrace(traceId: string, options: AskOptions<OfTrace> = {}): Promise<OfTrace> {
  return ask<OfTrace>(`/rum/of-trace/${encodeURIComponent(traceId)}`, {}, { signal: options.signal });
}
