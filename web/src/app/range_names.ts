// Words for time ranges: `1 h`, `last 1 h`, `14:02–14:10`.
import { formatInstant, formatSpan } from '../format/instant';
import { kThin } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { isRelative, lengthUntilNow, parseInstant, type RangeText } from './range';

/** `15 min`, `1 h`, `7 d`. */
export function lengthName(ms: number): string {
  const units = t.app.range.units;
  if (ms >= 864e5 && ms % 864e5 === 0) return `${ms / 864e5}${kThin}${units.d}`;
  if (ms >= 36e5 && ms % 36e5 === 0) return `${ms / 36e5}${kThin}${units.h}`;
  if (ms >= 6e4 && ms % 6e4 === 0) return `${ms / 6e4}${kThin}${units.m}`;
  return `${Math.round(ms / 1e3)}${kThin}${units.s}`;
}

/** Roughly how long ago: `4 s`, `3 min`. */
export function agoName(ms: number): string {
  const units = t.app.range.units;
  const seconds = Math.max(0, ms / 1e3);
  if (seconds < 90) return `${Math.round(seconds)}${kThin}${units.s}`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)}${kThin}${units.m}`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)}${kThin}${units.h}`;
  return `${Math.round(seconds / 86400)}${kThin}${units.d}`;
}

export function rangeName(range: RangeText, now = Date.now()): string {
  const length = lengthUntilNow(range);
  if (length !== undefined) return t.app.range.last(lengthName(length));
  const start = parseInstant(range.from, now);
  const end = parseInstant(range.to, now);
  if (start === undefined || end === undefined) return '';
  if (range.to === 'now') return t.app.range.until(formatInstant(start, 'minute', now), t.app.range.now);
  if (isRelative(range.from) || isRelative(range.to)) return t.app.range.until(range.from, range.to);
  return formatSpan(start, end, now);
}
