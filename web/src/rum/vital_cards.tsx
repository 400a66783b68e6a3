// The vitals side by side: the 75th percentile and its judgement, the shares, the thresholds, how it was before and how it moves.
import './measures.css';

import type { Vital, VitalName } from '../api/rum_overview';
import { Spark } from '../chart/spark';
import { formatCount } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { Change } from './change';
import { kLeastSamples } from './comparison';
import { formatVital, ratingOf } from './rating';
import { RatingMark, thresholdsOf, VitalBar } from './vital_bar';

const kOrder: readonly VitalName[] = ['lcp', 'inp', 'cls', 'fcp', 'ttfb', 'load', 'fid'];

export function VitalCards({ vitals, series, chosen, onPick }: {
  vitals: readonly Vital[];
  /** The 75th percentile over time, by vital. */
  series?: Partial<Record<VitalName, readonly (number | null)[]>>;
  chosen?: VitalName;
  /** A card is then a button that shows its vital over time. */
  onPick?: (name: VitalName) => void;
}) {
  const words = t.rum;
  // The first input's delay was replaced by INP: it is shown only where nothing else came.
  const shown = kOrder.flatMap((name) => vitals.filter((vital) => vital.name === name)).filter((vital) => vital.name !== 'fid' || (vital.count > 0 && !vitals.some((each) => each.name === 'inp' && each.count > 0)));
  return (
    <ul class="vital-cards">
      {shown.map((vital) => {
        const isFew = fewViews(vital.count);
        const rating = isFew ? undefined : ratingOf(vital.name, vital.p75, { good: vital.good_max, poor: vital.poor_min });
        const line = series?.[vital.name];
        const name = <span data-tip={words.vital_names[vital.name]}>{words.vital_short[vital.name]}</span>;
        return (
          <li key={vital.name} class={rating ? `vital-card ${rating}` : 'vital-card none'} data-vital={vital.name}>
            <header>
              <h2>{onPick && line ? <button type="button" class="plain" aria-pressed={chosen === vital.name} onClick={() => onPick(vital.name)}>{name}</button> : name}</h2>
              <span class="caption">{words.p75}</span>
              <span class="grow" />
              {line?.some((value) => value !== null) && <Spark values={line} label={words.shape_of(words.vital_names[vital.name])} width={64} height={18} />}
            </header>
            <p class="vital-figure number">
              <b class={isFew ? 'third' : undefined} data-tip={isFew ? fewText(vital.count) : undefined}>{formatVital(vital.name, vital.p75)}</b>
              {rating && <span class={`rating-word ${rating}`}><RatingMark rating={rating} />{words.ratings_short[rating]}</span>}
            </p>
            <VitalBar vital={vital} />
            <p class="caption">{vital.count ? thresholdsOf(vital) : words.no_views}</p>
            {vital.count > 0 && (
              <p class="caption number line vital-foot">
                <span class="grow">{words.of_views(vital.count)}</span>
                <Change now={vital.p75} before={vital.before_p75} worse="more" samples={[vital.count, vital.before_count]} format={(value) => formatVital(vital.name, value)} />
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}
/** Too few for a percentile to be judged, or compared. */
export const fewViews = (count: number): boolean => count > 0 && count < kLeastSamples;
export const fewText = (count: number): string => t.rum.few(formatCount(count));
