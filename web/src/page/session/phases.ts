// The phases of a request and of a page load as stretches of time. The SDK tells how long each took, not when it began: those of
// a request end with its response, those of a page load begin with the navigation.
import type { Phases } from '../../api/rum_sessions';

export type PhaseName = 'queue' | 'redirect' | 'dns' | 'connect' | 'tls' | 'request' | 'response' | 'dom' | 'load';
export interface Phase {
  name: PhaseName;
  from: number;
  to: number;
}

const length = (ns: number | null | undefined) => (typeof ns === 'number' && Number.isFinite(ns) && ns > 0 ? ns : 0);

/** None lies within another: connecting is told without the handshake. */
function lengths(phases: Phases): [PhaseName, number][] {
  return [
    ['redirect', length(phases.redirect_ns)], ['dns', length(phases.dns_ns)], ['connect', length(phases.connect_ns)], ['tls', length(phases.tls_ns)], ['request', length(phases.request_ns)],
    ['response', length(phases.response_ns)],
  ];
}

export function requestPhases(phases: Phases | null, at: number, end: number): Phase[] {
  if (phases === null) return [];
  const found: Phase[] = [];
  let to = end;
  for (const [name, ns] of lengths(phases).reverse()) {
    if (ns <= 0 || to <= at) continue;
    const from = Math.max(at, to - ns);
    found.push({ name, from, to });
    to = from;
  }
  // What the parts leave of the whole is waiting before the first of them.
  if (found.length > 0 && to > at) found.push({ name: 'queue', from: at, to });
  return found.reverse();
}

export function loadPhases(phases: Phases | null, at: number): Phase[] {
  if (phases === null) return [];
  const found: Phase[] = [];
  let from = at;
  for (const [name, ns] of [['queue', length(phases.queue_ns)], ...lengths(phases), ['dom', length(phases.dom_ns)], ['load', length(phases.load_ns)]] as [PhaseName, number][]) {
    if (ns <= 0) continue;
    found.push({ name, from, to: from + ns });
    from += ns;
  }
  return found;
}
