// The worst thing that happened in a session, and the backend span that is at fault for it.
import type { SessionRow, Trouble, Worst, WorstSpan } from '../api/rum_sessions';
import { link } from '../app/address';
import { colourClass } from '../app/service_colours';
import { formatDuration } from '../format/duration';
import { t } from '../i18n/catalogue';
import { Icon, type IconName } from '../widget/icon';
import './session_strip.css';

const kIcons: Record<Trouble, IconName> = { error: 'failed', failed: 'failed', slow: 'clock', lcp: 'clock', rage: 'warning', blank: 'warning' };

export function troubleIcon(kind: string): IconName {
  return kIcons[kind as Trouble] ?? 'warning';
}

export function sessionHref(row: Pick<SessionRow, 'session_id'>, event?: string | null): string {
  return link(['/sessions', row.session_id], event ? { event } : {});
}

/** `503 · 2.41 s`. */
export function worstFigures(worst: Worst): string {
  const status = worst.status_code === null || worst.status_code === '' || worst.kind === 'error' ? '' : String(worst.status_code);
  const isUnanswered = worst.kind === 'failed' && (status === '' || status === '0');
  return [isUnanswered ? t.sessions.line.network_error : status === '0' ? '' : status, worst.duration_ns !== null ? formatDuration(worst.duration_ns) : ''].filter(Boolean).join(' · ');
}

export function WorstMoment({ row, worst }: { row: SessionRow; worst: Worst }) {
  const troubles: Record<string, string> = t.sessions.troubles;
  const figures = worstFigures(worst);
  return (
    <a class={`worst ${worst.kind}`} href={sessionHref(row, worst.event_id)}>
      <Icon name={troubleIcon(worst.kind)} label={troubles[worst.kind] ?? ''} />
      <span class="cut" translate={false} title={worst.text}>{worst.text || '–'}</span>
      {figures && <span class="number second">{figures}</span>}
    </a>
  );
}

export function WorstSpanText({ span }: { span: WorstSpan }) {
  const what = span.statement || span.operation;
  return (
    <span class="worst-span line cut">
      <i class={`square ${colourClass(span.service)}`} aria-hidden="true" />
      <span class="cut" translate={false} title={what}>
        {span.service} <span class="third">{what}</span>
      </span>
      <span class="number second" data-tip={t.sessions.list.span_self(formatDuration(span.self_ns))}>{formatDuration(span.self_ns)}</span>
    </span>
  );
}

export function Pain({ value }: { value: number }) {
  const bounded = Math.max(0, Math.min(100, value));
  const level = bounded >= 66 ? 'most' : bounded >= 33 ? 'much' : 'little';
  return (
    <span class={`pain ${level}`} role="img" aria-label={t.sessions.head.pain_of(Math.round(bounded))}>
      <i aria-hidden="true"><b style={{ width: `${bounded}%` }} /></i>
      <span class="number" aria-hidden="true">{Math.round(bounded)}</span>
    </span>
  );
}

export function LiveMark() {
  return <span class="live-mark" data-tip={t.sessions.list.live_tip}>{t.sessions.list.live}</span>;
}

/** `Chrome 130` for 130.0.0: what a list needs of a browser. */
export function withMajor(name: string | null, version: string | null): string {
  return withVersion(name, version?.replace(/(\.0)+$/, '') ?? null);
}

/** `Chrome 130`, `Android 14`: what there is of both. */
export function withVersion(name: string | null, version: string | null): string {
  return [name, version].filter(Boolean).join(' ');
}
