// Beside the time line: the topology of the open trace, then the selected span, else the open event with everything that was
// sent, else the session as a whole.
import { useQuestion } from '../../api/question';
import { askEvent, type EventAnswer, type SessionEvent } from '../../api/rum_sessions';
import { link } from '../../app/address';
import { copyText } from '../../app/notice';
import { formatDuration, formatDurationExactly } from '../../format/duration';
import { formatInstant, formatInstantExactly } from '../../format/instant';
import { formatBytes } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { AttributeTable } from '../../trace/detail/attribute_table';
import { DetailPanel } from '../../trace/detail/detail_panel';
import { SmallMap } from '../../trace/view/small_map';
import { WorstSpanText } from '../../rum/worst_moment';
import { Icon } from '../../widget/icon';
import { ErrorState, LoadingBlocks } from '../../widget/states';
import { eventIcon, eventLevel, eventText, statusText, VitalList } from './event_words';
import type { OpenTrace } from './open_trace';
import { hasId, type Placed } from './session_model';
import type { SessionState } from './session_state';
import { SummaryPanel } from './summary_panel';

interface PanelProps {
  state: SessionState;
  trace: OpenTrace;
  isNarrow: boolean;
  onClose: () => void;
}

export function SidePanel({ state, trace, isNarrow, onClose }: PanelProps) {
  const { inline } = trace;
  const { opened } = state;
  if (opened === undefined) return <SummaryPanel state={state} />;
  return (
    <div class="side">
      {inline && !isNarrow && inline.state.columns.facts.services.length > 0 && (
        <figure class="side-map">
          <figcaption>{t.sessions.request.topology}</figcaption>
          <SmallMap state={inline.state} />
        </figure>
      )}
      {inline && inline.state.selected >= 0 ? (
        <DetailPanel state={inline.state} place="right" onClose={() => (isNarrow ? onClose() : state.act.setSpan(''))} />
      ) : (
        <EventPanel state={state} placed={opened} onClose={onClose} />
      )}
    </div>
  );
}

