// When a change says something. A figure of a handful of views, or set beside one of a handful, is a matter of luck: no change is
// shown then, and only a change that is larger than luck would make it is marked as worse. Pure.

export type Worse = 'more' | 'less' | 'neither';
/** What a figure is made of, now and before: views, requests, sessions. */
export type Samples = readonly [now: number, before: number];
/** A share of the samples, a count of events, events by sample, or a percentile, mean or score of the samples. */
export type FigureKind = 'share' | 'count' | 'rate' | 'value';

/** Fewer than this on either side are not compared. */
export const kLeastSamples = 20;
/** Smaller changes than this are no news, however certain. */
const kNotable = 0.1;
/** One-sided, 95 %. */
const kCertain = 1.64;

export function areEnough(samples: Samples | undefined): boolean {
  return samples === undefined || (samples[0] >= kLeastSamples && samples[1] >= kLeastSamples);
}

/** How far chance alone takes the difference. */
function luck(now: number, before: number, samples: Samples | undefined, kind: FigureKind): number {
  if (kind === 'count') return kCertain * Math.sqrt(now + before);
  if (samples === undefined) return 0;
  if (kind === 'share' || kind === 'rate') {
    const all = (now * samples[0] + before * samples[1]) / Math.max(1, samples[0] + samples[1]);
    const spread = kind === 'rate' ? all : Math.max(0, all * (1 - all));
    return kCertain * Math.sqrt(spread * (1 / samples[0] + 1 / samples[1]));
  }
  return Math.abs(before) / Math.sqrt(Math.min(...samples));
}

type Figure = number | null | undefined;

export function isWorse(now: Figure, before: Figure, worse: Worse, samples?: Samples, kind: FigureKind = 'value'): boolean {
  if (typeof now !== 'number' || typeof before !== 'number' || worse === 'neither' || !areEnough(samples)) return false;
  const rise = worse === 'more' ? now - before : before - now;
  return rise > Math.max(kNotable * Math.abs(before), luck(now, before, samples, kind));
}

/** The factor of a change, for sorting; undefined where there is none to show. */
export function factorOf(now: Figure, before: Figure, samples: Samples): number | undefined {
  return typeof now === 'number' && typeof before === 'number' && before > 0 && areEnough(samples) ? now / before : undefined;
}
