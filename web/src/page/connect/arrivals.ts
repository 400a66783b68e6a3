// What arrives, from /arrivals: rates between two looks, warnings that save a day. Pure but for the types of the answer.
import { fromNanoseconds } from '../../format/instant';

export interface RefusedCount {
  reason: string;
  count: number;
}
export interface ArrivalDoor {
  protocol: string;
  request_count: number;
  byte_count: number;
  span_count: number;
  log_record_count: number;
  data_point_count: number;
  refused_items: RefusedCount[];
  failed_requests: RefusedCount[];
}
export interface ArrivalSender {
  protocol: string;
  service: string;
  library: string;
  library_version: string;
  language: string;
  span_count: number;
  log_record_count: number;
  data_point_count: number;
  refused_items: RefusedCount[];
  first_seen_ns: string;
  last_seen_ns: string;
  clock_ahead_ns: number;
}
export interface ArrivalRefusal {
  time_ns: string;
  protocol: string;
  reason: string;
  count: number;
  service: string;
  why: string;
  payload_begin: string;
}
export interface ArrivalsAnswer {
  started_at_ns: string;
  now_ns: string;
  doors: ArrivalDoor[];
  senders: ArrivalSender[];
  refusals: ArrivalRefusal[];
  /** Where each door listens, by its setting; a server may not say. */
  ports?: Record<string, number>;
}

export const refusedOf = (door: Pick<ArrivalDoor, 'refused_items' | 'failed_requests'>) => [...door.refused_items, ...door.failed_requests].reduce((sum, each) => sum + each.count, 0);

/** Spans a second of each protocol since the look before; undefined at the first. */
export function ratesBetween(before: ArrivalsAnswer | undefined, now: ArrivalsAnswer): Map<string, number> | undefined {
  if (!before || before.started_at_ns !== now.started_at_ns) return undefined;
  const seconds = (fromNanoseconds(now.now_ns) - fromNanoseconds(before.now_ns)) / 1e3;
  if (seconds <= 0) return undefined;
  const earlier = new Map(before.doors.map((door) => [door.protocol, door.span_count]));
  return new Map(now.doors.map((door) => [door.protocol, Math.max(0, door.span_count - (earlier.get(door.protocol) ?? 0)) / seconds]));
}

export type Warning = { code: 'clock'; service: string; aheadNs: number } | { code: 'nameless'; protocol: string; count: number } | { code: 'refused'; protocol: string; count: number };
const kClockAheadNs = 1e9;

export function warningsOf(answer: ArrivalsAnswer): Warning[] {
  const warnings: Warning[] = [];
  for (const sender of answer.senders) {
    if (sender.clock_ahead_ns > kClockAheadNs) warnings.push({ code: 'clock', service: sender.service, aheadNs: sender.clock_ahead_ns });
    if (sender.service === '' && sender.span_count > 0) warnings.push({ code: 'nameless', protocol: sender.protocol, count: sender.span_count });
  }
  for (const door of answer.doors) {
    const count = refusedOf(door);
    if (count > 0) warnings.push({ code: 'refused', protocol: door.protocol, count });
  }
  return warnings;
}

/** The bytes as a hex dump with text beside. */
export function hexDump(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = [...bytes.subarray(at, at + 16)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    lines.push(`${hex.padEnd(48)} ${part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')}`);
  }
  return lines.join('\n');
}
