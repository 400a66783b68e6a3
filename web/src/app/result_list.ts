// The traces of the last result list, so that a trace page can walk to the next and previous (`,` and `.`) without going back.
const kKey = 'clew.results';
const kKept = 500;

export function keepResults(traceIds: readonly string[], href: string): void {
  try {
    sessionStorage.setItem(kKey, JSON.stringify({ href, ids: traceIds.slice(0, kKept) }));
  } catch {
    // Without storage there is no walking.
  }
}

export interface Neighbours {
  previous: string | undefined;
  next: string | undefined;
  place: number;
  count: number;
  /** The list itself. */
  href: string;
}
export function neighboursOf(traceId: string): Neighbours | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(kKey) ?? 'null') as { href: string; ids: string[] } | null;
    const at = kept?.ids.indexOf(traceId) ?? -1;
    if (!kept || at < 0) return undefined;
    return { previous: kept.ids[at - 1], next: kept.ids[at + 1], place: at, count: kept.ids.length, href: kept.href };
  } catch {
    return undefined;
  }
}
