// Durations in nanoseconds as `812 ns`, `4.21 µs`, `812 ms`, `2.41 s`, `1 min 12 s`, `3 h 05 min`.
import { kMissing, kThin, threeDigits } from './quantity';

const kUnits = [
  ['ns', 1],
  ['µs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
] as const;
export type DurationUnit = (typeof kUnits)[number][0] | 'min';

/** The unit that suits a duration of this size. */
export function unitFor(ns: number): DurationUnit {
  const size = Math.abs(ns);
  if (size >= 59.95e9) return 'min';
  for (const [unit, each] of [...kUnits].reverse()) if (size >= each * 0.9995) return unit;
  return 'ns';
}

export function formatDuration(ns: number | undefined | null): string {
  if (typeof ns !== 'number' || !Number.isFinite(ns)) return kMissing;
  if (ns === 0) return '0';
  const size = Math.abs(ns);
  const sign = ns < 0 ? '\u2212' : '';
  if (size < 1) return `<${kThin}1${kThin}ns`;
  if (size < 59.95e9) {
    const unit = unitFor(size);
    return `${sign}${inUnit(size, unit)}${kThin}${unit}`;
  }
  const seconds = Math.round(size / 1e9);
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)}${kThin}min ${seconds % 60}${kThin}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${sign}${Math.floor(minutes / 60)}${kThin}h ${String(minutes % 60).padStart(2, '0')}${kThin}min`;
  return `${sign}${threeDigits(minutes / 1440)}${kThin}d`;
}

/** For the marks of an axis, which are round: `1 s`, `300 ms`. */
export function formatDurationMark(ns: number): string {
  if (ns >= 59.95e9) return formatDuration(ns);
  const unit = unitFor(ns);
  return `${Number((ns / (kUnits.find(([name]) => name === unit)?.[1] ?? 1)).toPrecision(3))}${kThin}${unit}`;
}

/** The number alone, for an axis or column that names its unit once. */
export function inUnit(ns: number, unit: DurationUnit): string {
  if (unit === 'min') return threeDigits(ns / 60e9);
  if (unit === 'ns') return String(Math.round(ns));
  return threeDigits(ns / (kUnits.find(([name]) => name === unit)?.[1] ?? 1));
}

/** Every digit, for hover and copy. */
export function formatDurationExactly(ns: number): string {
  return `${Math.round(ns).toString().replace(/\B(?=(\d{3})+$)/g, ',')}${kThin}ns`;
}

/** `90s`, `1.5m`, `250ms` in nanoseconds, as TraceQL writes durations; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const each: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
  let rest = text.trim();
  let total = 0;
  if (!rest) return undefined;
  while (rest) {
    const match = /^(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h)\s*/.exec(rest);
    if (!match) return undefined;
    total += Number(match[1]) * (each[match[2] ?? ''] ?? 0);
    rest = rest.slice(match[0].length);
  }
  return total;
}

/** A duration as TraceQL writes it, exact: `1.5s`, `250ms`. */
export function queryDuration(ns: number): string {
  const rounded = Math.round(ns);
  for (const [unit, each] of [['s', 1e9], ['ms', 1e6], ['us', 1e3]] as const) {
    const value = rounded / each;
    if (value >= 1 && Number.isInteger(value * 1000)) return `${value}${unit}`;
  }
  return `${rounded}ns`;
}