function EventPanel({ state, placed, onClose }: { state: SessionState; placed: Placed; onClose: () => void }) {
  const { event } = placed;
  const { model } = state;
  const words = t.sessions.request;
  const session = model.detail.session.session_id;
  const key = `${session} ${event.event_id}`;
  const question = useQuestion<EventAnswer>(hasId(event) ? key : undefined, (options) => askEvent(session, event.event_id, options), { keep: false, reloads: false });
  const answer = question.answerKey === key ? question.answer : undefined;
  const level = eventLevel(event);
  const view = model.viewById.get(event.view_id ?? '')?.view;
  const cause = event.caused_by === null ? undefined : model.byId.get(event.caused_by);
  const effects = model.effects.get(event.event_id) ?? [];
  const ms = model.startMs + placed.at / 1e6;
  return (
    <aside class="detail" id="event-detail" aria-label={words.panel} tabIndex={-1}>
      <header class="detail-head">
        <div class="detail-title">
          <h2>
            <Icon name={level === 'error' ? 'failed' : eventIcon(event)} class={level === 'error' ? 'is-error' : 'third'} />{' '}
            <span class="third">{t.sessions.line.kinds[event.kind]}</span> <span translate={false}>{eventText(event)}</span>
          </h2>
        </div>
        <button type="button" class="button quiet small icon-only" aria-label={words.copy_event_link} data-tip={words.copy_event_link} onClick={() => void copyText(location.href, t.app.link_copied)}><Icon name="link" /></button>
        {answer && <button type="button" class="button quiet small icon-only" aria-label={words.copy_json} data-tip={words.copy_json} onClick={() => void copyText(JSON.stringify(answer, null, 2), t.app.copied)}><Icon name="copy" /></button>}
        <button type="button" class="button quiet small icon-only" aria-label={words.close} data-tip={words.close} data-key="Esc" onClick={onClose}><Icon name="close" /></button>
      </header>
      <div class="detail-body">
        <dl class="detail-figures">
          <Figure name={words.at}>
            <span class="number" title={formatInstantExactly(ms)}>{formatInstant(ms)} {placed.at > 0 && <span class="third">{words.from_start(formatDuration(placed.at))}</span>}</span>
          </Figure>
          {event.duration_ns !== null && <Figure name={t.sessions.line.duration}><span class="number strong" title={formatDurationExactly(event.duration_ns)}>{formatDuration(event.duration_ns)}</span></Figure>}
          {statusText(event) && <Figure name={words.status}><span class={level === 'error' ? 'number is-error strong' : 'number'} translate={statusText(event) !== String(event.status_code)}>{statusText(event)} <span translate={false}>{event.message ?? ''}</span></span></Figure>}
          {event.type && <Figure name={words.type}><span translate={false}>{event.type}</span></Figure>}
          {event.size !== null && <Figure name={words.size}><span class="number">{formatBytes(event.size)}</span></Figure>}
          {event.transfer_size !== null && <Figure name={words.transferred}><span class="number">{formatBytes(event.transfer_size)}</span></Figure>}
          {event.clock_offset_ms !== null && Math.abs(event.clock_offset_ms) >= 1000 && <Figure name={t.sessions.head.clock('')}><span class="number">{formatDuration(-event.clock_offset_ms * 1e6)}</span></Figure>}
        </dl>
        {view && (
          <p>
            <span class="third">{words.page} </span>
            <a href={link('/rum/page', { app: model.detail.session.app, view: view.name })} data-tip={words.view_page} translate={false}>{view.name}</a>
          </p>
        )}
        {(event.kind === 'view' || event.kind === 'perf' || event.kind === 'vitals') && <p class="detail-note"><VitalList vitals={view?.vitals ?? event.vitals} /></p>}
        {event.url && <p class="side-url"><span class="third">{words.url} </span><span class="mono" translate={false}>{event.url}</span></p>}
        {event.trace?.backend?.span && event.trace.state === 'found' && (
          <section class="detail-section">
            <h3>{t.sessions.summary.backend}</h3>
            <p class="event-link">
              <a href={link(location.pathname, { event: event.event_id, span: event.trace.backend.span.span_id })} onClick={(click) => {
                if (click.ctrlKey || click.metaKey || click.shiftKey || click.button !== 0) return;
                click.preventDefault();
                state.act.setSpan(event.trace?.backend?.span?.span_id ?? '');
              }}>
                <WorstSpanText span={event.trace.backend.span} />
              </a>
            </p>
          </section>
        )}
        {cause && <Related state={state} title={words.caused_by} list={[cause]} />}
        {effects.length > 0 && <Related state={state} title={words.led_to} list={effects} />}
        {!hasId(event) ? (
          <p class="third">{words.no_id}</p>
        ) : answer === undefined ? (
          question.error ? <ErrorState error={question.error} onRetry={question.retry} small /> : <LoadingBlocks rows={4} height={20} />
        ) : (
          <>
            <AttributeTable key={`a ${key}`} title={words.attributes} attributes={answer.attributes} />
            {answer.attributes.length === 0 && <p class="third">{words.no_attributes}</p>}
            <AttributeTable key={`r ${key}`} title={words.resource} attributes={answer.resource} isFolded />
          </>
        )}
      </div>
    </aside>
  );
}

function Figure({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const kRelated = 6;

function Related({ state, title, list }: { state: SessionState; title: string; list: readonly Placed[] }) {
  return (
    <section class="detail-section" data-tip={t.sessions.line.caused_tip}>
      <h3>{title}</h3>
      <ul>{list.slice(0, kRelated).map((placed) => <EventLink key={placed.event.event_id} state={state} placed={placed} />)}</ul>
    </section>
  );
}

/** A line that opens an event. */
export function EventLink({ state, placed, count = 1 }: { state: SessionState; placed: Placed; count?: number }) {
  const { event } = placed;
  const level = eventLevel(event);
  return (
    <li class="event-link">
      <a href={eventHref(event)} onClick={(click) => {
        if (click.ctrlKey || click.metaKey || click.shiftKey || click.button !== 0) return;
        click.preventDefault();
        state.act.open(event.event_id);
      }}>
        <Icon name={level === 'error' ? 'failed' : eventIcon(event)} class={level === 'error' ? 'is-error' : level ? 'is-warning' : 'third'} label={t.sessions.line.kinds[event.kind]} />
        <span class="cut" translate={false}>{eventText(event)}</span>
        {count > 1 && <span class="number second">{t.sessions.line.times(count)}</span>}
        <span class="grow" />
        <span class="number second" translate={statusText(event) !== String(event.status_code)}>{statusText(event)}</span>
        <span class="number second">{event.duration_ns ? formatDuration(event.duration_ns) : ''}</span>
      </a>
    </li>
  );
}

function eventHref(event: SessionEvent): string {
  return link(location.pathname, { event: event.event_id });
}
