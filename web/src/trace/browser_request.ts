// What the browser told of the request that a trace began with: its time apart into browser, network and backend as on the
// session's page, and what of it was slow without any span telling so. Pure but for the question.
import { askEvent, type EventAnswer, type OfTrace, type Phases, type SessionEvent, type TimeSplit } from '../api/rum_sessions';
import { useQuestion } from '../api/question';
import type { Finding, FindingArguments, FindingsAnswer } from './load_trace';
import type { TraceColumns } from './model/columns';

/** Less than this nobody notices. */
const kLeastNs = 100e6;
const kHighNs = 500e6;
const kShare = 0.2;
const kNetworkShare = 0.4;

export interface BrowserRequest {
  split: TimeSplit | null;
  findings: Finding[];
}

/** Only of a trace whose root is the request itself, and only where its event has come. */
export function useBrowserRequest(columns: TraceColumns, of: OfTrace | undefined): BrowserRequest | undefined {
  const key = of?.found && of.session_id && of.event_id && of.via !== 'tracestate' ? `${of.session_id} ${of.event_id} ${columns.count}` : undefined;
  const question = useQuestion<EventAnswer>(key, (options) => askEvent(of?.session_id ?? '', of?.event_id ?? '', options), { keep: false, reloads: false });
  const event = question.answer?.event;
  if (question.answerKey !== key || event === undefined || columns.count === 0) return undefined;
  const root = columns.facts.root_row;
  if (columns.parent[root]! >= 0 || Math.abs((event.duration_ns ?? 0) - columns.duration[root]!) > 1e6) return undefined;
  const split = event.trace?.time ?? splitOf(columns, root, event.phases);
  return { split, findings: requestFindings(event, split, root) };
}

/** As the server tells it in a session, there only for some of its requests: the backend from its first span to its last. */
export function splitOf(columns: TraceColumns, root: number, phases: Phases | null): TimeSplit | null {
  const whole = columns.duration[root]!;
  let [from, to] = [Infinity, -Infinity];
  for (let row = 0; row < columns.count; row++) {
    if (columns.parent[row] !== root || columns.service[row] === columns.service[root]) continue;
    from = Math.min(from, columns.start[row]! - columns.start[root]!);
    to = Math.max(to, columns.start[row]! - columns.start[root]! + columns.duration[row]!);
  }
  if (to < from) return null;
  const inside = (ns: number) => Math.max(0, Math.min(whole, ns));
  const backend = inside(to) - inside(from);
  const browser = Math.min(whole - backend, sum(phases?.queue_ns, phases?.redirect_ns, phases?.dns_ns, phases?.connect_ns, phases?.tls_ns));
  return { browser_ns: browser, network_ns: whole - backend - browser, backend_ns: backend };
}

const sum = (...parts: (number | null | undefined)[]) => parts.reduce<number>((total, part) => total + Math.max(0, part ?? 0), 0);

export function requestFindings(event: Pick<SessionEvent, 'duration_ns' | 'phases' | 'transfer_size' | 'size'>, split: TimeSplit | null, row: number): Finding[] {
  const whole = event.duration_ns ?? 0;
  if (whole < kLeastNs) return [];
  const phases: Phases = event.phases ?? {};
  const found: Finding[] = [];
  const add = (code: string, ns: number, least: number, more: FindingArguments = {}) => {
    if (ns < kLeastNs || ns < least * whole) return false;
    const severity = ns >= kHighNs && ns >= kNetworkShare * whole ? 'high' : 'medium';
    found.push({ code, severity, span_ids: [], rows: [row], span_total: 1, arguments: { duration_ns: ns, share: ns / whole, ...more } });
    return true;
  };
  add('browser_queue', sum(phases.queue_ns), kShare);
  add('redirect', sum(phases.redirect_ns), kShare);
  add('connection', sum(phases.dns_ns, phases.connect_ns, phases.tls_ns), kShare, { dns_ns: sum(phases.dns_ns), connect_ns: sum(phases.connect_ns), tls_ns: sum(phases.tls_ns) });
  const download = sum(phases.response_ns);
  const isDownload = add('download', download, kShare, { bytes: event.transfer_size ?? event.size ?? undefined });
  // The download is a part of the network's time: what is left without it, where that was told.
  add('network', sum(split?.network_ns) - (isDownload ? download : 0), kNetworkShare);
  return found;
}

const kRank = { high: 0, medium: 1, low: 2 } as const;

/** The trace's findings with those of its request; what the spans alone call the browser's own time is what these tell better. */
export function withRequest(answer: FindingsAnswer | undefined, request: BrowserRequest | undefined, root: number): FindingsAnswer | undefined {
  if (answer === undefined || request === undefined || request.findings.length === 0) return answer;
  const others = answer.findings.filter(({ code, rows }) => !((code === 'slowest_self_time' || code === 'gap') && rows[0] === root));
  const findings = [...others, ...request.findings].sort((a, b) => Number(b.code === 'error_cause') - Number(a.code === 'error_cause') || kRank[a.severity] - kRank[b.severity]);
  return { ...answer, findings };
}
