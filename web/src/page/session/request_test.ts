import { beforeAll, describe, expect, it } from 'vitest';

import { en } from '../../i18n/en';
import { useCatalogue } from '../../i18n/catalogue';
import type { EventTrace } from '../../api/rum_sessions';
import { loadPhases, requestPhases } from './phases';
import { originOf, reasonOf } from './request_fix';
import { eventOf } from './testing';

beforeAll(() => useCatalogue(en));

const trace = (change: Partial<EventTrace>): EventTrace => ({
  trace_id: null, state: 'not_sampled', reason: null, span_id: null, backend: null, sample_rate: null, headers: null, time: null, clock_offset_ns: null, ...change,
});
const request = eventOf('r', 'request', 0, { url: 'https://api.shop.example/order?id=1', method: 'POST' });

describe('a request without a trace', () => {
  it('to another origin is told which lines to add, in the page and on the API', () => {
    const { text, fixes } = reasonOf(request, trace({ state: 'header_not_sent', reason: 'other_origin' }), 'https://shop.example/checkout');
    expect(text).toMatch(/another origin/);
    expect(fixes[0]!.code).toBe("tracing: { enable: true, allowedUrls: [{ match: 'https://api.shop.example', propagatorTypes: ['tracecontext'] }] }");
    expect(fixes[1]!.code).toBe('Access-Control-Allow-Headers: traceparent, tracestate');
  });
  it('blocked by CORS is told the headers that its SDK sends and the origin of its page', () => {
    const { fixes } = reasonOf(request, trace({ state: 'cors_blocked', headers: ['b3', 'baggage'] }), 'https://shop.example/checkout');
    expect(fixes[0]!.code).toBe('Access-Control-Allow-Origin: https://shop.example\nAccess-Control-Allow-Headers: b3, baggage');
  });
  it('with lost headers is told of arrays', () => {
    expect(reasonOf(request, trace({ state: 'header_not_sent', trace_id: 'ab' }), null).fixes[0]!.code).toMatch(/^fetch\(/);
  });
  it('whose backend is silent is told the setting of its propagator', () => {
    const { fixes } = reasonOf(request, trace({ state: 'backend_silent', trace_id: 'ab', headers: ['uber-trace-id'] }), null);
    expect(fixes[0]!.code).toMatch(/OTEL_PROPAGATORS=jaeger/);
    expect(reasonOf(request, trace({ state: 'backend_silent', headers: ['x-own'] }), null).fixes).toEqual([]);
  });
  it('that was not sampled is told the rate', () => {
    expect(reasonOf(request, trace({ sample_rate: 10 }), null).text).toMatch(/10\.0.%/);
    expect(reasonOf(request, trace({ state: 'tracing_off' }), null).fixes[0]!.code).toMatch(/tracing: true/);
  });
  it('has an origin or none', () => {
    expect(originOf('http://a.example:80/x')).toBe('http://a.example');
    expect(originOf('not a url')).toBe('');
    expect(originOf('data:text/plain,1')).toBe('');
    expect(originOf(null)).toBe('');
  });
});

describe('phases', () => {
  it('of a request end with its response, what is left before is queueing', () => {
    const phases = requestPhases({ dns_ns: 5, connect_ns: 5, tls_ns: 15, request_ns: 50, response_ns: 10 }, 1000, 1100);
    expect(phases.map(({ name, from, to }) => [name, from, to])).toEqual([
      ['queue', 1000, 1015], ['dns', 1015, 1020], ['connect', 1020, 1025], ['tls', 1025, 1040], ['request', 1040, 1090], ['response', 1090, 1100],
    ]);
  });
  it('never begin before the request', () => {
    const phases = requestPhases({ request_ns: 500, response_ns: 10 }, 1000, 1100);
    expect(phases.map(({ from }) => from)).toEqual([1000, 1090]);
    expect(requestPhases(null, 0, 1)).toEqual([]);
    expect(requestPhases({}, 0, 1)).toEqual([]);
  });
  it('of a page load follow one another from the navigation', () => {
    expect(loadPhases({ request_ns: 100, response_ns: 20, dom_ns: 200, load_ns: 0 }, 10).map(({ name, to }) => [name, to])).toEqual([['request', 110], ['response', 130], ['dom', 330]]);
  });
});
