// A chart of values over time on uPlot: title, unit, drag to select, cross-hair shared by the charts of a page, a table as its
// twin. Gaps are gaps, not zero; the last step, still filling, is drawn dashed.
import 'uplot/dist/uPlot.min.css';

import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';

import { copyText } from '../app/notice';
import { zonePreference } from '../app/preferences';
import type { Span } from '../app/range';
import { shadeStore, token } from '../app/theme';
import { useStore } from '../app/store';
import { formatInstant, formatInstantExactly } from '../format/instant';
import { t } from '../i18n/catalogue';
import { DataTable } from '../widget/data_table';
import { Floating, MenuItem } from '../widget/floating';
import { Icon } from '../widget/icon';
import { tickNameDated } from './ticks';

export interface Series {
  label: string;
  values: readonly (number | null)[];
  /** A colour token. */
  stroke: string;
  width?: number;
  dash?: number[];
  isFilled?: boolean;
  /** Bars from the ground up instead of a line. */
  isBars?: boolean;
  /** Of a former time: paler than what is now. */
  isPale?: boolean;
}
export interface Mark {
  time: number;
  label: string;
}

export interface LineChartProps {
  title: string;
  unit: string;
  /** Milliseconds; equally spaced. */
  times: readonly number[];
  series: readonly Series[];
  format: (value: number) => string;
  /** For the axis, where it should be shorter. */
  formatAxis?: (value: number) => string;
  isLog?: boolean;
  /** Whole numbers only: no marks between. */
  isWhole?: boolean;
  height?: number;
  figure?: ComponentChildren;
  marks?: readonly Mark[];
  isLastIncomplete?: boolean;
  hasLegend?: boolean;
  /** A dragged range. What the menu offers: `actions`; without it the range is handed over at once. */
  onSelect?: (span: Span) => void;
  actions?: (span: Span, close: () => void) => ComponentChildren;
  /** Charts with the same name share their cross-hair. */
  syncWith?: string;
}

export const kAxisWidth = 56;
const kWholeSteps = Array.from({ length: 30 }, (_, index) => ([1, 2, 5][index % 3] ?? 1) * 10 ** Math.floor(index / 3));

/** Marks of an axis are round: `20 %`, not `20.0 %`. */
function shortMark(text: string): string {
  return text.replace(/(\d)\.0+(?=\D|$)/, '$1').replace(/(\.\d*[1-9])0+(?=\D|$)/, '$1');
}

function summary(title: string, series: readonly Series[], format: (value: number) => string): string {
  const values = (series[0]?.values ?? []).filter((value): value is number => value !== null);
  if (!values.length) return `${title}: ${t.app.chart.no_data}`;
  return t.app.chart.summary(title, format(Math.min(...values)), format(Math.max(...values)), format(values.at(-1) ?? 0));
}

/** Drawn at 60 %. */
function strokeOf(series: Series): string {
  return series.isPale ? `color-mix(in srgb, ${token(series.stroke)} 60%, transparent)` : token(series.stroke);
}

function font(): string {
  return `11px ${getComputedStyle(document.body).fontFamily}`;
}

/** Draws the last segment of each series dashed, over a cleared stretch. */
function options(props: LineChartProps, shown: readonly boolean[], size: { width: number; height: number }, hooks: uPlot.Hooks.Arrays): uPlot.Options {
  const { series, times, isLog, format, formatAxis = format } = props;
  const axis: uPlot.Axis = {
    stroke: token('--text-3'), font: font(), ticks: { show: false }, gap: 4,
    grid: { stroke: token('--line'), width: 1 / devicePixelRatio },
  };
  const bars = uPlot.paths.bars?.({ size: [0.86, 40], gap: 0.5 });
  return {
    ...size,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => (zonePreference.get() === 'utc' ? uPlot.tzDate(new Date(seconds * 1e3), 'Etc/UTC') : new Date(seconds * 1e3)),
    cursor: {
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
      ...(props.syncWith ? { sync: { key: props.syncWith, setSeries: false } } : {}),
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, ...(times.length ? { range: [(times[0] ?? 0) / 1e3, (times.at(-1) ?? 0) / 1e3] as [number, number] } : {}) },
      y: isLog
        ? { distr: 3, log: 10, range: (_chart: uPlot, low: number | null, high: number | null): [number, number] => [10 ** Math.floor(Math.log10(low || 1)), 10 ** Math.ceil(Math.log10(Math.max(high || 10, (low || 1) * 2)))] }
        : { range: (_chart: uPlot, _low: number | null, high: number | null): [number, number] => [0, high && high > 0 ? high * 1.1 : 1] },
    },
    axes: [
      { ...axis, size: 22, space: 64, values: (_chart, splits, _index, _space, step) => splits.map((at) => tickNameDated(at * 1e3, step * 1e3, Date.now())) },
      { ...axis, size: kAxisWidth, space: 30, ...(props.isWhole ? { incrs: kWholeSteps } : {}), values: (_chart, splits) => splits.map((value) => (value === null ? '' : shortMark(formatAxis(value)))) },
    ],
    series: [
      {},
      ...series.map((each, index): uPlot.Series => ({
        label: each.label,
        show: shown[index] ?? true,
        stroke: strokeOf(each),
        width: each.width ?? 1.5,
        points: { show: false },
        ...(each.dash ? { dash: each.dash } : {}),
        ...(each.isBars && bars ? { paths: bars, fill: token(each.stroke), width: 0 } : {}),
        ...(each.isFilled ? { fill: `color-mix(in srgb, ${token(each.stroke)} 14%, transparent)` } : {}),
      })),
    ],
    hooks,
  };
}

