// How an event is called and shown: its icon, its name, its figures. Texts of data are elements that are not translated.
import type { ComponentChildren } from 'preact';

import type { EventKind, SessionEvent, SessionView, ViewVitals } from '../../api/rum_sessions';
import type { VitalName } from '../../api/rum_overview';
import { formatDuration } from '../../format/duration';
import { formatBytes } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { formatVital, ratingOf } from '../../rum/rating';
import { RatingMark } from '../../rum/vital_bar';
import type { IconName } from '../../widget/icon';
import { isFailed, isSlow } from './session_model';

const kIcons: Record<EventKind, IconName> = {
  view: 'browser', action: 'target', request: 'compare', resource: 'download', error: 'failed', long_task: 'clock', vitals: 'vitals', perf: 'chart', custom: 'pin', application: 'services',
};

export function eventIcon(event: SessionEvent): IconName {
  return kIcons[event.kind] ?? 'live';
}

/** What is wrong with it; '' for nothing. */
export function eventLevel(event: SessionEvent): 'error' | 'slow' | 'rage' | '' {
  if (isFailed(event)) return 'error';
  if (isSlow(event)) return 'slow';
  return event.rage ? 'rage' : '';
}

/** One line of plain text: for breadcrumbs, causes, what is read out. */
export function eventText(event: SessionEvent): string {
  if (event.kind === 'request') return [event.method, event.name || event.url].filter(Boolean).join(' ');
  if (event.kind === 'error') return [event.error?.type || event.name, event.error?.message || event.message].filter(Boolean).join(': ');
  if (event.kind === 'long_task') return t.sessions.line.long_task;
  if (event.kind === 'application') return applicationText(event);
  return event.name || event.url || event.type || t.sessions.line.kinds[event.kind] || '';
}

/** What the application did, by "<state> <scene>"; what nobody has words for is said as it came. */
function applicationText(event: SessionEvent): string {
  const words: Record<string, string> = t.sessions.line.application;
  return words[event.name.replaceAll('-', '_')] ?? ([event.type, event.name].filter(Boolean).join(' ') || t.sessions.line.kinds.application);
}

/** `checkout.js:412:17`. */
export function positionText(error: NonNullable<SessionEvent['error']>): string {
  const top = error.frames?.find((frame) => frame.in_app) ?? error.frames?.[0];
  const file = top?.source?.file ?? error.file ?? top?.file ?? '';
  if (!file) return '';
  const line = top?.source?.line ?? error.line ?? top?.line;
  const column = top?.source ? top.source.column : (error.column ?? top?.column);
  return [fileName(file), line, column].filter((part) => part !== null && part !== undefined).join(':');
}

export function fileName(file: string): string {
  return file.replace(/[?#].*$/, '').split('/').pop() || file;
}

const kVitals: readonly (readonly [VitalName, keyof ViewVitals])[] = [['lcp', 'lcp_ns'], ['inp', 'inp_ns'], ['cls', 'cls'], ['fcp', 'fcp_ns'], ['ttfb', 'ttfb_ns'], ['load', 'load_ns']];

export function vitalsOf(vitals: ViewVitals | null | undefined): { name: VitalName; value: number }[] {
  if (!vitals) return [];
  return kVitals.flatMap(([name, key]) => (typeof vitals[key] === 'number' ? [{ name, value: vitals[key]! }] : []));
}

export function VitalList({ vitals, most = 6 }: { vitals: ViewVitals | null | undefined; most?: number }) {
  return (
    <span class="vital-list">
      {vitalsOf(vitals).slice(0, most).map(({ name, value }) => {
        const rating = ratingOf(name, value);
        return (
          <span key={name} class={`vital-item ${rating ?? ''}`}>
            <span class="third" translate={false} title={t.rum.vital_names[name]}>{t.rum.vital_short[name]}</span>{' '}
            <span class="number">{formatVital(name, value)}</span>
            {rating && <RatingMark rating={rating} />}
          </span>
        );
      })}
    </span>
  );
}

/** The name of an event in its row. */
export function EventName({ event, view }: { event: SessionEvent; view: SessionView | undefined }): ComponentChildren {
  const words = t.sessions.line;
  const loading: Record<string, string> = words.loading;
  switch (event.kind) {
    case 'view':
      return (
        <>
          <b class="cut" translate={false}>{event.name || event.view_name || event.url}</b>
          <span class="third hide-narrow">{loading[view?.loading_type ?? ''] ?? ''}</span>
          <VitalList vitals={view?.vitals} most={3} />
        </>
      );
    case 'request':
      return (
        <>
          <span class="sl-method second" translate={false}>{event.method}</span>
          <span class="cut" translate={false} title={event.url ?? event.name}>{event.name || event.url}</span>
        </>
      );
    case 'resource':
      return (
        <>
          <span class="third" translate={false}>{event.type}</span>
          <span class="cut" translate={false} title={event.url ?? event.name}>{fileName(event.name || event.url || '')}</span>
        </>
      );
    case 'error':
      return <ErrorName event={event} />;
    case 'long_task':
      return <span>{words.long_task}</span>;
    case 'vitals':
    case 'perf':
      return (
        <>
          <span class="second">{event.kind === 'perf' ? words.loaded : words.kinds.vitals}</span>
          <VitalList vitals={event.vitals} />
        </>
      );
    case 'action':
      return (
        <>
          <span class="cut" translate={false}>{event.name || event.type}</span>
          {event.times > 1 && <span class="number second">{words.times(event.times)}</span>}
          {event.rage && <span class="pill warning">{words.rage}</span>}
        </>
      );
    case 'application':
      return <span class="cut">{applicationText(event)}</span>;
    default:
      return (
        <>
          <span class="third" translate={false}>{event.type}</span>
          <span class="cut" translate={false}>{event.name}</span>
        </>
      );
  }
}

function ErrorName({ event }: { event: SessionEvent }) {
  const words = t.sessions.line;
  const { error } = event;
  const position = error ? positionText(error) : '';
  const named: Record<string, string> = { blank: words.blank, crash: words.crash, anr: words.anr };
  return (
    <>
      <span class="cut" translate={false} title={eventText(event)}>
        <b>{named[event.type ?? ''] ?? (error?.type || event.name)}</b> {error?.message || event.message}
      </span>
      {position && <span class="sl-position third" translate={false} title={position}><bdi dir="ltr">{position}</bdi></span>}
      {event.times > 1 && <span class="number second">{words.times(event.times)}</span>}
    </>
  );
}

/** `503`, `no answer`. */
export function statusText(event: SessionEvent): string {
  if (event.kind !== 'request' && event.kind !== 'resource') return '';
  const status = event.status_code === null ? '' : String(event.status_code);
  if (status !== '' && status !== '0') return event.kind === 'resource' && event.success !== 0 ? '' : status;
  if (event.success !== 0) return '';
  return event.type === 'rpc' ? t.sessions.line.failed : t.sessions.line.network_error;
}

export function figureText(event: SessionEvent): string {
  if (event.duration_ns !== null && event.kind !== 'action' && event.duration_ns > 0) return formatDuration(event.duration_ns);
  if ((event.kind === 'resource' || event.kind === 'application') && event.size) return formatBytes(event.size);
  return '';
}
