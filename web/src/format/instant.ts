// Points in time, ISO-like in both languages, always in the one zone that the reader chose.
import { zonePreference } from '../app/preferences';

const pad = (value: number, width = 2) => String(value).padStart(width, '0');

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
}
function partsOf(ms: number): Parts {
  const date = new Date(ms);
  return zonePreference.get() === 'utc'
    ? {
        year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour: date.getUTCHours(),
        minute: date.getUTCMinutes(), second: date.getUTCSeconds(), ms: date.getUTCMilliseconds(),
      }
    : {
        year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate(), hour: date.getHours(),
        minute: date.getMinutes(), second: date.getSeconds(), ms: date.getMilliseconds(),
      };
}

/** `UTC`, `UTC+8`, `UTC−3:30`: the zone that times are shown in. */
export function zoneName(at = Date.now()): string {
  if (zonePreference.get() === 'utc') return 'UTC';
  const minutes = -new Date(at).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  const rest = size % 60 ? `:${pad(size % 60)}` : '';
  return `UTC${minutes < 0 ? '\u2212' : '+'}${Math.floor(size / 60)}${rest}`;
}

function isToday(parts: Parts, now: number): boolean {
  const today = partsOf(now);
  return today.year === parts.year && today.month === parts.month && today.day === parts.day;
}
function datePart(parts: Parts, now: number): string {
  if (isToday(parts, now)) return '';
  const monthDay = `${pad(parts.month)}-${pad(parts.day)}`;
  return `${partsOf(now).year === parts.year ? monthDay : `${parts.year}-${monthDay}`} `;
}

export type Precision = 'minute' | 'second' | 'ms';
/** `14:02:11.304`; with the date when that is not today. Milliseconds of Unix time in. */
export function formatInstant(ms: number, precision: Precision = 'ms', now = Date.now()): string {
  const parts = partsOf(ms);
  const clock = `${pad(parts.hour)}:${pad(parts.minute)}`;
  const second = precision === 'minute' ? '' : `:${pad(parts.second)}`;
  const fraction = precision === 'ms' ? `.${pad(parts.ms, 3)}` : '';
  return datePart(parts, now) + clock + second + fraction;
}

/** ISO with zone, for tooltips and copying. */
export function formatInstantExactly(ms: number): string {
  if (zonePreference.get() === 'utc') return new Date(ms).toISOString();
  const parts = partsOf(ms);
  const minutes = -new Date(ms).getTimezoneOffset();
  const zone = `${minutes < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
  return `${parts.year}-${pad(parts.month)}-${pad(parts.day)}T${pad(parts.hour)}:${pad(parts.minute)}:${pad(parts.second)}.${pad(parts.ms, 3)}${zone}`;
}

/** `14:02:05–14:09:31`, the date once. */
export function formatSpan(start: number, end: number, now = Date.now()): string {
  const precision: Precision = end - start < 120e3 ? 'ms' : end - start < 36e5 ? 'second' : 'minute';
  const first = partsOf(start);
  const last = partsOf(end);
  const sameDay = first.year === last.year && first.month === last.month && first.day === last.day;
  const from = formatInstant(start, precision, now);
  const to = sameDay ? formatInstant(end, precision, end) : formatInstant(end, precision, now);
  return `${from}–${to}`;
}

/** Nanosecond text of an answer, in milliseconds with fraction. */
export function fromNanoseconds(ns: string | number): number {
  const text = String(ns);
  if (text.length <= 6) return Number(text) / 1e6;
  return Number(text.slice(0, -6)) + Number(text.slice(-6)) / 1e6;
}

/** For an <input type="datetime-local">, in the shown zone. */
export function toInputText(ms: number): string {
  const parts = partsOf(ms);
  return `${parts.year}-${pad(parts.month)}-${pad(parts.day)}T${pad(parts.hour)}:${pad(parts.minute)}:${pad(parts.second)}`;
}
export function fromInputText(text: string): number | undefined {
  const parsed = Date.parse(zonePreference.get() === 'utc' ? `${text}Z` : text);
  return Number.isNaN(parsed) ? undefined : parsed;
}
