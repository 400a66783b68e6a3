// The period that an overview is compared with, step by step: asked beside the overview, drawn beneath its lines.
import { askRumOverview, scopeKey, type RumBaseline, type RumOverviewAnswer, type RumScope } from '../../api/rum_overview';
import { useQuestion } from '../../api/question';
import type { Span } from '../../app/range';
import { fromNanoseconds } from '../../format/instant';

type Gaps = readonly (number | null)[];

/** Milliseconds from then to now; undefined where the baseline is no earlier time. */
export function shiftOf(baseline: RumBaseline, span: Span): number | undefined {
  const shifts: Partial<Record<RumBaseline, number>> = { previous: span.end - span.start, day: 864e5, week: 7 * 864e5 };
  return shifts[baseline];
}

export interface Earlier {
  answer: RumOverviewAnswer;
  shift: number;
}

export function useEarlier(scope: RumScope, baseline: RumBaseline, points: number, isWanted: boolean): Earlier | undefined {
  const shift = shiftOf(baseline, scope.span);
  const then = { ...scope, span: { start: scope.span.start - (shift ?? 0), end: scope.span.end - (shift ?? 0) } };
  const key = isWanted && shift !== undefined ? `earlier ${scopeKey(then)}` : undefined;
  const question = useQuestion<RumOverviewAnswer>(key, (options) => askRumOverview(then, 'none', points, { signal: options.signal }), { keep: false });
  return question.answer && question.answerKey === key && shift !== undefined ? { answer: question.answer, shift } : undefined;
}

/** Values of then at the steps of now: each from the step that begins nearest to the same moment. Pure. */
export function laidOver(values: Gaps, then: Pick<RumOverviewAnswer, 'steps'>, now: Pick<RumOverviewAnswer, 'steps'>, shift: number): (number | null)[] {
  const [from, to] = [fromNanoseconds(then.steps.start_ns), fromNanoseconds(now.steps.start_ns)];
  const [step, stepNow] = [then.steps.step_ns / 1e6, now.steps.step_ns / 1e6];
  return Array.from({ length: now.steps.count }, (_, index) => values[Math.round((to + index * stepNow - shift - from) / step)] ?? null);
}

/** Of as many steps as now has views in, the part in which then had any; 1 as long as nothing is known of then. */
export function coverage(then: Pick<RumOverviewAnswer, 'series'> | undefined, now: Pick<RumOverviewAnswer, 'series'>): number {
  if (then === undefined) return 1;
  const filled = (values: readonly number[]) => values.filter((value) => value > 0).length;
  return filled(then.series.views) / Math.max(1, filled(now.series.views));
}
