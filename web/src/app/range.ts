// The time range of all pages: `from` and `to` of the address, each relative (`now-1h`, `now`) or absolute (milliseconds of Unix
// time, or RFC 3339). Relative ends are resolved against this machine's clock each time data is asked for.
import { addressStore, setQuery } from './address';
import { makeStore, useStore } from './store';

export interface RangeText {
  from: string;
  to: string;
}
/** Milliseconds of Unix time, half-open. */
export interface Span {
  start: number;
  end: number;
}

export const kDefaultRange: RangeText = { from: 'now-1h', to: 'now' };
const kUnitMs: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
const kRelative = /^now(?:([+-])(\d{1,9})([smhdw]))?$/;

/** Milliseconds of an end of a range, or undefined where the text is none. */
export function parseInstant(text: string, now: number): number | undefined {
  const relative = kRelative.exec(text.trim());
  if (relative) {
    if (!relative[1]) return now;
    const distance = Number(relative[2]) * (kUnitMs[relative[3] ?? 's'] ?? 0);
    return relative[1] === '-' ? now - distance : now + distance;
  }
  if (/^\d{12,14}$/.test(text)) return Number(text);
  if (/^\d{9,11}$/.test(text)) return Number(text) * 1e3;
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return undefined;
  const parsed = Date.parse(text.replace(' ', 'T'));
  return Number.isNaN(parsed) ? undefined : parsed;
}

export function isRelative(text: string): boolean {
  return kRelative.test(text.trim());
}

/** The relative range that ends now: its length in milliseconds, else undefined. */
export function lengthUntilNow(range: RangeText): number | undefined {
  const match = kRelative.exec(range.from);
  if (range.to !== 'now' || match?.[1] !== '-') return undefined;
  return Number(match[2]) * (kUnitMs[match[3] ?? 's'] ?? 0);
}

export function relativeText(lengthMs: number): string {
  for (const unit of ['w', 'd', 'h', 'm'] as const) {
    const each = kUnitMs[unit] ?? 1;
    if (lengthMs >= each && lengthMs % each === 0 && !(unit === 'w' && lengthMs < 14 * 864e5 && lengthMs !== each)) {
      return `now-${lengthMs / each}${unit}`;
    }
  }
  return `now-${Math.max(1, Math.round(lengthMs / 1e3))}s`;
}

/** What the address says; undefined ends where it says nonsense, so that the page can tell. */
export function rangeOf(query: URLSearchParams): { range: RangeText; malformed: boolean } {
  const from = query.get('from') ?? kDefaultRange.from;
  const to = query.get('to') ?? kDefaultRange.to;
  const now = Date.now();
  const start = parseInstant(from, now);
  const end = parseInstant(to, now);
  if (start === undefined || end === undefined || start >= end) return { range: kDefaultRange, malformed: true };
  return { range: { from, to }, malformed: false };
}

export function resolve(range: RangeText, now = Date.now()): Span {
  return { start: parseInstant(range.from, now) ?? now - 36e5, end: parseInstant(range.to, now) ?? now };
}

/** Counts reloads: by hand, by the automatic refresh. Questions about a relative range are asked again when it moves. */
export const reloadStore = makeStore(0);
export function reload(): void {
  reloadStore.set(reloadStore.get() + 1);
}

/** The range as text and as resolved at the last reload: `span` holds still between two reloads. */
export function useRange(): { range: RangeText; span: Span; malformed: boolean } {
  const address = useStore(addressStore);
  const tick = useStore(reloadStore);
  const { range, malformed } = rangeOf(address.query);
  return { range, span: resolvedSpan(range, tick), malformed };
}

// All parts of a page must see the same span, whenever they render.
let held: { key: string; span: Span } | undefined;
function resolvedSpan(range: RangeText, tick: number): Span {
  const key = `${range.from} ${range.to} ${tick}`;
  if (held?.key !== key) held = { key, span: resolve(range) };
  return held.span;
}
/** The span of the moment, outside of components. */
export function spanNow(): Span {
  return resolvedSpan(rangeOf(addressStore.get().query).range, reloadStore.get());
}

export function setRange(range: RangeText, how: 'push' | 'replace' = 'push'): void {
  const isDefault = range.from === kDefaultRange.from && range.to === kDefaultRange.to;
  setQuery({ from: isDefault ? undefined : range.from, to: isDefault ? undefined : range.to, page: undefined }, how);
}
/** A dragged part of a chart becomes the range, in whole milliseconds. */
export function setSpan(span: Span): void {
  setRange({ from: String(Math.floor(span.start)), to: String(Math.max(Math.floor(span.start) + 1, Math.ceil(span.end))) });
}

export function shiftRange(direction: -1 | 1): void {
  const span = spanNow();
  const half = ((span.end - span.start) / 2) * direction;
  setSpan({ start: span.start + half, end: span.end + half });
}

export function widenRange(): void {
  const { range } = rangeOf(addressStore.get().query);
  const length = lengthUntilNow(range);
  if (length !== undefined) {
    setRange({ from: relativeText(length * 2), to: 'now' });
    return;
  }
  const span = spanNow();
  const quarter = (span.end - span.start) / 2;
  setSpan({ start: span.start - quarter, end: Math.min(span.end + quarter, Math.max(span.end, Date.now())) });
}

// ---- automatic refresh ----
export const refreshStore = makeStore<number>(0); // Seconds between reloads; 0 is off.

export function startRefresh(): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  refreshStore.listen((seconds) => {
    clearInterval(timer);
    if (seconds <= 0) return;
    timer = setInterval(() => {
      // A hidden page asks nothing; it reloads when it is looked at again.
      if (!document.hidden) reload();
    }, seconds * 1e3);
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && refreshStore.get() > 0) reload();
  });
}
