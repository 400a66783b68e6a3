// Made sessions for unit tests.
import type { EventKind, SessionDetail, SessionEvent, SessionRow } from '../../api/rum_sessions';

const kStart = 1_795_000_000_000_000_000n;
const at = (ms: number) => String(kStart + BigInt(Math.round(ms * 1e6)));

export function eventOf(id: string, kind: EventKind, ms: number, change: Partial<SessionEvent>): SessionEvent {
  return {
    event_id: id, at_ns: at(ms), end_ns: null, kind, type: null, name: '', view_id: null, view_name: null, times: 1, url: null, method: null, status_code: null, message: null,
    success: null, duration_ns: null, phases: null, size: null, transfer_size: null, rage: false, caused_by: null, trace: null, error: null, vitals: null, snapshots: null,
    clock_offset_ms: null, ...change,
  };
}

export function rowOf(change: Partial<SessionRow>): SessionRow {
  return {
    session_id: 's1', app: 'shop', app_name: 'Shop', service: 'rum-browser', app_type: 'browser', user_id: 'u-1', user_name: null, start_ns: at(0), end_ns: at(64_910), duration_ns: 64.91e9,
    is_live: false, entry_view: '/home', exit_view: '/checkout', version: '2.3.1', environment: 'prod', browser: 'Chrome', browser_version: '130', os: 'Android', os_version: '14',
    device_type: 'mobile', device_model: null, country: 'China', province: null, city: 'Wuhan', isp: null, network: '4g', client_address: null, views: 1, actions: 1, requests: 1,
    failed_requests: 1, slow_requests: 1, resources: 6, errors: 1, long_tasks: 0, rage_clicks: 0, blank_screens: 0, crashes: 0, traces: 1, lcp_p75_ns: 2.1e9, inp_max_ns: null,
    cls_max: null, pain: 70, worst: null, strip: [], ...change,
  };
}

export function detailOf(events: SessionEvent[], change: Partial<SessionDetail> = {}): SessionDetail {
  return { session: rowOf({}), views: [], events, event_count: events.length, left_out: 0, other_sessions_of_user: [], ...change };
}
