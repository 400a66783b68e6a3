// One colour for a service, everywhere and for everyone: the server keeps an index per service (order of first sight).
import { ask } from '../api/client';
import { makeStore } from './store';

export const kColourCount = 12;

const known = new Map<string, number>();
/** Counts changes of the assignment, so that what is drawn can follow. */
export const colourStore = makeStore(0);

/** Takes over what an answer says about services. */
export function learnColours(indexes: Iterable<readonly [service: string, index: number]>): void {
  let changed = false;
  for (const [service, index] of indexes) {
    if (known.get(service) === index) continue;
    known.set(service, index);
    changed = true;
  }
  if (changed) colourStore.set(colourStore.get() + 1);
}

/** A place in the palette. A service the server has not named yet gets one from its name, the same for everyone. */
export function colourIndex(service: string): number {
  const index = known.get(service);
  if (index !== undefined) return index % kColourCount;
  let hash = 2166136261;
  for (let at = 0; at < service.length; at++) hash = Math.imul(hash ^ service.charCodeAt(at), 16777619);
  return (hash >>> 0) % kColourCount;
}
/** The CSS class that sets --service. */
export function colourClass(service: string): string {
  return `service-${colourIndex(service)}`;
}
/** The token for a canvas (app/theme.ts token()). */
export function colourToken(service: string): string {
  return `--service-${colourIndex(service)}`;
}

/** Asks the server for all indexes; called at the start and when the page reloads its data. */
export async function loadColours(): Promise<void> {
  const { services } = await ask<{ services: { service: string; color: number }[] }>('/service-colors');
  learnColours(services.map((each) => [each.service, each.color]));
}
