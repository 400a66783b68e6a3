// Above the results: how many over time, and how slow over time. Both can be dragged.
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';

import { useQuestion } from '../../api/question';
import { askHeatmap, askTimeline, heatOf, timesOf, type HeatmapAnswer, type TimelineAnswer } from '../../api/spread';
import { setSpan, useRange } from '../../app/range';
import type { HeatArea } from '../../chart/heat_data';
import { HeatMap } from '../../chart/heat_map';
import { LineChart } from '../../chart/line_chart';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { Working } from '../../widget/states';

const kPoints = 90;
const kHeight = 128;

export function SearchCharts({ q, areaActions }: { q: string; areaActions: (area: HeatArea, close: () => void) => ComponentChildren }) {
  const { span, range } = useRange();
  const key = `${q} ${span.start} ${span.end}`;
  const timeline = useQuestion<TimelineAnswer>(key, (options) => askTimeline(q || '{ }', span, kPoints, options));
  const heat = useQuestion<HeatmapAnswer>(key, (options) => askHeatmap(q || '{ }', span, kPoints, 40, options));
  const words = t.search;
  const series = useMemo(() => {
    const answer = timeline.answer;
    if (!answer) return [];
    return [
      { label: words.matching, values: answer.span_counts, stroke: '--baseline', isBars: true },
      { label: t.app.words.error, values: answer.error_counts, stroke: '--error', isBars: true },
    ];
  }, [timeline.answer]);
  const times = useMemo(() => (timeline.answer ? timesOf(timeline.answer, timeline.answer.span_counts.length) : []), [timeline.answer]);
  const heatData = useMemo(() => (heat.answer ? heatOf(heat.answer) : undefined), [heat.answer]);
  const total = timeline.answer?.span_count;
  if (timeline.error?.status === 404 && heat.error?.status === 404) return null;
  return (
    <div class="search-charts">
      {timeline.answer ? (
        <LineChart title={words.count_title} unit={words.count_unit} times={times} series={series} format={formatCount} height={kHeight} isWhole syncWith="search" onSelect={setSpan}
          isLastIncomplete={range.to === 'now'} figure={total === undefined ? undefined : t.app.count_spans(total)} />
      ) : (
        <figure class="chart grey-chart" style={{ height: `${kHeight + 40}px` }}>{timeline.error ? <p class="caption chart-fault">{t.app.error.title}</p> : null}</figure>
      )}
      {heatData ? (
        <figure class="chart">
          <header>
            <h2>{words.heat_title}</h2>
            <span class="unit">{words.heat_unit}</span>
            <span class="figure caption">{heat.answer?.source === 'rollups' ? words.from_rollups : heat.answer?.source === 'scan' ? words.from_scan : ''}</span>
          </header>
          <HeatMap data={heatData} title={words.heat_title} height={kHeight + 4} actions={(area, _sums, close) => areaActions(area, close)} />
        </figure>
      ) : (
        <figure class="chart grey-chart" style={{ height: `${kHeight + 40}px` }}>{heat.error ? <p class="caption chart-fault">{t.app.error.title}</p> : null}</figure>
      )}
      <Working question={heat} />
    </div>
  );
}
