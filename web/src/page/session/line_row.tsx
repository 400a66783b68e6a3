// One row of the time line: when, what, its figures at the left; where it lies on the axis at the right.
import { Component } from 'preact';

import { formatDuration } from '../../format/duration';
import { formatInstant, formatInstantExactly } from '../../format/instant';
import { formatBytes } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { SplitBar } from '../../trace/split_bar';
import { Icon } from '../../widget/icon';
import { EventName, eventIcon, eventLevel, eventText, figureText, statusText } from './event_words';
import { requestPhases } from './phases';
import type { LineRow, Placed, SessionModel } from './session_model';
import type { SessionState } from './session_state';
import type { TimeScale } from './time_scale';

export const kLineHeight = 28;

interface RowProps {
  state: SessionState;
  row: LineRow;
  at: number;
  top: number;
  isCursor: boolean;
  isOpen: boolean;
  isNarrow: boolean;
}

/** While the reader scrolls, rows that stay in sight are left alone. */
export class LineRowView extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const now = this.props;
    return next.row !== now.row || next.top !== now.top || next.isCursor !== now.isCursor || next.isOpen !== now.isOpen || next.state.scale !== now.state.scale || next.isNarrow !== now.isNarrow || next.at !== now.at;
  }
  override render({ state, row, at, top, isCursor, isOpen, isNarrow }: RowProps) {
    const common = { role: 'row', id: `sl-row-${at}`, 'aria-rowindex': at + 2, style: { transform: `translateY(${top}px)` } } as const;
    if (row.kind === 'gap') {
      return (
        <div {...common} class="sl-row gap">
          <div role="gridcell" class="sl-left"><span class="sl-at" /><span class="sl-gap-text">{t.sessions.line.gap(formatDuration(row.end - row.at))}</span></div>
        </div>
      );
    }
    if (row.kind === 'fold') return <FoldRow common={common} state={state} row={row} isCursor={isCursor} isNarrow={isNarrow} />;
    return <EventRow common={common} state={state} placed={row.placed} indent={row.indent} isCursor={isCursor} isOpen={isOpen} isNarrow={isNarrow} />;
  }
}

interface Common {
  role: 'row';
  id: string;
  'aria-rowindex': number;
  style: { transform: string };
}

/** On a phone minutes and seconds say enough. */
function At({ model, at, isNarrow }: { model: SessionModel; at: number; isNarrow: boolean }) {
  const ms = model.startMs + at / 1e6;
  const text = formatInstant(ms, isNarrow ? 'second' : 'ms', ms);
  return <span class="sl-at number" title={formatInstantExactly(ms)}>{isNarrow ? text.slice(-5) : text}</span>;
}

function FoldRow({ common, state, row, isCursor, isNarrow }: { common: Common; state: SessionState; row: Extract<LineRow, { kind: 'fold' }>; isCursor: boolean; isNarrow: boolean }) {
  return (
    <div {...common} class={isCursor ? 'sl-row run cursor' : 'sl-row run'} aria-level={1} aria-expanded={row.isOpen} aria-selected={isCursor} onClick={() => (state.act.setCursor(row.key), state.act.toggleFold(row.key))}>
      <div role="gridcell" class="sl-left">
        <At model={state.model} at={row.at} isNarrow={isNarrow} />
        <Icon name={row.isOpen ? 'down' : 'right'} class="sl-icon" />
        <span class="sl-what second"><span>{t.sessions.line.resources(row.events.length)}</span>{row.bytes > 0 && <span class="third number">{formatBytes(row.bytes)}</span>}</span>
        <span class="sl-figure number second">{formatDuration(row.end - row.at)}</span>
      </div>
      <div role="gridcell" class="sl-time">
        <Bar scale={state.scale} from={row.at} to={row.end} kind="resource folded" />
      </div>
    </div>
  );
}

