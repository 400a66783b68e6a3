// A vital as people judge it: the 75th percentile, in words and by colour, and how many views were good, fair and poor.
import './rum.css';

import type { Vital, VitalName } from '../api/rum_overview';
import { formatShare } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { Icon } from '../widget/icon';
import { formatVital, ratingOf, type Rating } from './rating';

const kIcons = { good: 'good', fair: 'warning', poor: 'poor' } as const;

/** The judgement with a shape of its own, for a value that stands beside. */
export function RatingMark({ rating }: { rating: Rating }) {
  return (
    <span class={`rating ${rating}`} data-tip={t.rum.ratings[rating]}>
      <Icon name={kIcons[rating]} label={t.rum.ratings[rating]} />
    </span>
  );
}

/** A 75th percentile in a table: plain where it is good, marked where it is not. */
export function VitalValue({ name, value, limits }: { name: VitalName; value: number | null | undefined; limits?: { good: number; poor: number } }) {
  const rating = ratingOf(name, value, limits);
  return (
    <span class={rating ? `vital-value ${rating}` : 'third'}>
      {rating && rating !== 'good' && <RatingMark rating={rating} />}
      {formatVital(name, value)}
    </span>
  );
}

/** Good, fair and poor shares as one bar; said in words for those who do not see it. */
export function ShareBar({ name, good, fair, poor }: { name: string; good: number; fair: number; poor: number }) {
  const sum = good + fair + poor;
  if (!sum) return <span class="rating-bar none" />;
  return (
    <span class="rating-bar" role="img" aria-label={t.rum.shares(name, formatShare(good / sum), formatShare(fair / sum), formatShare(poor / sum))}>
      {good > 0 && <i class="good" style={{ flexGrow: good }} />}
      {fair > 0 && <i class="fair" style={{ flexGrow: fair }} />}
      {poor > 0 && <i class="poor" style={{ flexGrow: poor }} />}
    </span>
  );
}

/** The bar of a vital with its shares in figures beneath. */
export function VitalBar({ vital, hasFigures = true }: { vital: Vital; hasFigures?: boolean }) {
  const sum = vital.good + vital.fair + vital.poor;
  return (
    <span class="vital-bar">
      <ShareBar name={t.rum.vital_names[vital.name]} good={vital.good} fair={vital.fair} poor={vital.poor} />
      {hasFigures && sum > 0 && (
        <span class="vital-shares number" aria-hidden="true">
          <span class="good">{formatShare(vital.good / sum)}</span>
          <span class="fair">{formatShare(vital.fair / sum)}</span>
          <span class="poor">{formatShare(vital.poor / sum)}</span>
        </span>
      )}
    </span>
  );
}

/** The thresholds as a sentence: `good ≤ 2.5 s, poor > 4 s`. */
export function thresholdsOf(vital: Vital): string {
  return t.rum.thresholds(formatVital(vital.name, vital.good_max), formatVital(vital.name, vital.poor_min));
}
