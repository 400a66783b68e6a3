// How a duration is spread over the views: one bar a bin, coloured by judgement, with the thresholds and the 75th percentile marked.
import './measures.css';

import { formatDuration, formatDurationMark } from '../format/duration';
import { formatCount, formatShare } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { ratingOf } from './rating';

export interface Bin {
  from: number;
  to: number;
  count: number;
}

/** Bins up to each bound and one beyond the last; empty ones at both ends are left out. */
export function binsOf(bounds: readonly number[], counts: readonly number[]): Bin[] {
  const bins = counts.map((count, index): Bin => ({ from: bounds[index - 1] ?? (index ? (bounds.at(-1) ?? 0) : 0), to: bounds[index] ?? Infinity, count }));
  const first = bins.findIndex((bin) => bin.count > 0);
  if (first < 0) return [];
  const end = bins.length - [...bins].reverse().findIndex((bin) => bin.count > 0);
  return bins.slice(first, end);
}

const kMarks = 5;
const spanOf = (bin: Bin) => (bin.to === Infinity ? `> ${formatDuration(bin.from)}` : `${formatDuration(bin.from)} – ${formatDuration(bin.to)}`);

export function Histogram({ metric, bounds, counts, p75 }: { metric: 'lcp' | 'load'; bounds: readonly number[]; counts: readonly number[]; p75: number | null | undefined }) {
  const bins = binsOf(bounds, counts);
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const sum = bins.reduce((total, bin) => total + bin.count, 0);
  if (!bins.length) return <p class="third">{t.app.chart.no_data}</p>;
  const p75At = typeof p75 === 'number' ? bins.findIndex((bin) => p75 > bin.from && p75 <= bin.to) : -1;
  const every = Math.max(1, Math.ceil(bins.length / kMarks));
  return (
    <div class="histogram" role="img" aria-label={t.rum.histogram_says(t.rum.vital_names[metric], formatDuration(bins[0]?.from), formatDuration(bins.at(-1)?.to === Infinity ? bins.at(-1)?.from : bins.at(-1)?.to), formatCount(sum))}>
      <div class="histogram-bars">
        {bins.map((bin, index) => {
          const rating = ratingOf(metric, bin.to === Infinity ? bin.from * 1.01 : (bin.from + bin.to) / 2) ?? 'good';
          return (
            <span key={bin.from} class={index === p75At ? 'bin marked' : 'bin'} data-tip={`${spanOf(bin)}\n${t.rum.columns.views} ${formatCount(bin.count)} (${formatShare(bin.count / sum)})`}>
              {index === p75At && <span class="bin-mark caption">{t.rum.p75}</span>}
              <i class={rating} style={{ height: bin.count ? `max(2px, ${(bin.count / most) * 100}%)` : '0' }} />
            </span>
          );
        })}
      </div>
      <div class="histogram-axis caption number" aria-hidden="true">
        {bins.map((bin, index) => (index % every === 0 ? <span key={bin.from} style={{ left: `${(index / bins.length) * 100}%` }}>{formatDurationMark(Number(bin.from.toPrecision(2)))}</span> : null))}
      </div>
    </div>
  );
}