function EventRow({ common, state, placed, indent, isCursor, isOpen, isNarrow }: { common: Common; state: SessionState; placed: Placed; indent: number; isCursor: boolean; isOpen: boolean; isNarrow: boolean }) {
  const { event } = placed;
  const { model } = state;
  const level = eventLevel(event);
  const view = model.viewById.get(event.view_id ?? '')?.view;
  const cause = event.caused_by === null ? undefined : model.byId.get(event.caused_by);
  const status = statusText(event);
  const words = t.sessions.line;
  const said = [formatInstant(model.startMs + placed.at / 1e6, 'second', model.startMs + placed.at / 1e6), words.kinds[event.kind], eventText(event), status, figureText(event)].filter(Boolean).join(', ');
  return (
    <div {...common} class={`sl-row ${event.kind}${level ? ` ${level}` : ''}${isOpen ? ' open' : ''}${isCursor ? ' cursor' : ''}`} data-event={event.event_id} aria-level={indent + 1} aria-expanded={isOpen} aria-selected={isCursor || isOpen} aria-label={said}
      onClick={(click) => (click.target as Element).closest('a') || getSelection()?.toString() ? undefined : state.act.open(isOpen ? undefined : event.event_id)}>
      <div role="gridcell" class="sl-left">
        <At model={model} at={placed.at} isNarrow={isNarrow} />
        {indent > 0 && <span class="sl-elbow" style={{ width: `${indent * 14}px` }} data-tip={cause ? `${words.caused(eventText(cause.event))}\n${words.caused_tip}` : undefined} />}
        <Icon name={level === 'error' ? 'failed' : eventIcon(event)} class="sl-icon" label={level === 'error' ? words.failed : words.kinds[event.kind]} />
        <span class="sl-what"><EventName event={event} view={view} /></span>
        {!isNarrow && event.trace?.time && <SplitBar split={event.trace.time} hasFigures={false} />}
        {!isNarrow && event.kind === 'request' && event.trace && event.trace.state !== 'found' && (
          <span class={`sl-state ${event.trace.state}`} data-tip={`${t.rum.states[event.trace.state]}\n${t.rum.states_why[event.trace.state]}`}><Icon name="traces" label={t.rum.states[event.trace.state]} /></span>
        )}
        {status && <span class="sl-status number" translate={status !== String(event.status_code)}>{status}</span>}
        <span class="sl-figure number">{figureText(event)}</span>
      </div>
      <div role="gridcell" class="sl-time">
        <EventBar scale={state.scale} placed={placed} />
      </div>
    </div>
  );
}

/** Where an event lies. A request is told apart into its phases as soon as they are wide enough to be seen. */
function EventBar({ scale, placed }: { scale: TimeScale; placed: Placed }) {
  const { event, at, end } = placed;
  if (event.kind === 'action' || event.kind === 'error' || event.kind === 'vitals' || event.kind === 'custom' || event.kind === 'application') return <Mark scale={scale} at={at} kind={event.kind} />;
  if (event.kind === 'view' || event.kind === 'perf') return <Mark scale={scale} at={at} kind="view" />;
  const phases = (event.kind === 'request' || event.kind === 'resource') && (end - at) * scale.perNs > 0.02 ? requestPhases(event.phases, at, end) : [];
  return (
    <>
      <Bar scale={scale} from={at} to={end} kind={`${event.kind}${eventLevel(event) ? ` ${eventLevel(event)}` : ''}${phases.length ? ' phased' : ''}`} />
      {phases.map(({ name, from, to }) => <Bar key={name} scale={scale} from={from} to={to} kind={`phase ${name}`} />)}
    </>
  );
}

export function Bar({ scale, from, to, kind }: { scale: TimeScale; from: number; to: number; kind: string }) {
  const x0 = scale.x(from);
  const x1 = scale.x(to);
  if (x1 < 0) return <Outside isBefore />;
  if (x0 > 1) return <Outside isBefore={false} />;
  const left = Math.max(0, x0);
  const width = Math.min(1, x1) - left;
  return <i class={`sl-bar ${kind}`} style={{ left: `${left * 100}%`, width: `max(2px, ${width * 100}%)` }} />;
}

function Mark({ scale, at, kind }: { scale: TimeScale; at: number; kind: string }) {
  const x = scale.x(at);
  if (x < -1e-6) return <Outside isBefore />;
  if (x > 1 + 1e-6) return <Outside isBefore={false} />;
  return <i class={`sl-mark ${kind}`} style={{ left: `${Math.min(1, Math.max(0, x)) * 100}%` }} />;
}

function Outside({ isBefore }: { isBefore: boolean }) {
  return <i class={isBefore ? 'sl-outside before' : 'sl-outside after'} title={isBefore ? t.sessions.line.before : t.sessions.line.after} />;
}
