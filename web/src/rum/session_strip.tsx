// A session at one glance: 160 px of views, actions, requests and what went wrong, on the session's own length. Its text twin is
// its accessible name.
import type { SessionRow, StripKind, StripMark } from '../api/rum_sessions';
import { t } from '../i18n/catalogue';
import './session_strip.css';

export const kStripWidth = 160;
const kHeight = 22;
const kMiddle = 13;

/** Half a pixel is the least that is seen. */
const place = (share: number) => Math.round(Math.max(0, Math.min(1, share)) * (kStripWidth - 2) * 10) / 10 + 1;

/** One path for each kind, so that a page of sessions is a few hundred elements. */
export function stripPaths(marks: readonly StripMark[]): Partial<Record<StripKind, string>> {
  const paths: Partial<Record<StripKind, string>> = {};
  for (const mark of marks) {
    const x = place(mark.at);
    const width = Math.max(1, place(mark.to) - x);
    let piece: string;
    switch (mark.kind) {
      case 'view':
        piece = `M${x} 3V${kHeight - 1}`;
        break;
      case 'action':
        piece = `M${x} ${kMiddle - 7}l2.2 2.2-2.2 2.2-2.2-2.2z`;
        break;
      case 'request':
        piece = `M${x} ${kMiddle}h${width}v4h-${width}z`;
        break;
      case 'slow':
        piece = `M${x} ${kMiddle - 1}h${Math.max(3, width)}v6h-${Math.max(3, width)}z`;
        break;
      case 'long_task':
        piece = `M${x} ${kMiddle + 5}h${Math.max(2, width)}v2h-${Math.max(2, width)}z`;
        break;
      case 'rage':
        piece = `M${x - 2.5} ${kMiddle - 8}l2.5 5 2.5-5z`;
        break;
      default:
        piece = `M${x - 3} ${kMiddle + 2}a3 3 0 1 0 6 0a3 3 0 1 0-6 0z`;
    }
    paths[mark.kind] = (paths[mark.kind] ?? '') + piece;
  }
  return paths;
}

/** What the picture shows, in words; nothing that is zero. */
export function stripWords(row: SessionRow): string {
  const words = t.sessions.strip;
  const parts: [number, (count: number) => string][] = [
    [row.views, words.views], [row.actions, words.actions], [row.requests, words.requests], [row.errors, words.errors], [row.failed_requests, words.failed],
    [row.slow_requests, words.slow], [row.rage_clicks, words.rage], [row.long_tasks, words.long_tasks], [row.blank_screens, words.blank], [row.crashes, words.crashes],
  ];
  return parts.filter(([count]) => count > 0).map(([count, say]) => say(count)).join(', ');
}

const kOrder: readonly StripKind[] = ['view', 'request', 'long_task', 'action', 'slow', 'rage', 'error'];

export function SessionStrip({ row }: { row: SessionRow }) {
  const paths = stripPaths(row.strip);
  return (
    <svg class="session-strip" width={kStripWidth} height={kHeight} viewBox={`0 0 ${kStripWidth} ${kHeight}`} role="img" aria-label={stripWords(row)}>
      <path class="ground" d={`M0 ${kMiddle + 2}H${kStripWidth}`} />
      {kOrder.map((kind) => paths[kind] && <path key={kind} class={kind} d={paths[kind]} />)}
    </svg>
  );
}
