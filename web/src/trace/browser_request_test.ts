import { describe, expect, it } from 'vitest';

import type { FindingsAnswer } from './load_trace';
import { requestFindings, splitOf, withRequest } from './browser_request';

const time = (browser: number, network: number, backend: number) => ({ browser_ns: browser, network_ns: network, backend_ns: backend });
const event = (duration: number, some: object = {}) => ({ duration_ns: duration, phases: null, transfer_size: null, size: null, ...some });
const codes = (findings: { code: string }[]) => findings.map(({ code }) => code);

describe('the request that a trace began with', () => {
  it('was mostly on the network', () => {
    const [only, ...rest] = requestFindings(event(1e9), time(10e6, 620e6, 370e6), 3);
    expect(rest).toEqual([]);
    expect(only).toMatchObject({ code: 'network', severity: 'high', rows: [3], arguments: { duration_ns: 620e6, share: 0.62 } });
  });
  it('is not told of what nobody notices, or where the backend took the time', () => {
    expect(requestFindings(event(90e6), time(0, 89e6, 1e6), 0)).toEqual([]);
    expect(requestFindings(event(4e9, { phases: { queue_ns: 1e6, request_ns: 3.9e9, response_ns: 20e6 } }), time(1e6, 250e6, 3.75e9), 0)).toEqual([]);
  });
  it('waited in the browser, for its connection, for its answer', () => {
    expect(codes(requestFindings(event(1e9, { phases: { queue_ns: 300e6 } }), null, 0))).toEqual(['browser_queue']);
    expect(requestFindings(event(1e9, { phases: { dns_ns: 100e6, connect_ns: 50e6, tls_ns: 100e6 } }), null, 0)[0]).toMatchObject({ code: 'connection', severity: 'medium', arguments: { duration_ns: 250e6, tls_ns: 100e6 } });
    // The download is not told a second time as network.
    expect(codes(requestFindings(event(1e9, { phases: { response_ns: 600e6 }, transfer_size: 5e6 }), time(0, 700e6, 300e6), 0))).toEqual(['download']);
  });
  it('has its backend from the first span below it to the last', () => {
    const columns = {
      count: 4, parent: Int32Array.of(-1, 0, 0, 1), service: Uint16Array.of(0, 1, 1, 2),
      start: Float64Array.of(0, 100e6, 300e6, 120e6), duration: Float64Array.of(1e9, 150e6, 400e6, 20e6),
    };
    expect(splitOf(columns as never, 0, { queue_ns: 50e6 })).toEqual(time(50e6, 350e6, 600e6));
    expect(splitOf({ ...columns, service: Uint16Array.of(0, 0, 0, 0) } as never, 0, null)).toBeNull();
  });
  it('stands among the findings of the trace by severity, in place of the browser’s own time', () => {
    const of = (code: string, severity: 'high' | 'medium', row: number) => ({ code, severity, span_ids: [], rows: [row], span_total: 1, arguments: {} });
    const answer: FindingsAnswer = { span_count: 9, exact: true, findings: [of('error_cause', 'medium', 4), of('slowest_self_time', 'high', 0), of('gap', 'medium', 2)] };
    const findings = requestFindings(event(1e9), time(0, 620e6, 380e6), 0);
    expect(codes(withRequest(answer, { split: null, findings }, 0)?.findings ?? [])).toEqual(['error_cause', 'network', 'gap']);
    expect(withRequest(answer, undefined, 0)).toBe(answer);
  });
});
