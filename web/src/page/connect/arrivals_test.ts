import { describe, expect, it } from 'vitest';

import { hexDump, ratesBetween, warningsOf, type ArrivalDoor, type ArrivalsAnswer, type ArrivalSender } from './arrivals';

const door = (span_count: number, failed = 0): ArrivalDoor => ({
  protocol: 'otlp_grpc', request_count: 1, byte_count: 1, span_count, log_record_count: 0, data_point_count: 0, refused_items: [], failed_requests: failed ? [{ reason: 'decode', count: failed }] : [],
});
const sender = (service: string, ahead = 0): ArrivalSender => ({
  protocol: 'otlp_grpc', service, library: '', library_version: '', language: '', span_count: 3, log_record_count: 0, data_point_count: 0, refused_items: [], first_seen_ns: '1', last_seen_ns: '1', clock_ahead_ns: ahead,
});
const answer = (now: string, doors: ArrivalDoor[], senders: ArrivalSender[] = []): ArrivalsAnswer => ({ started_at_ns: '1', now_ns: now, doors, senders, refusals: [] });

describe('arrivals', () => {
  it('have rates between two looks', () => {
    const [first, second] = [answer('1000000000000', [door(10)]), answer('1002000000000', [door(50)])];
    expect(ratesBetween(first, second)?.get('otlp_grpc')).toBe(20);
    expect(ratesBetween(undefined, second)).toBeUndefined();
    expect(ratesBetween({ ...first, started_at_ns: '0' }, second)).toBeUndefined();
  });
  it('warn of clocks, of spans without a service, of refusals', () => {
    expect(warningsOf(answer('1', [door(1)], [sender('web', 5e8)]))).toEqual([]);
    expect(warningsOf(answer('1', [door(1, 4)], [sender('web', 3e9), sender('')])).map((each) => each.code)).toEqual(['clock', 'nameless', 'refused']);
  });
  it('show bytes as hex and text', () => {
    expect(hexDump(btoa('GET / HTTP\u0000'))).toBe('47 45 54 20 2f 20 48 54 54 50 00                 GET / HTTP.');
    expect(hexDump('')).toBe('');
  });
});
