// Numbers as people read them: three significant digits in tables and charts, full precision on hover and copy.
// A unit follows after a thin space; missing is an en dash, zero is 0.

export const kMissing = '–';
export const kThin = '\u2009';
const kMinus = '\u2212';

/** Three significant digits without exponent; a true minus. */
export function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  let text = size.toFixed(digits);
  if (size < 0.995) text = Number(size.toPrecision(3)).toString();
  return value < 0 ? kMinus + text : text;
}

const isNumber = (value: number | undefined | null): value is number => typeof value === 'number' && Number.isFinite(value);

/** Grouped up to 9,999, then k, M, G. */
export function formatCount(value: number | undefined | null): string {
  if (!isNumber(value)) return kMissing;
  const size = Math.abs(value);
  const sign = value < 0 ? kMinus : '';
  if (size < 9999.5) return sign + Math.round(size).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  for (const [unit, each] of [['k', 1e3], ['M', 1e6], ['G', 1e9]] as const) {
    if (size < each * 999.5 || unit === 'G') return `${sign}${threeDigits(size / each)}${kThin}${unit}`;
  }
  return kMissing;
}
export function formatCountExactly(value: number): string {
  return (value < 0 ? kMinus : '') + Math.abs(Math.round(value)).toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Per second; below one, per minute. */
export function formatRate(perSecond: number | undefined | null): string {
  if (!isNumber(perSecond)) return kMissing;
  if (perSecond === 0) return '0';
  if (perSecond >= 1) return `${perSecond >= 9999.5 ? formatCount(perSecond) : threeDigits(perSecond)}${kThin}/s`;
  const perMinute = perSecond * 60;
  if (perMinute < 0.01) return `<${kThin}0.01${kThin}/min`;
  return `${threeDigits(perMinute)}${kThin}/min`;
}

/** A share of one, as per cent. */
export function formatShare(share: number | undefined | null): string {
  if (!isNumber(share)) return kMissing;
  const percent = share * 100;
  if (percent === 0) return '0';
  if (Math.abs(percent) < 0.01) return `<${kThin}0.01${kThin}%`;
  return `${threeDigits(percent)}${kThin}%`;
}

/** A change from `before` to `now`: with sign; ×n beyond tenfold. Undefined where there is nothing to compare. */
export function formatChange(now: number | undefined | null, before: number | undefined | null): string {
  if (!isNumber(now) || !isNumber(before) || before === 0) return kMissing;
  const factor = now / before;
  if (factor >= 10) return `×${threeDigits(factor)}`;
  const percent = (factor - 1) * 100;
  if (Math.abs(percent) < 0.5) return '±0';
  const text = threeDigits(Math.abs(percent) >= 9.5 ? Math.round(Math.abs(percent)) : Math.abs(percent));
  return `${percent < 0 ? kMinus : '+'}${text}${kThin}%`;
}

export function formatBytes(bytes: number | undefined | null): string {
  if (!isNumber(bytes)) return kMissing;
  if (bytes < 1024) return `${Math.round(bytes)}${kThin}B`;
  let value = bytes / 1024;
  for (const unit of ['KiB', 'MiB', 'GiB', 'TiB']) {
    if (value < 999.5 || unit === 'TiB') return `${threeDigits(value)}${kThin}${unit}`;
    value /= 1024;
  }
  return kMissing;
}

/** Apdex has two decimals by its definition. */
export function formatApdex(value: number | undefined | null): string {
  return isNumber(value) ? value.toFixed(2) : kMissing;
}
