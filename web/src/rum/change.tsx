// How a number compares with the one before: an arrow, the change, and the former value as its tooltip. Only what got worse is marked.
import './measures.css';

import { formatChange, kMissing } from '../format/quantity';
import { t } from '../i18n/catalogue';

export type Worse = 'more' | 'less' | 'neither';
/** Smaller changes than this are no news. */
const kNotable = 0.1;

export function isWorse(now: number | null | undefined, before: number | null | undefined, worse: Worse): boolean {
  if (typeof now !== 'number' || typeof before !== 'number' || worse === 'neither') return false;
  const change = before === 0 ? (now > 0 ? Infinity : 0) : now / before - 1;
  return worse === 'more' ? change > kNotable : change < -kNotable;
}

export function Change({ now, before, worse = 'neither', format, was }: { now: number | null | undefined; before: number | null | undefined; worse?: Worse; format: (value: number) => string; /** The former figure, where the change of the one compared would not say it. */ was?: string | undefined }) {
  if (typeof now !== 'number' || typeof before !== 'number') return null;
  const text = was !== undefined && now !== before ? t.rum.was(was) : before === 0 && now > 0 ? t.rum.was(format(0)) : formatChange(now, before);
  if (text === kMissing) return null;
  return (
    <span class={isWorse(now, before, worse) ? 'change worse number' : 'change number'} data-tip={t.rum.before(was ?? format(before))}>
      {text}
    </span>
  );
}
