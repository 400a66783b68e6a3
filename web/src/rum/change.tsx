// How a number compares with the one before: the change, and the former value as its tooltip. Only what clearly got worse is marked;
// where too little was reported on one of the two sides a dash says so.
import './measures.css';

import { formatChange, formatCount, kMissing } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { areEnough, isWorse, kLeastSamples, type FigureKind, type Samples, type Worse } from './comparison';

interface ChangeProps {
  now: number | null | undefined;
  before: number | null | undefined;
  worse?: Worse;
  /** What both are made of; a count needs none. */
  samples?: Samples | undefined;
  kind?: FigureKind;
  format: (value: number) => string;
  /** The former figure, where the change of the one compared would not say it. */
  was?: string | undefined;
}

export function Change({ now, before, worse = 'neither', samples, kind = 'value', format, was }: ChangeProps) {
  if (typeof now !== 'number' || typeof before !== 'number') return null;
  if (!areEnough(samples)) {
    return <span class="change number" data-tip={t.rum.too_few(formatCount(samples?.[0]), formatCount(samples?.[1]), formatCount(kLeastSamples))}>{kMissing}</span>;
  }
  // Of few events the former number says more than a change in per cent.
  const isFew = kind === 'count' && Math.max(now, before) < kLeastSamples;
  const text = now !== before && (was !== undefined || isFew || before === 0) ? t.rum.was(was ?? format(before)) : formatChange(now, before);
  if (text === kMissing) return null;
  return (
    <span class={isWorse(now, before, worse, samples, kind) ? 'change worse number' : 'change number'} data-tip={t.rum.before(was ?? format(before))}>
      {text}
    </span>
  );
}

/** The change in a column of its own: a dash where there is none to tell. */
export function ChangeCell(props: Omit<ChangeProps, 'was'>) {
  if (typeof props.now !== 'number' || typeof props.before !== 'number') return <span class="third" data-tip={t.rum.none_before}>{kMissing}</span>;
  return <span class="change-cell"><Change {...props} /></span>;
}