function drawMarks(chart: uPlot, marks: readonly Mark[], props: LineChartProps): void {
  const { ctx } = chart;
  const { left, top, width, height } = chart.bbox;
  ctx.save();
  for (const mark of marks) {
    const x = Math.round(chart.valToPos(mark.time / 1e3, 'x', true)) + 0.5;
    if (x < left || x > left + width) continue;
    ctx.strokeStyle = token('--text-2');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
  }
  // The step that is not over yet: hatched, so that its dip is not taken for a fall.
  if (props.isLastIncomplete && props.times.length > 2) {
    const from = chart.valToPos((props.times.at(-2) ?? 0) / 1e3, 'x', true);
    ctx.setLineDash([]);
    ctx.fillStyle = token('--surface');
    ctx.globalAlpha = 0.55;
    ctx.fillRect(from, top, left + width - from, height);
  }
  ctx.restore();
}

function TableView({ props }: { props: LineChartProps }) {
  const rows = props.times.map((time, index) => ({ time, index }));
  const csv = () =>
    [[t.app.chart.time, ...props.series.map((each) => each.label)], ...rows.map(({ time, index }) => [formatInstantExactly(time), ...props.series.map((each) => each.values[index] ?? '')])]
      .map((cells) => cells.join(','))
      .join('\n');
  return (
    <div class="plot">
      <button type="button" class="button small" onClick={() => void copyText(csv(), t.app.copied)}>
        <Icon name="copy" />
        {t.app.chart.copy_csv}
      </button>
      <DataTable name="chart" label={props.title} isFlat maxHeight={`${props.height ?? 180}px`} rows={rows} rowKey={({ time }) => String(time)}
        columns={[
          { id: 'time', title: t.app.chart.time, cell: ({ time }) => formatInstant(time, 'second') },
          ...props.series.map((each) => ({
            id: each.label, title: each.label, align: 'right' as const,
            cell: ({ index }: { index: number }) => { const value = each.values[index]; return value === null || value === undefined ? '–' : props.format(value); },
          })),
        ]} />
    </div>
  );
}

