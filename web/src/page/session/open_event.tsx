// What stands beneath an open event, on the axis of the time line: the backend trace of a request (or why there is none and
// what to do), the phases of a page's load, the stack of an error.
import type { ComponentChildren } from 'preact';

import type { EventTrace, SessionEvent } from '../../api/rum_sessions';
import { link } from '../../app/address';
import { copyText } from '../../app/notice';
import { reload } from '../../app/range';
import { formatDuration } from '../../format/duration';
import { shortId } from '../../format/shorten';
import { t } from '../../i18n/catalogue';
import { RequestStateMark } from '../../rum/state_words';
import { kRowHeight } from '../../trace/waterfall/draw_rows';
import { SplitBar, splitParts } from '../../trace/split_bar';
import { SmallMap } from '../../trace/view/small_map';
import { Waterfall } from '../../trace/waterfall/waterfall';
import { Icon } from '../../widget/icon';
import { ErrorState } from '../../widget/states';
import { ErrorStack } from './error_stack';
import { formatVital } from '../../rum/rating';
import { vitalsOf } from './event_words';
import { Bar } from './line_row';
import type { OpenTrace } from './open_trace';
import { loadPhases, requestPhases, type Phase } from './phases';
import { reasonOf } from './request_fix';
import type { Placed } from './session_model';
import type { SessionState } from './session_state';

const kInset = 20;
const kInsetNarrow = 8;
const kRowsAtOnce = 24;

interface OpenProps {
  state: SessionState;
  placed: Placed;
  trace: OpenTrace;
  left: number;
  isNarrow: boolean;
}

/** Null where the event holds nothing that would stand beneath it. */
export function openBlock(props: OpenProps): ComponentChildren {
  const { event } = props.placed;
  const view = props.state.model.viewById.get(event.view_id ?? '');
  if (event.kind === 'request') return <OpenRequest {...props} />;
  if (event.kind === 'error' && event.error) return <div class="sb"><ErrorStack error={event.error} event={event} /></div>;
  if (event.kind === 'resource' && requestPhases(event.phases, props.placed.at, props.placed.end).length > 0) {
    return <div class="sb"><PhaseRows state={props.state} phases={requestPhases(event.phases, props.placed.at, props.placed.end)} /></div>;
  }
  if ((event.kind === 'view' || event.kind === 'perf') && view) return <OpenView state={props.state} from={view.from} phases={view.view.phases ? loadPhases(view.view.phases, view.from) : []} vitals={view.view.vitals} />;
  return null;
}

function OpenRequest(props: OpenProps) {
  const { placed: { event, at, end }, state } = props;
  const phases = requestPhases(event.phases, at, end);
  return (
    <div class="sb">
      {event.trace?.state === 'found' ? <FoundTrace {...props} found={event.trace} /> : event.trace ? <NoTrace event={event} trace={event.trace} state={state} /> : null}
      <MetaLine phases={phases} trace={props.trace} event={event} />
      {event.trace?.state === 'found' && <TraceRows {...props} />}
    </div>
  );
}

function FoundTrace({ found, trace, placed, state, isNarrow }: OpenProps & { found: EventTrace }) {
  const words = t.sessions.request;
  const { inline } = trace;
  const facts = inline?.state.columns.facts;
  const spans = facts?.span_count ?? found.backend?.span_count ?? 0;
  const errors = facts?.error_count ?? found.backend?.error_count ?? 0;
  const split = found.time && splitParts(found.time).length > 0 ? found.time : facts && facts.split.browser_ns + facts.split.network_ns > 0 ? facts.split : null;
  const href = link(['/trace', found.trace_id ?? ''], { span: state.span || found.span_id || undefined });
  return (
    <div class="sb-line">
      {split && <span data-tip={words.split_estimate}><SplitBar split={split} hasFigures={!isNarrow} /></span>}
      <a class="mono" href={href} translate={false}>{shortId(found.trace_id ?? '')}</a>
      <span class="number second">{words.spans(spans)}</span>
      {errors > 0 && <span class="pill error"><Icon name="failed" />{words.errors(errors)}</span>}
      <span class="grow" />
      {inline?.hasMore && (
        <span class="segmented small" role="group" aria-label={t.trace.pills.label}>
          <button type="button" aria-pressed={!inline.isWhole} onClick={() => inline.setWhole(false)}>{words.essential}</button>
          <button type="button" aria-pressed={inline.isWhole} data-tip={t.trace.pills.show_all} data-key="C" onClick={() => inline.setWhole(true)}>{words.all_rows(spans)}</button>
        </span>
      )}
      <a class="button small" href={href} data-tip={words.open_full} data-key="x">
        <Icon name="out" />
        <span class="hide-narrow">{words.open_full}</span>
      </a>
      {placed.event.times > 1 && <span class="number second">{t.sessions.line.times(placed.event.times)}</span>}
    </div>
  );
}

/** `+3.2 s`, `−12 ms`. */
export function signed(ns: number): string {
  return ns > 0 ? `+${formatDuration(ns)}` : formatDuration(ns);
}

