// A trace from the server: its columns, and what is asked about it afterwards.
import { ApiError, ask, askBinary, type AskOptions } from '../api/client';
import { learnColours } from '../app/service_colours';
import type { Attribute } from './model/attributes';
import { decodeColumns, MalformedColumns, type TraceColumns } from './model/columns';

/** Which trace: stored on the server, or one opened from a file, which the server keeps for an hour under a token. */
export interface TraceKey {
  traceId: string;
  open: string;
}

const tracePath = ({ traceId }: TraceKey, rest = '') => `/traces/${encodeURIComponent(traceId)}${rest}`;

export async function loadColumns(key: TraceKey, options: AskOptions<TraceColumns> = {}): Promise<TraceColumns> {
  const body = await askBinary(tracePath(key, '/columns'), { open: key.open }, options.signal);
  try {
    const columns = decodeColumns(body);
    learnColours(columns.facts.services.map((service) => [service.name, service.color] as const));
    return columns;
  } catch (error) {
    if (error instanceof MalformedColumns) throw new ApiError('malformed', error.message);
    throw error;
  }
}

export interface SpanEvent {
  time_ns: string;
  offset_ns: number;
  name: string;
  attributes: Attribute[];
  dropped_attributes_count?: number;
}

export interface SpanDetail {
  trace_id: string;
  span_id: string;
  parent_span_id?: string;
  service: string;
  color: number;
  name: string;
  kind: string;
  status: string;
  status_message?: string;
  start_time_ns: string;
  duration_ns: number;
  trace_state?: string;
  attributes: Attribute[];
  resource: Attribute[];
  scope?: { name?: string; version?: string; attributes?: Attribute[] };
  events: SpanEvent[];
  links: { trace_id: string; span_id: string; trace_state?: string; attributes: Attribute[] }[];
  dropped_attributes_count?: number;
  dropped_events_count?: number;
  dropped_links_count?: number;
  statement?: { text: string; normalised: string; system?: string };
  exception?: { type: string; message: string; stacktrace?: string; escaped?: boolean };
  usual?: { count: number; p50_ns: number; p95_ns: number; p99_ns: number; error_share: number; percentile: number };
}

export function loadSpan(key: TraceKey, spanId: string, service: string, kind: string, options: AskOptions<SpanDetail> = {}): Promise<SpanDetail> {
  return ask<SpanDetail>(tracePath(key, `/spans/${spanId}`), { service, kind, open: key.open }, { signal: options.signal });
}

export interface Finding {
  code: string;
  severity: 'high' | 'medium' | 'low';
  saved_ns?: number;
  span_ids: string[];
  rows: number[];
  span_total: number;
  arguments: FindingArguments;
}

export interface FindingArguments {
  service?: string;
  operation?: string;
  callee?: string;
  statement?: string;
  parent_operation?: string;
  parent_service?: string;
  parent_span_id?: string;
  count?: number;
  total_ns?: number;
  max_ns?: number;
  duration_ns?: number;
  share?: number;
  parallel?: number;
  skew_ns?: number;
  exception_type?: string;
  message?: string;
  attempts?: number;
  missing_span_id?: string;
  /** Of a browser's request. */
  dns_ns?: number;
  connect_ns?: number;
  tls_ns?: number;
  bytes?: number | undefined;
}

export interface FindingsAnswer {
  span_count: number;
  findings: Finding[];
  exact: boolean;
}

export function loadFindings(key: TraceKey, options: AskOptions<FindingsAnswer> = {}): Promise<FindingsAnswer> {
  return ask<FindingsAnswer>(tracePath(key, '/findings'), { open: key.open }, { signal: options.signal });
}

export interface FoundAnswer {
  text: string;
  match_count: number;
  rows: number[];
  exact: boolean;
}

export function findInTrace(key: TraceKey, text: string, signal: AbortSignal): Promise<FoundAnswer> {
  return ask<FoundAnswer>(tracePath(key, '/find'), { text, open: key.open, limit: 10_000 }, { signal });
}

export interface TraceEvent {
  time_ns: string;
  offset_ns: number;
  row: number;
  span_id: string;
  service: string;
  color: number;
  span_name: string;
  name: string;
  kind: 'event' | 'exception' | 'log';
  severity?: string;
  attributes: Attribute[];
}

export interface EventsAnswer {
  events: TraceEvent[];
  event_count: number;
  exact: boolean;
}

export function loadEvents(key: TraceKey, options: AskOptions<EventsAnswer> = {}): Promise<EventsAnswer> {
  return ask<EventsAnswer>(tracePath(key, '/events'), { open: key.open }, { signal: options.signal });
}

export interface OpenedFile {
  open: string;
  expires_at_ns: string;
  format: string;
  traces: { trace_id: string; root_service: string; root_name: string; start_time_ns: string; duration_ns: number; span_count: number; error_count: number }[];
}