export function LineChart(props: LineChartProps) {
  const { times, series, height = 180 } = props;
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const shade = useStore(shadeStore);
  const [shown, setShown] = useState<readonly boolean[]>([]);
  const [readout, setReadout] = useState<{ left: number; index: number }>();
  const [selected, setSelected] = useState<{ span: Span; x: number; y: number }>();
  const [asTable, setAsTable] = useState(false);
  const data = useMemo(() => [times.map((time) => time / 1e3), ...series.map((each) => each.values as (number | null)[])] as uPlot.AlignedData, [times, series]);
  const shape = `${series.map((each) => `${each.label} ${each.stroke} ${each.width}`).join()} ${props.isLog} ${shade} ${height} ${times[0]} ${times.at(-1)}`;

  const clear = () => {
    setSelected(undefined);
    chart.current?.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  };
  useEffect(() => {
    const element = box.current;
    if (!element || asTable) return;
    const hooks: uPlot.Hooks.Arrays = {
      setCursor: [(u) => setReadout(u.cursor.idx === null || u.cursor.idx === undefined || (u.cursor.left ?? -1) < 0 ? undefined : { left: u.cursor.left ?? 0, index: u.cursor.idx })],
      setSelect: [
        (u) => {
          if (u.select.width < 4) return;
          const span = { start: u.posToVal(u.select.left, 'x') * 1e3, end: u.posToVal(u.select.left + u.select.width, 'x') * 1e3 };
          const { actions, onSelect } = latest.current;
          if (!actions) {
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            onSelect?.(span);
            return;
          }
          const at = u.over.getBoundingClientRect();
          setSelected({ span, x: at.left + u.select.left + u.select.width, y: at.top + 40 });
        },
      ],
      draw: [(u) => drawMarks(u, latest.current.marks ?? [], latest.current)],
    };
    const made = new uPlot(options(latest.current, shown, { width: element.clientWidth, height }, hooks), data, element);
    chart.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth) made.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [shape, asTable]);
  useEffect(() => chart.current?.setData(data), [data]);

  const toggle = (index: number) => {
    const next = series.map((_, at) => (at === index ? !(shown[at] ?? true) : (shown[at] ?? true)));
    setShown(next);
    chart.current?.setSeries(index + 1, { show: next[index] ?? true });
  };
  const step = times.length > 1 ? (times[1] ?? 0) - (times[0] ?? 0) : 0;
  return (
    <figure class="chart" aria-label={summary(props.title, series, props.format)} tabIndex={0}
      onKeyDown={(event) => {
        if (event.key.toLowerCase() !== 't' || event.target !== event.currentTarget) return;
        setAsTable(!asTable);
        event.preventDefault();
        event.stopPropagation();
      }}>
      <header>
        <h2>{props.title}</h2>
        <span class="unit">{props.unit}</span>
        {props.figure !== undefined && <span class="figure number">{props.figure}</span>}
        <span class="tools">
          <button type="button" class="button quiet small icon-only" aria-pressed={asTable} aria-label={asTable ? t.app.chart.as_chart : t.app.chart.as_table}
            data-tip={asTable ? t.app.chart.as_chart : t.app.chart.as_table} data-key="T" onClick={() => setAsTable(!asTable)}>
            <Icon name={asTable ? 'chart' : 'table'} />
          </button>
        </span>
      </header>
      {asTable ? (
        <TableView props={props} />
      ) : (
        <div class="plot" style={{ height: `${height + 4}px` }}>
          <div ref={box} role="img" aria-label={summary(props.title, series, props.format)} />
          {readout && times[readout.index] !== undefined && (
            <div class="readout" style={readout.left > (box.current?.clientWidth ?? 300) / 2 ? { right: `${(box.current?.clientWidth ?? 0) - readout.left - kAxisWidth + 12}px` } : { left: `${readout.left + kAxisWidth + 16}px` }}>
              <div class="third">
                {formatInstant(times[readout.index] ?? 0, step < 60e3 ? 'second' : 'minute')}
                {props.isLastIncomplete && readout.index === times.length - 1 ? ` (${t.app.chart.incomplete})` : ''}
              </div>
              <dl>
                {series.map((each, index) => {
                  if (shown[index] === false) return null;
                  const value = each.values[readout.index];
                  return [<dt key={`${each.label}-t`}>{each.label}</dt>, <dd key={each.label}>{value === null || value === undefined ? '–' : props.format(value)}</dd>];
                })}
              </dl>
            </div>
          )}
        </div>
      )}
      {props.hasLegend && !asTable && (
        <div class="legend">
          {series.map((each, index) => (
            <button type="button" key={each.label} aria-pressed={shown[index] ?? true} aria-label={t.app.chart.show_series(each.label)} onClick={() => toggle(index)}>
              <i style={{ borderTopColor: each.isPale ? `color-mix(in srgb, var(${each.stroke}) 60%, transparent)` : `var(${each.stroke})`, borderTopWidth: `${Math.max(1, each.width ?? 1.5)}px`, borderTopStyle: each.dash ? 'dashed' : 'solid' }} />
              {each.label}
            </button>
          ))}
        </div>
      )}
      {selected && props.actions && (
        <Floating anchor={{ left: selected.x, right: selected.x, top: selected.y, bottom: selected.y }} role="menu" label={t.app.chart.drag_hint} onClose={clear}>
          {props.actions(selected.span, clear)}
          <MenuItem onPick={clear}>{t.app.cancel}</MenuItem>
        </Floating>
      )}
    </figure>
  );
}
