// From time to place on the one axis of a session's page. Times are nanoseconds from the start of the session, places shares of
// the axis' width. Long idle stretches may be folded to a narrow break; all other time has one and the same scale, so a trace
// that lies between two breaks is drawn on a plain linear axis of its own and still meets the page's.

export type Interval = readonly [from: number, to: number];

const kBreakWidth = 0.014;
const kBreaksMax = 16;
const kGapLeastNs = 5e9;
const kGapLeastShare = 0.05;
/** Room on both sides of what happens, so that bars do not touch a break. */
const kGapRim = 0.02;

export interface Break {
  /** Middle of the break on the axis. */
  x: number;
  from: number;
  to: number;
}

export class TimeScale {
  private constructor(
    readonly from: number,
    readonly to: number,
    readonly breaks: readonly Break[],
    /** Begin of each stretch of plain time, its end, and where it begins on the axis. */
    private readonly pieces: readonly { from: number; to: number; x: number }[],
    /** Share of the axis for each nanosecond. */
    readonly perNs: number,
  ) {}

  static linear(from: number, to: number): TimeScale {
    return new TimeScale(from, to, [], [{ from, to, x: 0 }], 1 / Math.max(1, to - from));
  }

  /** With idle time folded. `busy` is ascending and disjoint. */
  static folded(from: number, to: number, busy: readonly Interval[]): TimeScale {
    const gaps = gapsOf(from, to, busy);
    if (gaps.length === 0) return TimeScale.linear(from, to);
    const idle = gaps.reduce((sum, gap) => sum + gap[1] - gap[0], 0);
    const perNs = (1 - gaps.length * kBreakWidth) / Math.max(1, to - from - idle);
    const pieces: { from: number; to: number; x: number }[] = [];
    const breaks: Break[] = [];
    let at = from;
    let x = 0;
    for (const gap of gaps) {
      pieces.push({ from: at, to: gap[0], x });
      x += (gap[0] - at) * perNs;
      breaks.push({ x: x + kBreakWidth / 2, from: gap[0], to: gap[1] });
      x += kBreakWidth;
      at = gap[1];
    }
    pieces.push({ from: at, to, x });
    return new TimeScale(from, to, breaks, pieces, perNs);
  }

  private pieceAt(time: number) {
    let found = this.pieces[0]!;
    for (const piece of this.pieces) if (piece.from <= time) found = piece;
    return found;
  }

  /** Place of a time; below 0 and above 1 outside of the window. A time within a break is at the break's begin. */
  x(time: number): number {
    const piece = this.pieceAt(time);
    const isLast = piece === this.pieces.at(-1);
    return piece.x + ((isLast ? time : Math.min(time, piece.to)) - piece.from) * this.perNs;
  }

  /** Time of a place. */
  time(x: number): number {
    let found = this.pieces[0]!;
    for (const piece of this.pieces) if (piece.x <= x) found = piece;
    const time = found.from + (x - found.x) / this.perNs;
    return found === this.pieces.at(-1) ? time : Math.min(time, found.to);
  }

  /** The begin and end of a linear axis of the same width that agrees with this one around `time`. */
  linearAround(time: number): [from: number, to: number] {
    const piece = this.pieceAt(time);
    const from = piece.from - piece.x / this.perNs;
    return [from, from + 1 / this.perNs];
  }

  /** Stretches of plain time, with their places. */
  get stretches(): readonly { from: number; to: number; x: number }[] {
    return this.pieces;
  }
}

function gapsOf(from: number, to: number, busy: readonly Interval[]): Interval[] {
  const least = Math.max(kGapLeastNs, (to - from) * kGapLeastShare);
  const rim = Math.min((to - from) * kGapRim, 2e9);
  const gaps: Interval[] = [];
  let at = from;
  const note = (until: number) => {
    // The rim stays on the sides where something happens.
    const begin = at === from ? at : at + rim;
    const end = until === to ? until : until - rim;
    if (end - begin >= least) gaps.push([begin, end]);
  };
  for (const [begin, end] of busy) {
    if (end <= from) continue;
    if (begin >= to) break;
    if (begin > at) note(begin);
    at = Math.max(at, end);
  }
  if (at < to) note(to);
  if (gaps.length <= kBreaksMax) return gaps;
  const longest = new Set([...gaps].sort((a, b) => b[1] - b[0] - (a[1] - a[0])).slice(0, kBreaksMax));
  return gaps.filter((gap) => longest.has(gap));
}

/** Overlapping intervals joined, ascending. */
export function merged(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => a[0] - b[0]);
  const out: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = out.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, Math.max(from, to)]);
  }
  return out;
}

const kSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3, 7200e3, 21600e3, 43200e3, 86400e3];

export interface ClockTick {
  x: number;
  /** Milliseconds of Unix time. */
  ms: number;
  precision: 'minute' | 'second' | 'ms';
}

/** Ticks on round clock times; `startMs` is the session's start, `offsetMs` moves round times into the shown zone. */
export function clockTicks(scale: TimeScale, startMs: number, offsetMs: number, width: number): ClockTick[] {
  const apart = 96 / Math.max(1, width);
  const leastMs = apart / scale.perNs / 1e6;
  const step = kSteps.find((each) => each >= leastMs) ?? Math.ceil(leastMs / 86400e3) * 86400e3;
  const precision = step < 1e3 ? 'ms' : step < 60e3 ? 'second' : 'minute';
  const ticks: ClockTick[] = [];
  for (const piece of scale.stretches) {
    const before = ticks.length;
    const first = Math.ceil((startMs + piece.from / 1e6 + offsetMs) / step) * step - offsetMs;
    for (let ms = first; ms <= startMs + piece.to / 1e6 && ticks.length < 200; ms += step) {
      const x = scale.x((ms - startMs) * 1e6);
      if (ticks.length === 0 || x - ticks.at(-1)!.x >= apart * 0.95) ticks.push({ x, ms, precision });
    }
    if (ticks.length > before || scale.breaks.length === 0) continue;
    // Between two breaks there may be no round time of this step: its first whole second tells where it is.
    const second = Math.ceil((startMs + piece.from / 1e6) / 1e3) * 1e3;
    const x = scale.x((second - startMs) * 1e6);
    if (second > startMs + piece.to / 1e6 || x > 1 - apart * 0.6 || (ticks.length > 0 && x - ticks.at(-1)!.x < apart * 0.8)) continue;
    ticks.push({ x, ms: second, precision: precision === 'ms' ? 'ms' : 'second' });
  }
  return ticks;
}
