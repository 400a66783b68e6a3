// Services at a glance: what /services-overview says. From a server that does not have it yet, the same from /services, /red and
// /dependencies, without baseline, Apdex and language.
import { ApiError, ask, nanoseconds, type AskOptions } from './client';
import type { Dependency, DependenciesAnswer, RedAnswer, ServicesAnswer } from './answers';
import type { Span } from '../app/range';

export interface Claim {
  code: string;
  callee?: string;
  operation?: string;
  statement?: string;
  share?: number;
  factor?: number;
  per_request?: number;
  since_ns?: string;
  p99_ns?: number;
  /** TraceQL of the traces that show it. */
  q?: string;
  trace_id?: string;
}
export interface Figures {
  rate: number;
  error_share: number;
  p50_ns: number | null;
  p95_ns: number | null;
  p99_ns: number | null;
}
export interface ServiceRow extends Figures {
  service: string;
  colour?: number;
  language?: string;
  sdk?: string;
  is_browser?: boolean;
  span_count: number;
  request_count: number;
  error_count: number;
  apdex?: number | null;
  last_seen_ns?: string;
  callers: number;
  callees: number;
  series: { rate: (number | null)[]; errors: (number | null)[]; p99_ns: (number | null)[] };
  baseline: Figures | null;
  health: 'unwell' | 'healthy' | 'silent';
  why: Claim | null;
}
export interface OverviewAnswer {
  step_ns: number;
  services: ServiceRow[];
}
export type Baseline = 'previous' | 'day' | 'none';

const kErrorShareUnwell = 0.01;
const kRowCalls = 8;

/** What the rollups alone tell about one service, most telling first. */
export function claimOf(row: ServiceRow, dependencies: readonly Dependency[]): Claim | null {
  const calls = dependencies.filter((each) => each.parent === row.service && each.call_count > 0);
  const failing = calls.filter((each) => each.error_count / each.call_count > kErrorShareUnwell).sort((a, b) => b.error_count - a.error_count)[0];
  if (row.error_share > kErrorShareUnwell && failing && failing.error_count >= row.error_count * 0.3) {
    return { code: 'failing_callee', callee: failing.child, share: failing.error_count / failing.call_count };
  }
  if (row.error_share > kErrorShareUnwell) return { code: 'own_errors', share: row.error_share };
  const many = calls.filter((each) => ['db', 'cache'].includes(each.type) && each.call_count / Math.max(1, row.request_count) >= kRowCalls)
    .sort((a, b) => b.call_count - a.call_count)[0];
  if (many) return { code: 'n_plus_one', callee: many.child, per_request: many.call_count / row.request_count };
  const slowest = calls.filter((each) => each.type !== 'messaging').sort((a, b) => (b.caller_quantiles_ns[0] ?? 0) * b.call_count - (a.caller_quantiles_ns[0] ?? 0) * a.call_count)[0];
  if (slowest && row.p50_ns) {
    const share = ((slowest.caller_quantiles_ns[0] ?? 0) * slowest.call_count) / (row.p50_ns * Math.max(1, row.request_count));
    if (share > 0.5 && row.p50_ns > 100e6) return { code: 'slow_callee', callee: slowest.child, share: Math.min(1, share) };
  }
  return null;
}

async function fromRollups(span: Span, options: AskOptions<OverviewAnswer>): Promise<OverviewAnswer> {
  const range = { start: nanoseconds(span.start), end: nanoseconds(span.end) };
  const signal = { signal: options.signal };
  const [{ services }, { dependencies }] = await Promise.all([
    ask<ServicesAnswer>('/services', range, signal),
    ask<DependenciesAnswer>('/dependencies', range, signal),
  ]);
  const minutes = Math.max(1, Math.ceil((span.end - span.start) / 60e3));
  const step = `${Math.max(1, Math.ceil(minutes / 60))}m`;
  let stepNs = 60e9;
  const rows = await Promise.all(
    services.map(async ({ name, span_count }): Promise<ServiceRow> => {
      const kinds = await Promise.all(['server', 'consumer'].map((kind) => ask<RedAnswer>('/red', { service: name, kind, step, ...range }, signal)));
      const whole = await Promise.all(['server', 'consumer'].map((kind) => ask<RedAnswer>('/red', { service: name, kind, step: `${minutes + 2}m`, ...range }, signal)));
      const count = (answer: RedAnswer) => answer.series[0]?.points.reduce((sum, point) => sum + point.count, 0) ?? 0;
      const main = count(whole[0] as RedAnswer) >= count(whole[1] as RedAnswer) ? 0 : 1;
      const points = kinds[main]?.series[0]?.points ?? [];
      stepNs = kinds[main]?.step_ns ?? stepNs;
      const largest = [...(whole[main]?.series[0]?.points ?? [])].sort((a, b) => b.count - a.count)[0];
      const requests = points.reduce((sum, point) => sum + point.count, 0);
      const errors = points.reduce((sum, point) => sum + point.error_count, 0);
      const row: ServiceRow = {
        service: name, span_count, request_count: requests, error_count: errors,
        rate: requests / ((span.end - span.start) / 1e3), error_share: requests ? errors / requests : 0,
        p50_ns: requests ? (largest?.quantiles_ns[0] ?? null) : null, p95_ns: requests ? (largest?.quantiles_ns[1] ?? null) : null,
        p99_ns: requests ? (largest?.quantiles_ns[2] ?? null) : null,
        callers: new Set(dependencies.filter((each) => each.child === name).map((each) => each.parent)).size,
        callees: new Set(dependencies.filter((each) => each.parent === name).map((each) => each.child)).size,
        series: {
          rate: points.map((point) => point.count / (stepNs / 1e9)),
          errors: points.map((point) => point.error_count),
          p99_ns: points.map((point) => (point.count ? (point.quantiles_ns[2] ?? null) : null)),
        },
        baseline: null, health: 'healthy', why: null,
      };
      row.why = claimOf(row, dependencies);
      row.health = row.why ? 'unwell' : 'healthy';
      return row;
    }),
  );
  return { step_ns: stepNs, services: rows };
}

let isMissing = false;

export async function askOverview(span: Span, baseline: Baseline, options: AskOptions<OverviewAnswer>): Promise<OverviewAnswer> {
  if (!isMissing) {
    try {
      return await ask<OverviewAnswer>('/services-overview', { start: nanoseconds(span.start), end: nanoseconds(span.end), points: 60, baseline }, options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      isMissing = true;
    }
  }
  return fromRollups(span, options);
}