/** The trace's own rows, the same component as on its page. */
function TraceRows({ trace, left, isNarrow }: OpenProps) {
  const { inline, question } = trace;
  if (inline === undefined) {
    if (question.error) return <ErrorState error={question.error} onRetry={question.retry} small />;
    return <div class="sb-loading" role="status" aria-busy="true" aria-label={t.sessions.request.loading} style={{ height: `${6 * kRowHeight}px` }} />;
  }
  const rows = Math.min(kRowsAtOnce, inline.state.rows.count);
  return (
    <>
      <Waterfall state={inline.state} isNarrow={isNarrow} inline={{ left: left - (isNarrow ? kInsetNarrow : kInset), ticks: trace.ticks, height: Math.max(1, rows) * kRowHeight }} />
      {isNarrow && <figure class="sb-map" aria-label={t.sessions.request.topology}><SmallMap state={inline.state} /></figure>}
    </>
  );
}

function NoTrace({ event, trace, state }: { event: SessionEvent; trace: EventTrace; state: SessionState }) {
  const page = state.model.viewById.get(event.view_id ?? '')?.view.url ?? null;
  const { text, fixes } = reasonOf(event, trace, page);
  return (
    <div class="sb-reason">
      <p class="line wrap">
        <RequestStateMark state={trace.state} />
        <span>{text}</span>
        {trace.state === 'pending' && <button type="button" class="button small" onClick={reload}><Icon name="reload" />{t.sessions.request.fixes.look_again}</button>}
      </p>
      {fixes.map((fix) => (
        <div key={fix.text} class="sb-fix">
          <span class="second">{fix.text}</span>
          <code translate={false}>{fix.code}</code>
          <button type="button" class="button quiet small icon-only" aria-label={t.app.copy} data-tip={t.app.copy} onClick={() => void copyText(fix.code, t.app.copied)}><Icon name="copy" /></button>
        </div>
      ))}
    </div>
  );
}

/** How long each phase took (the row above has them as stretches), and how the clocks were brought together. */
function MetaLine({ phases, trace, event }: { phases: readonly Phase[]; trace: OpenTrace; event: SessionEvent }) {
  const words = t.sessions.request;
  const { inline, anchor } = trace;
  // What the server adds to the backend's times: that clock is off by the opposite.
  const offset = event.trace?.clock_offset_ns ?? 0;
  if (phases.length === 0 && inline === undefined) return null;
  return (
    <div class="sb-meta" role="group" aria-label={words.phases}>
      {phases.map(({ name, from, to }) => (
        <span key={name} class="number"><i class={`swatch ${name}`} />{words.phase_names[name]} {formatDuration(to - from)}</span>
      ))}
      {Math.abs(offset) >= 1e6 && <span class="pill" data-tip={words.clock_tip}><Icon name="clock" />{words.clock(signed(-offset))}</span>}
      {anchor.by === 'response' && inline && <span class="pill" data-tip={words.by_response_tip}>{words.by_response}</span>}
      {inline && inline.state.columns.skew !== null && Math.abs(offset) < 1e6 && <span class="pill" data-tip={words.clock_tip}>{words.clocks_corrected}</span>}
    </div>
  );
}

/** One row for each phase: the waterfall of a load. */
function PhaseRows({ state, phases }: { state: SessionState; phases: readonly Phase[] }) {
  const words = t.sessions.request;
  return (
    <div class="sb-rows">
      {phases.map(({ name, from, to }) => (
        <div key={name} class="sb-phases">
          <div class="sb-left one"><span><i class={`swatch ${name}`} />{words.phase_names[name]}</span><span class="number second">{formatDuration(to - from)}</span></div>
          <div class="sl-time"><Bar scale={state.scale} from={from} to={to} kind={`phase ${name}`} /></div>
        </div>
      ))}
    </div>
  );
}

function OpenView({ state, from, phases, vitals }: { state: SessionState; from: number; phases: readonly Phase[]; vitals: SessionEvent['vitals'] }) {
  const moments = vitalsOf(vitals).filter(({ name }) => name === 'fcp' || name === 'lcp' || name === 'load' || name === 'ttfb').sort((a, b) => a.value - b.value);
  return (
    <div class="sb">
      {phases.length > 0 && <PhaseRows state={state} phases={phases} />}
      <div class="sb-rows">
        {moments.map(({ name, value }) => (
          <div key={name} class="sb-phases">
            <div class="sb-left one"><span><span translate={false}>{t.rum.vital_short[name]}</span> <span class="third hide-narrow">{t.rum.vital_names[name]}</span></span><span class="number second">{formatVital(name, value)}</span></div>
            <div class="sl-time"><Bar scale={state.scale} from={from} to={from + value} kind="moment" /></div>
          </div>
        ))}
      </div>
      {phases.length === 0 && moments.length === 0 && <p class="third">{t.sessions.request.vitals_none}</p>}
    </div>
  );
}
