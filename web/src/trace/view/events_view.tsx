// Everything that spans of the trace have said, in the order of time: events, exceptions, logs.
import { useMemo, useState } from 'preact/hooks';

import { useQuestion } from '../../api/question';
import { colourClass } from '../../app/service_colours';
import { formatDuration } from '../../format/duration';
import { formatInstant, fromNanoseconds } from '../../format/instant';
import { t } from '../../i18n/catalogue';
import { Icon } from '../../widget/icon';
import { Answered, EmptyState, Strip } from '../../widget/states';
import { loadEvents, type EventsAnswer, type TraceEvent } from '../load_trace';
import { valueText } from '../model/attributes';
import type { TraceState } from '../trace_state';

const kShownMax = 1000;

export function EventsView({ state }: { state: TraceState }) {
  const { key, columns } = state;
  const question = useQuestion<EventsAnswer>(`events ${key.traceId} ${key.open} ${columns.count}`, (options) => loadEvents(key, options));
  return <Answered question={question}>{(answer) => <EventList state={state} answer={answer} />}</Answered>;
}

function EventList({ state, answer }: { state: TraceState; answer: EventsAnswer }) {
  const [wanted, setWanted] = useState('');
  const words = t.trace.events;
  const texts = useMemo(() => answer.events.map(searchText), [answer]);
  const needle = wanted.trim().toLowerCase();
  const found = needle === '' ? answer.events : answer.events.filter((_, index) => texts[index]!.includes(needle));
  if (answer.events.length === 0) return <EmptyState icon="list" title={words.empty} />;
  const shown = found.slice(0, kShownMax);
  return (
    <div class="view-scroll events" aria-label={words.label} role="region" tabIndex={0}>
      <div class="events-head">
        <input class="input" type="search" aria-label={words.filter} placeholder={words.filter} value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
      </div>
      {(answer.event_count > answer.events.length || found.length > shown.length) && (
        <Strip kind="plain">{words.cut(shown.length, Math.max(answer.event_count, found.length))}</Strip>
      )}
      <ol class="event-list">
        {shown.map((event, index) => (
          <EventRow key={index} event={event} isSelected={event.row === state.selected} onPick={() => state.act.select(event.row)} />
        ))}
      </ol>
    </div>
  );
}

function searchText(event: TraceEvent): string {
  return [event.name, event.service, event.span_name, ...event.attributes.map(({ key, value }) => `${key} ${valueText(value)}`)].join(' ').toLowerCase();
}

function EventRow({ event, isSelected, onPick }: { event: TraceEvent; isSelected: boolean; onPick: () => void }) {
  const isError = event.kind === 'exception' || /^(error|fatal)/i.test(event.severity ?? '');
  const message = event.attributes.find(({ key }) => key === 'exception.message' || key === 'message' || key === 'body');
  const rest = event.attributes.filter((attribute) => attribute !== message && attribute.key !== 'exception.stacktrace');
  return (
    <li class={`event-row${isSelected ? ' selected' : ''}${isError ? ' failed' : ''}`}>
      <span class="number event-at" title={formatInstant(fromNanoseconds(event.time_ns))}>
        +{formatDuration(event.offset_ns)}
      </span>
      <span class={isError ? 'event-kind is-error' : 'event-kind third'}>
        <Icon name={isError ? 'failed' : event.kind === 'log' ? 'list' : 'target'} label={t.trace.events.kinds[event.kind]} />
      </span>
      <span class="event-text">
        <b translate={false}>{event.name}</b> {message && <span translate={false}>{valueText(message.value)}</span>}
        {rest.length > 0 && (
          <span class="second event-attributes" translate={false}>
            {rest.map(({ key, value }) => `${key}=${valueText(value)}`).join('  ')}
          </span>
        )}
      </span>
      <button type="button" class="wf-link event-span cut" translate={false} onClick={onPick}>
        <i class={`square ${colourClass(event.service)}`} aria-hidden="true" /> {event.service} {event.span_name}
      </button>
    </li>
  );
}
