// Rate, errors and durations of a service or one of its operations, over one time axis.
import { useMemo, useState } from 'preact/hooks';

import type { Baseline, ServiceDetailAnswer } from '../../api/overview';
import { useQuestion } from '../../api/question';
import { askHeatmap, askSeries, heatOf, timesOf, type HeatmapAnswer, type SeriesAnswer } from '../../api/spread';
import { link } from '../../app/address';
import { setSpan, useRange, type Span } from '../../app/range';
import type { HeatArea } from '../../chart/heat_data';
import { HeatMap } from '../../chart/heat_map';
import { LineChart, type Mark, type Series } from '../../chart/line_chart';
import { formatDuration, formatDurationMark, queryDuration } from '../../format/duration';
import { fromNanoseconds } from '../../format/instant';
import { formatCount, formatRate, formatShare } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { quote, writeQuery, type Condition } from '../../traceql/conditions';
import { MenuItem } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { ErrorState, Working } from '../../widget/states';

const kPoints = 60;
const kHeight = 168;

/** The spans that count as requests of the service, as TraceQL. */
export function requestQuery(service: string, operation: string | undefined, basis: string, extra: readonly Condition[] = []): string {
  const conditions = writeQuery([
    { field: 'resource.service.name', operator: '=', value: quote(service) },
    ...(operation ? [{ field: 'name', operator: '=' as const, value: quote(operation) }] : []),
    ...extra,
  ]).slice(1, -1).trim();
  const kinds = basis === 'entry' ? '(kind = server || kind = consumer)' : basis === 'internal' ? '(kind = internal || kind = unspecified)' : '';
  return kinds ? `{ ${conditions} && ${kinds} }` : `{ ${conditions} }`;
}

function selectionActions(q: string, area: Span & Partial<HeatArea>, close: () => void) {
  const range = { from: String(Math.floor(area.start)), to: String(Math.ceil(area.end)) };
  const bounds: string[] = [];
  if (area.min !== undefined) bounds.push(`duration >= ${queryDuration(Math.floor(area.min))}`);
  if (area.max !== undefined) bounds.push(`duration < ${queryDuration(Math.ceil(area.max))}`);
  const chosen = bounds.length ? `${q.replace(/\s*\}$/, '')} && ${bounds.join(' && ')} }` : q;
  return (
    <>
      <MenuItem onPick={close} href={link('/explain', { a: chosen, base: q, a_from: range.from, a_to: range.to })}>
        <Icon name="compare" />
        {t.app.chart.explain}
      </MenuItem>
      <MenuItem onPick={close} href={link('/traces', { q: chosen, ...range })}>
        <Icon name="traces" />
        {t.app.chart.traces}
      </MenuItem>
      <MenuItem onPick={() => { close(); setSpan(area); }}>
        <Icon name="search" />
        {t.app.chart.zoom}
      </MenuItem>
    </>
  );
}

function DurationChart({ answer, heat, q, marks }: { answer: SeriesAnswer; heat: HeatmapAnswer | undefined; q: string; marks: readonly Mark[] }) {
  const [form, setForm] = useState<'heat' | 'lines'>('heat');
  const words = t.service;
  const data = useMemo(() => (heat ? heatOf(heat) : undefined), [heat]);
  const lines = useMemo(() => (heat ? [{ values: heat.p50_ns, width: 1, label: 'p50' }, { values: heat.p99_ns, width: 2, label: 'p99' }] : []), [heat]);
  const times = useMemo(() => timesOf(answer, answer.counts.length), [answer]);
  const series: Series[] = useMemo(() => {
    const four = (['p50', 'p90', 'p95', 'p99'] as const).map((name, index) => ({ label: name, values: answer[`${name}_ns`], stroke: '--accent', width: [0.8, 1.2, 1.6, 2.4][index] ?? 1 }));
    return answer.baseline ? [...four, { label: words.before('p99'), values: answer.baseline.p99_ns, stroke: '--baseline', width: 1.2, dash: [5, 4] }] : four;
  }, [answer]);
  const toggle = (
    <span class="segmented small-segmented" role="group" aria-label={words.duration_as}>
      <button type="button" aria-pressed={form === 'heat'} onClick={() => setForm('heat')}>{words.heat_map}</button>
      <button type="button" aria-pressed={form === 'lines'} onClick={() => setForm('lines')}>{words.percentiles}</button>
    </span>
  );
  if (form === 'lines') {
    return (
      <LineChart title={words.duration} unit={words.log_scale} times={times} series={series} format={formatDuration} formatAxis={formatDurationMark} isLog height={kHeight - 24} hasLegend syncWith="service" marks={marks}
        isLastIncomplete={answer.incomplete_last} figure={toggle} actions={(span, close) => selectionActions(q, span, close)} />
    );
  }
  return (
    <figure class="chart" aria-label={words.duration}>
      <header>
        <h2>{words.duration}</h2>
        <span class="unit">{words.heat_unit}</span>
        <span class="figure">{toggle}</span>
      </header>
      {data ? <HeatMap data={data} title={words.duration} height={kHeight + 4} lines={lines} actions={(area, _sums, close) => selectionActions(q, area, close)} /> : <div class="grey-block" style={{ height: `${kHeight}px`, margin: '0 12px' }} />}
    </figure>
  );
}

