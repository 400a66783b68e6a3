// Where a time axis has its ticks, and what stands beside them: one unit for the whole axis.
import { inUnit, unitFor, type DurationUnit } from '../../format/duration';

export interface Tick {
  time: number;
  text: string;
}

const kMinTickDistance = 90;
const kSecondsMax = 1200e9;

export function timeTicks(from: number, to: number, width: number): { ticks: Tick[]; unit: DurationUnit } {
  const span = Math.max(1e-6, to - from);
  const most = Math.max(1, Math.floor(width / kMinTickDistance));
  const natural = unitFor(Math.max(Math.abs(from), Math.abs(to)));
  // A minute is no power of ten: up to twenty of them are counted in seconds, more in whole minutes.
  const unit = natural === 'min' && to < kSecondsMax ? 's' : natural;
  const raw = unit === 'min' ? Math.max(span / most / perUnit('min'), 1) : span / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw) ?? 10 * power;
  const step = unit === 'min' ? factor * perUnit('min') : factor;
  const digits = Math.max(0, Math.ceil(-Math.log10(step / perUnit(unit)) - 1e-9));
  const ticks: Tick[] = [];
  for (let time = Math.ceil(from / step - 1e-9) * step; time <= to + step * 1e-9; time += step) {
    const rounded = Math.abs(time) < step * 1e-6 ? 0 : time;
    ticks.push({ time: rounded, text: rounded === 0 ? '0' : minus((rounded / perUnit(unit)).toFixed(Math.min(digits, 9))) });
    if (ticks.length > 200) break;
  }
  return { ticks, unit };
}

function minus(text: string): string {
  return text.replace('-', '\u2212');
}

function perUnit(unit: DurationUnit): number {
  return unit === 'ns' ? 1 : unit === 'µs' ? 1e3 : unit === 'ms' ? 1e6 : unit === 's' ? 1e9 : 60e9;
}

/** A point of time on the axis with more digits than the ticks have. */
export function timeText(time: number): string {
  const unit = unitFor(time);
  return time === 0 ? '0' : `${inUnit(time, unit)}\u2009${unit}`;
}
