// Why a request has no backend trace, and the exact lines that change it: in the page, on the API, in the service.
import type { EventTrace, SessionEvent } from '../../api/rum_sessions';
import { formatShare } from '../../format/quantity';
import { t } from '../../i18n/catalogue';

export interface Fix {
  text: string;
  code: string;
}
export interface Reason {
  text: string;
  fixes: Fix[];
}

const kPropagators: readonly (readonly [header: RegExp, propagator: string, setting: string])[] = [
  [/^traceparent$/i, 'tracecontext', 'OTEL_PROPAGATORS=tracecontext,baggage'],
  [/^b3$/i, 'b3', 'OTEL_PROPAGATORS=b3'],
  [/^x-b3-/i, 'b3multi', 'OTEL_PROPAGATORS=b3multi'],
  [/^uber-trace-id$/i, 'jaeger', 'OTEL_PROPAGATORS=jaeger'],
  [/^sw8$/i, 'sw8', '-javaagent:skywalking-agent.jar'],
];

export function originOf(url: string | null): string {
  try {
    const { origin } = new URL(url ?? '');
    return origin === 'null' ? '' : origin;
  } catch {
    return '';
  }
}

/** What the SDK says that it sent; the W3C headers where it says nothing. */
export function headersOf(trace: EventTrace): string[] {
  return trace.headers && trace.headers.length > 0 ? trace.headers : ['traceparent', 'tracestate'];
}

function propagatorsOf(headers: readonly string[]): string[] {
  return kPropagators.filter(([header]) => headers.some((name) => header.test(name))).map(([, name]) => name);
}

export function reasonOf(event: SessionEvent, trace: EventTrace, pageUrl: string | null): Reason {
  const reasons = t.sessions.request.reasons;
  const words = t.sessions.request.fixes;
  const headers = headersOf(trace);
  const allowHeaders = { text: words.allow_headers, code: `Access-Control-Allow-Headers: ${headers.join(', ')}` };
  const origin = originOf(event.url);
  switch (trace.state) {
    case 'header_not_sent': {
      const isOfOrigin = trace.reason === 'other_origin' || trace.reason === 'allowed_urls';
      if (trace.reason === 'array_headers' || (trace.trace_id !== null && !isOfOrigin)) {
        return { text: reasons.array_headers, fixes: [{ text: words.object_headers, code: "fetch(url, { headers: { 'content-type': 'application/json' } })" }] };
      }
      const isOther = isOfOrigin || (origin !== '' && origin !== originOf(pageUrl));
      const propagators = propagatorsOf(headers).map((name) => `'${name}'`).join(', ') || "'tracecontext'";
      return {
        text: isOther ? reasons.other_origin : reasons.header_not_sent,
        fixes: [{ text: words.list_origin, code: `tracing: { enable: true, allowedUrls: [{ match: '${origin || 'https://api.example.com'}', propagatorTypes: [${propagators}] }] }` }, allowHeaders],
      };
    }
    case 'cors_blocked':
      return { text: reasons.cors_blocked, fixes: [{ text: words.allow_headers, code: `Access-Control-Allow-Origin: ${originOf(pageUrl) || '*'}\n${allowHeaders.code}` }] };
    case 'not_sampled':
      // All are traced, and yet this one carried nothing: no draw of lots explains that.
      if (typeof trace.sample_rate === 'number' && (trace.sample_rate === 1 || trace.sample_rate >= 100)) return { text: reasons.not_traced, fixes: [{ text: words.enable, code: "ArmsRum.init({ pid: '…', endpoint: '…', tracing: true })" }] };
      return {
        text: typeof trace.sample_rate === 'number' ? reasons.not_sampled_rate(formatShare(trace.sample_rate > 1 ? trace.sample_rate / 100 : trace.sample_rate)) : reasons.not_sampled,
        fixes: [{ text: words.sample, code: 'tracing: { enable: true, sample: 100 }' }],
      };
    case 'backend_silent': {
      const settings = kPropagators.filter(([header]) => headers.some((name) => header.test(name))).map(([, , setting]) => setting);
      return { text: reasons.backend_silent, fixes: settings.length > 0 ? [{ text: words.propagator, code: `${settings.join('\n')}\n# ${headers.join(', ')}` }] : [] };
    }
    case 'tracing_off':
      return { text: reasons.tracing_off, fixes: [{ text: words.enable, code: "ArmsRum.init({ pid: '…', endpoint: '…', tracing: true })" }] };
    case 'pending':
      return { text: reasons.pending, fixes: [] };
    default:
      return { text: '', fixes: [] };
  }
}
