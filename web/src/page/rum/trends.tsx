// How it moves: visits, a vital with its thresholds, failures; one time axis, releases as marks.
import { useMemo } from 'preact/hooks';

import type { RumOverviewAnswer, RumScope, VitalName } from '../../api/rum_overview';
import { setSpan, useRange, type Span } from '../../app/range';
import { lengthName } from '../../app/range_names';
import { LineChart, type Mark, type Series } from '../../chart/line_chart';
import { formatDuration } from '../../format/duration';
import { fromNanoseconds } from '../../format/instant';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { sessionsLink } from '../../rum/links';
import { formatVital, kThresholds } from '../../rum/rating';
import { MenuItem } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { laidOver, type Earlier } from './earlier';

const kHeight = 148;
const kNoThresholds = { good: 0, poor: 0 };
/** `request`: how long requests took, where there are no vitals. */
export type TrendVital = 'lcp' | 'inp' | 'cls' | 'ttfb' | 'request';

export function trendsOf(answer: RumOverviewAnswer): Partial<Record<VitalName, readonly (number | null)[]>> {
  const { lcp_p75, inp_p75, cls_p75, ttfb_p75 } = answer.series;
  return { lcp: lcp_p75, inp: inp_p75, cls: cls_p75, ttfb: ttfb_p75 };
}

/** Releases that began within the range, not those that were there already. */
export function releaseMarks(answer: RumOverviewAnswer): Mark[] {
  const start = fromNanoseconds(answer.steps.start_ns);
  const step = answer.steps.step_ns / 1e6;
  return answer.versions
    .map((each) => ({ time: fromNanoseconds(each.first_ns), label: t.app.chart.deploy(each.version) }))
    .filter((mark) => mark.time > start + 2 * step);
}

/** What a dragged part of a chart leads to: the sessions of that time, or the time itself as the range. */
function actionsOf(scope: RumScope, has: string | undefined, name: string) {
  return (span: Span, close: () => void) => (
    <>
      <MenuItem onPick={close} href={sessionsLink(scope, has, { from: String(Math.floor(span.start)), to: String(Math.ceil(span.end)) })}><Icon name="sessions" />{name}</MenuItem>
      <MenuItem onPick={() => { close(); setSpan(span); }}><Icon name="search" />{t.app.chart.zoom}</MenuItem>
    </>
  );
}

export function Trends({ answer, earlier, vital, scope }: { answer: RumOverviewAnswer; earlier?: Earlier | undefined; vital: TrendVital; scope: RumScope }) {
  const { range } = useRange();
  const words = t.rum.trends;
  const made = useMemo(() => {
    const start = fromNanoseconds(answer.steps.start_ns);
    const times = Array.from({ length: answer.steps.count }, (_, index) => start + (index * answer.steps.step_ns) / 1e6);
    const valuesOf = (told: RumOverviewAnswer) => (vital === 'request' ? told.series.request_p75 : trendsOf(told)[vital]) ?? [];
    const values = valuesOf(answer);
    // The same hue as now's, dashed and pale.
    const then = (label: string, stroke: string, pick: (told: RumOverviewAnswer) => readonly (number | null)[]): Series[] =>
      earlier ? [{ label: words.before(label), values: laidOver(pick(earlier.answer), earlier.answer, answer, earlier.shift), stroke, isPale: true, dash: [5, 3], width: 1.5 }] : [];
    const { good, poor } = vital === 'request' ? kNoThresholds : kThresholds[vital];
    const flat = (value: number) => times.map(() => value);
    // The thresholds are drawn where the values come near them, or they would press the line to the ground.
    const largest = Math.max(0, ...values.map((value) => value ?? 0));
    const lines: Series[] = [
      { label: `${vital === 'request' ? t.rum.columns.request : t.rum.vital_short[vital]} ${t.rum.p75}`, values, stroke: '--accent', isFilled: true },
      ...then(vital === 'request' ? t.rum.columns.request : t.rum.vital_short[vital], '--accent', valuesOf),
      ...(good ? [{ label: t.rum.ratings.good, values: flat(good), stroke: '--good', width: 1, dash: [4, 4] }] : []),
      ...(good && largest > good ? [{ label: t.rum.ratings.poor, values: flat(poor), stroke: '--poor', width: 1, dash: [2, 3] }] : []),
    ];
    return {
      times, lines, marks: releaseMarks(answer),
      visits: [
        { label: words.views, values: answer.series.views, stroke: '--accent', isFilled: true },
        ...then(words.views, '--accent', (told) => told.series.views),
        { label: words.sessions, values: answer.series.sessions, stroke: '--text-2', width: 1.5 },
      ] as Series[],
      failures: [
        { label: words.errors, values: answer.series.errors, stroke: '--error', isBars: true },
        ...then(words.errors, '--error', (told) => told.series.errors),
        { label: words.failed, values: answer.series.failed_requests, stroke: '--text-2', width: 1.5 },
      ] as Series[],
    };
  }, [answer, earlier?.answer, vital]);
  const perStep = words.per_step(lengthName(answer.steps.step_ns / 1e6));
  const shared = { times: made.times, height: kHeight, syncWith: 'rum', marks: made.marks, isLastIncomplete: range.to === 'now', hasLegend: true };
  return (
    <div class="rum-trends">
      <LineChart {...shared} title={words.visits} unit={perStep} series={made.visits} format={formatCount} isWhole actions={actionsOf(scope, undefined, words.sessions_then)} />
      <LineChart {...shared} title={vital === 'request' ? words.request : t.rum.vital_names[vital]} unit={t.rum.p75} series={made.lines} format={(value) => (vital === 'request' ? formatDuration(value) : formatVital(vital, value))} actions={actionsOf(scope, 'slow', words.slow_then)} />
      <LineChart {...shared} title={words.failures} unit={perStep} series={made.failures} format={formatCount} isWhole actions={actionsOf(scope, 'errors', words.failed_then)} />
    </div>
  );
}
