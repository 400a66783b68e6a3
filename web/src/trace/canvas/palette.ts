// The colours a canvas draws with, resolved once for each theme and trace. Within one trace two services may share a hue (there
// are twelve): from the second on they are striped, in bars and in squares alike.
import { kColourCount } from '../../app/service_colours';
import { shadeStore, token, type Shade } from '../../app/theme';
import type { ServiceFacts, TraceColumns } from '../model/columns';

export interface ServicePaint {
  /** Self time. */
  solid: string;
  /** Time in children. */
  light: string;
  isStriped: boolean;
  /** Text on `solid`. */
  ink: string;
  /** Stripes, made when first drawn. */
  pattern?: CanvasPattern | string;
}

export interface Palette {
  shade: Shade;
  services: ServicePaint[];
  surface: string;
  line: string;
  text: string;
  text2: string;
  text3: string;
  error: string;
  errorTint: string;
  accent: string;
  accentTint: string;
  mark: string;
  critical: string;
  criticalHalo: string;
  warning: string;
  selection: string;
  baseline: string;
  font: string;
}

/** Services of a trace that need stripes, because an earlier one has the same hue. */
export function stripedServices(services: readonly ServiceFacts[]): boolean[] {
  const seen = new Set<number>();
  return services.map(({ color }) => {
    const hue = color % kColourCount;
    if (seen.has(hue)) return true;
    seen.add(hue);
    return false;
  });
}

export function resolvePalette(columns: TraceColumns): Palette {
  const surface = token('--surface');
  const striped = stripedServices(columns.facts.services);
  return {
    shade: shadeStore.get(),
    services: columns.facts.services.map(({ color }, index) => {
      const solid = token(`--service-${color % kColourCount}`);
      return { solid, light: mixed(solid, surface, 0.42), isStriped: striped[index]!, ink: inkOn(solid) };
    }),
    surface,
    line: token('--line'), text: token('--text'), text2: token('--text-2'), text3: token('--text-3'),
    error: token('--error'), errorTint: token('--error-tint'), accent: token('--accent'), accentTint: token('--accent-tint'),
    mark: token('--mark'), critical: token('--critical'), criticalHalo: token('--critical-halo'), warning: token('--warning-fill'),
    selection: token('--selection'), baseline: token('--baseline'), font: token('--font'),
  };
}

type Rgb = [number, number, number];

/** Channels of `#rrggbb` or `#rgb`: a build may shorten what the tokens say. */
export function rgbOf(hex: string): Rgb {
  const digits = hex.trim().replace('#', '');
  const whole = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const value = Number.parseInt(whole, 16) || 0;
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** `share` of `over`, the rest of `under`: opaque, so that overlapping bars do not add up. */
export function mixed(over: string, under: string, share: number): string {
  const a = rgbOf(over), b = rgbOf(under);
  const channel = (i: 0 | 1 | 2) => Math.round(a[i] * share + b[i] * (1 - share)).toString(16).padStart(2, '0');
  return `#${channel(0)}${channel(1)}${channel(2)}`;
}

function luminance(hex: string): number {
  const [r, g, b] = rgbOf(hex).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Black or white, whichever reads better. */
export function inkOn(background: string): string {
  const light = luminance(background);
  return (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? '#0B0E12' : '#FFFFFF';
}

/** What a bar of a service is filled with: diagonal stripes on the lighter self are the second cue of a shared hue. */
export function fillOf(context: CanvasRenderingContext2D, paint: ServicePaint): CanvasPattern | string {
  if (!paint.isStriped) return paint.solid;
  return (paint.pattern ??= stripes(context, paint.solid, paint.light));
}

function stripes(context: CanvasRenderingContext2D, solid: string, light: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const pen = tile.getContext('2d');
  if (pen === null) return solid;
  pen.fillStyle = solid;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = light;
  pen.lineWidth = 2;
  pen.beginPath();
  for (const x of [-8, 0, 8]) pen.moveTo(x, 8), pen.lineTo(x + 8, 0);
  pen.stroke();
  return context.createPattern(tile, 'repeat') ?? solid;
}
