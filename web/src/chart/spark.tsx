// A sparkline: the shape of a series in 72 × 20 px. Gaps are gaps; the scale starts at zero. All sparklines of a column share
// the time axis and may share the scale.
import { useMemo } from 'preact/hooks';

interface SparkProps {
  values: readonly (number | null)[];
  /** Read out: what it shows, in words. */
  label: string;
  kind?: 'line' | 'bars';
  tone?: 'plain' | 'error' | 'accent';
  max?: number;
  width?: number;
  height?: number;
}

export function sparkPath(values: readonly (number | null)[], width: number, height: number, max: number): string {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let path = '';
  let isDrawing = false;
  values.forEach((value, index) => {
    if (value === null) {
      isDrawing = false;
      return;
    }
    const x = (index * step).toFixed(1);
    const y = (height - 1 - (value / max) * (height - 2)).toFixed(1);
    path += `${isDrawing ? 'L' : 'M'}${x} ${y}`;
    // A lone point between gaps is drawn as a short stroke.
    if (!isDrawing && (values[index + 1] ?? null) === null) path += `h.8`;
    isDrawing = true;
  });
  return path;
}

export function Spark({ values, label, kind = 'line', tone = 'plain', max, width = 72, height = 20 }: SparkProps) {
  const top = Math.max(max ?? 0, ...values.map((value) => value ?? 0)) || 1;
  const content = useMemo(() => {
    if (kind === 'line') return sparkPath(values, width, height, top);
    const step = width / Math.max(1, values.length);
    return values
      .map((value, index) => {
        if (!value) return '';
        const h = Math.max(1.5, (value / top) * (height - 1));
        return `M${(index * step).toFixed(1)} ${height}v${(-h).toFixed(1)}h${Math.max(0.8, step - 0.4).toFixed(1)}v${h.toFixed(1)}z`;
      })
      .join('');
  }, [values, kind, top, width, height]);
  return (
    <svg class={`spark ${tone} ${kind}`} viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label} preserveAspectRatio="none">
      <path d={content} />
    </svg>
  );
}