export function ServiceCharts({ detail, operation, baseline }: { detail: ServiceDetailAnswer; operation: string | undefined; baseline: Baseline }) {
  const { span } = useRange();
  const { service, basis } = detail;
  const words = t.service;
  const q = requestQuery(service, operation, basis);
  const question = useQuestion<SeriesAnswer>(`${service} ${operation} ${span.start} ${span.end} ${baseline}`, ({ signal }) => askSeries({ service, operation, kind: operation ? 'any' : undefined }, span, kPoints, baseline, signal), { keep: true });
  const heat = useQuestion<HeatmapAnswer>(`${q} ${span.start} ${span.end}`, (options) => askHeatmap(q, span, 90, 40, options));
  const marks = useMemo(() => detail.versions.filter((each) => each.is_new).map((each): Mark => ({ time: fromNanoseconds(each.first_seen_ns), label: t.app.chart.deploy(each.version) })), [detail]);
  const { answer } = question;
  const made = useMemo(() => {
    if (!answer) return undefined;
    const perSecond = (counts: readonly number[]) => counts.map((count) => count / (answer.step_ns / 1e9));
    const share = (errors: readonly number[], counts: readonly number[]) => errors.map((count, index) => (counts[index] ? count / (counts[index] ?? 1) : null));
    const before = answer.baseline;
    return {
      times: timesOf(answer, answer.counts.length),
      rate: [
        { label: t.app.words.rate, values: perSecond(answer.counts), stroke: '--accent', isFilled: true },
        ...(before ? [{ label: words.before(t.app.words.rate), values: perSecond(before.counts), stroke: '--baseline', dash: [5, 4], width: 1.2 }] : []),
      ],
      errors: [
        { label: t.app.words.errors, values: share(answer.error_counts, answer.counts), stroke: '--error', isFilled: true },
        ...(before ? [{ label: words.before(t.app.words.errors), values: share(before.error_counts, before.counts), stroke: '--baseline', dash: [5, 4], width: 1.2 }] : []),
      ],
    };
  }, [answer]);
  if (!answer || !made) return question.error ? <ErrorState error={question.error} onRetry={question.retry} small /> : <div class="service-charts">{[0, 1, 2].map((each) => <div key={each} class="grey-block" style={{ height: `${kHeight + 40}px` }} />)}</div>;
  const { total } = answer;
  const actions = (picked: Span, close: () => void) => selectionActions(q, picked, close);
  return (
    <div class="service-charts">
      <LineChart title={t.app.words.rate} unit={words.requests_per_second} times={made.times} series={made.rate} format={formatRate} height={kHeight} syncWith="service" marks={marks} isLastIncomplete={answer.incomplete_last}
        figure={<>{formatRate(total.rate)} <span class="third">{words.requests(formatCount(total.count))}</span></>} actions={actions} />
      <LineChart title={t.app.words.errors} unit={words.of_requests} times={made.times} series={made.errors} format={formatShare} height={kHeight} syncWith="service" marks={marks} isLastIncomplete={answer.incomplete_last}
        figure={<span class={total.error_share >= 0.01 ? 'is-error' : ''}>{formatShare(total.error_share)}</span>} actions={actions} />
      <DurationChart answer={answer} heat={heat.answer} q={q} marks={marks} />
      <Working question={heat} />
    </div>
  );
}
