// Where nodes stand is data: kept by the server, the same for all viewers. A change that somebody else was faster with is merged
// into theirs and sent again.
import { ApiError, ask, sendJson } from '../../api/client';
import type { Place, Places } from '../../chart/layered_layout';

export interface StoredNode extends Place {
  id: string;
  pinned: boolean;
  last_seen_ns?: string;
}
export interface StoredLayout {
  version: number;
  nodes: StoredNode[];
}

export const askLayout = (signal?: AbortSignal) => ask<StoredLayout>('/topology/layout', undefined, { signal });

const kKeepMs = 7 * 864e5;
const kTries = 4;

/** The layout with the places of what is on the map now; nodes not seen for a week give up theirs. */
export function mergeLayout(stored: StoredLayout, places: Places, pinned: ReadonlySet<string>, now: number): StoredLayout {
  const seen = `${Math.round(now)}000000`;
  const kept = stored.nodes.filter((node) => !places.has(node.id) && now - Number(node.last_seen_ns?.slice(0, -6) ?? now) < kKeepMs);
  return { version: stored.version, nodes: [...kept, ...[...places].map(([id, place]) => ({ id, rank: place.rank, slot: place.slot, pinned: pinned.has(id), last_seen_ns: seen }))] };
}

/** Stores a change; gives back what is stored then. `apply` is asked again when the stored layout has changed meanwhile. */
export async function storeLayout(from: StoredLayout, apply: (stored: StoredLayout) => StoredLayout): Promise<StoredLayout> {
  let stored = from;
  for (let attempt = 0; ; attempt++) {
    const next = apply(stored);
    try {
      const { version } = await sendJson<{ version: number }>('PUT', '/topology/layout', { version: stored.version, nodes: next.nodes });
      return { version, nodes: next.nodes };
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || attempt >= kTries) throw error;
      stored = await askLayout();
    }
  }
}
