// How it moves: visits, a vital with its thresholds, failures; one time axis, releases as marks.
import { useMemo } from 'preact/hooks';

import type { RumOverviewAnswer, VitalName } from '../../api/rum_overview';
import { setSpan, useRange } from '../../app/range';
import { LineChart, type Mark, type Series } from '../../chart/line_chart';
import { fromNanoseconds } from '../../format/instant';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { formatVital, kThresholds } from '../../rum/rating';

const kHeight = 148;
export type TrendVital = 'lcp' | 'inp' | 'cls' | 'ttfb';

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

export function Trends({ answer, vital }: { answer: RumOverviewAnswer; vital: TrendVital }) {
  const { range } = useRange();
  const words = t.rum.trends;
  const made = useMemo(() => {
    const start = fromNanoseconds(answer.steps.start_ns);
    const times = Array.from({ length: answer.steps.count }, (_, index) => start + (index * answer.steps.step_ns) / 1e6);
    const { good, poor } = kThresholds[vital];
    const values = trendsOf(answer)[vital] ?? [];
    const flat = (value: number) => times.map(() => value);
    // The thresholds are drawn where the values come near them, or they would press the line to the ground.
    const largest = Math.max(0, ...values.map((value) => value ?? 0));
    const lines: Series[] = [
      { label: `${t.rum.vital_short[vital]} ${t.rum.p75}`, values, stroke: '--accent', isFilled: true },
      { label: t.rum.ratings.good, values: flat(good), stroke: '--good', width: 1, dash: [4, 4] },
      ...(largest > good ? [{ label: t.rum.ratings.poor, values: flat(poor), stroke: '--poor', width: 1, dash: [2, 3] }] : []),
    ];
    return {
      times, lines, marks: releaseMarks(answer),
      visits: [
        { label: words.views, values: answer.series.views, stroke: '--accent', isFilled: true },
        { label: words.sessions, values: answer.series.sessions, stroke: '--text-2', width: 1.5 },
      ] as Series[],
      failures: [
        { label: words.errors, values: answer.series.errors, stroke: '--error', isBars: true },
        { label: words.failed, values: answer.series.failed_requests, stroke: '--text-2', width: 1.5 },
      ] as Series[],
    };
  }, [answer, vital]);
  const shared = { times: made.times, height: kHeight, syncWith: 'rum', marks: made.marks, isLastIncomplete: range.to === 'now', onSelect: setSpan, hasLegend: true };
  return (
    <div class="rum-trends">
      <LineChart {...shared} title={words.visits} unit={words.per_step} series={made.visits} format={formatCount} isWhole />
      <LineChart {...shared} title={t.rum.vital_names[vital]} unit={t.rum.p75} series={made.lines} format={(value) => formatVital(vital, value)} />
      <LineChart {...shared} title={words.failures} unit={words.per_step} series={made.failures} format={formatCount} isWhole />
    </div>
  );
}
