// The traces (or sessions) of the last result list, so that their pages can walk to the next and previous (`,` and `.`) without
// going back.
export type ListKind = 'traces' | 'sessions';
const keyOf = (kind: ListKind) => (kind === 'traces' ? 'clew.results' : `clew.results.${kind}`);
const kKept = 500;

export function keepResults(ids: readonly string[], href: string, kind: ListKind = 'traces'): void {
  try {
    sessionStorage.setItem(keyOf(kind), JSON.stringify({ href, ids: ids.slice(0, kKept) }));
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
export function neighboursOf(id: string, kind: ListKind = 'traces'): Neighbours | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(kind)) ?? 'null') as { href: string; ids: string[] } | null;
    const at = kept?.ids.indexOf(id) ?? -1;
    if (!kept || at < 0) return undefined;
    return { previous: kept.ids[at - 1], next: kept.ids[at + 1], place: at, count: kept.ids.length, href: kept.href };
  } catch {
    return undefined;
  }
}
