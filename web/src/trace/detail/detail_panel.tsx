// Everything about the selected span. What columns know is there at once; attributes, events and links are asked for.
import { useEffect, useRef, useState } from 'preact/hooks';

import { useQuestion } from '../../api/question';
import { link } from '../../app/address';
import { copyText } from '../../app/notice';
import { formatDuration, formatDurationExactly } from '../../format/duration';
import { formatInstant, formatInstantExactly, fromNanoseconds } from '../../format/instant';
import { formatCount, formatShare, threeDigits } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { MenuButton, MenuItem } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { ServiceName, ServiceSquare } from '../../widget/service_name';
import { ErrorState, LoadingBlocks } from '../../widget/states';
import { loadSpan, type SpanDetail } from '../load_trace';
import { grouped } from '../model/attributes';
import { ancestors, Flag, isError, nameOf, serviceOf, spanIdText, type TraceColumns } from '../model/columns';
import { errorRows, rowsOf } from '../model/find';
import { fitSpan, operationQuery } from '../trace_keys';
import type { TraceState } from '../trace_state';
import { AttributeTable } from './attribute_table';
import { ExceptionView, StatementView } from './text_blocks';

export const kKindNames = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const kStatusNames = ['unset', 'ok', 'error'] as const;

interface DetailPanelProps {
  state: TraceState;
  place: 'right' | 'bottom';
  /** Without it the panel stays where it is. */
  onPlace?: (place: 'right' | 'bottom') => void;
  onClose: () => void;
}

export function DetailPanel({ state, place, onPlace, onClose }: DetailPanelProps) {
  const { columns, selected, key } = state;
  const id = selected >= 0 ? spanIdText(columns, selected) : '';
  const service = selected >= 0 ? serviceOf(columns, selected).name : '';
  const kind = selected >= 0 ? (kKindNames[columns.kind[selected]!] ?? 'unspecified') : '';
  const asked = useSettled(selected >= 0 ? `${key.traceId} ${key.open} ${id} ${service} ${kind}` : undefined);
  const question = useQuestion<SpanDetail>(asked, (options) => loadSpan(key, id, service, kind, options), { keep: false, reloads: false });
  const detail = question.answerKey === asked ? question.answer : undefined;
  const words = t.trace.detail;
  if (selected < 0) return null;
  return (
    <aside class="detail" id="span-detail" aria-label={words.label} tabIndex={-1}>
      <header class="detail-head">
        <div class="detail-title">
          <h2>
            <ServiceSquare name={service} />
            <a class="detail-service" href={link(['/services', service])} translate={false}>
              {service}
            </a>
            <span translate={false}>{nameOf(columns, selected)}</span>
          </h2>
        </div>
        <SpanMenu state={state} detail={detail} />
        {onPlace && (
          <button type="button" class="button quiet small icon-only hide-narrow" aria-label={place === 'right' ? words.dock_bottom : words.dock_right}
            data-tip={place === 'right' ? words.dock_bottom : words.dock_right} data-key="v" onClick={() => onPlace(place === 'right' ? 'bottom' : 'right')}>
            <Icon name="rail" class={place === 'right' ? 'turned' : 'flipped'} />
          </button>
        )}
        <button type="button" class="button quiet small icon-only" aria-label={words.close} data-tip={words.close} data-key="Esc" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div class="detail-body">
        <Path columns={columns} row={selected} onPick={(row) => state.act.select(row)} />
        <Figures state={state} detail={detail} />
        {detail === undefined ? (
          question.error ? <ErrorState error={question.error} onRetry={question.retry} small /> : <LoadingBlocks rows={5} />
        ) : (
          <SpanContent key={id} state={state} detail={detail} />
        )}
      </div>
    </aside>
  );
}

/** A key that holds still for a moment: arrow keys held down ask about the last span only. */
function useSettled(key: string | undefined): string | undefined {
  const [settled, setSettled] = useState(key);
  const last = useRef(0);
  useEffect(() => {
    const now = performance.now();
    const isFast = now - last.current < 120;
    last.current = now;
    if (!isFast) return setSettled(key);
    const timer = setTimeout(() => setSettled(key), 120);
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
}

function Path({ columns, row, onPick }: { columns: TraceColumns; row: number; onPick: (row: number) => void }) {
  const path = ancestors(columns, row);
  if (path.length === 0) return null;
  const shown = path.length > 6 ? [path[0]!, -1, ...path.slice(-4)] : path;
  return (
    <nav class="detail-path" aria-label={t.trace.detail.path}>
      {shown.map((up, index) =>
        up < 0 ? (
          <span key="cut" class="third">
            … ›
          </span>
        ) : (
          <span key={index}>
            <button type="button" class="wf-link" translate={false} onClick={() => onPick(up)}>
              {columns.service[up] !== columns.service[columns.parent[up]!] ? `${serviceOf(columns, up).name}: ` : ''}
              {nameOf(columns, up)}
            </button>
            <span class="third"> › </span>
          </span>
        ),
      )}
    </nav>
  );
}

function Figures({ state, detail }: { state: TraceState; detail: SpanDetail | undefined }) {
  const { columns, selected: row } = state;
  const words = t.trace.detail;
  const duration = columns.duration[row]!;
  const failed = isError(columns, row);
  const usual = detail?.usual;
  const isCause = (columns.flags[row]! & Flag.errorCause) !== 0;
  return (
    <>
      <dl class="detail-figures">
        <div>
          <dt>{words.duration}</dt>
          <dd class="number strong" title={formatDurationExactly(duration)}>
            {formatDuration(duration)}
          </dd>
        </div>
        <div>
          <dt>{words.self}</dt>
          <dd class="number" title={formatDurationExactly(columns.self[row]!)}>
            {formatDuration(columns.self[row])}
          </dd>
        </div>
        <div>
          <dt>{words.start}</dt>
          <dd class="number" title={detail && formatInstantExactly(fromNanoseconds(detail.start_time_ns))}>
            +{formatDuration(columns.start[row])}
            {detail && <span class="third"> {formatInstant(fromNanoseconds(detail.start_time_ns))}</span>}
          </dd>
        </div>
        <div>
          <dt>{words.kind}</dt>
          <dd>{t.app.words.kinds[kKindNames[columns.kind[row]!] ?? 'unspecified']}</dd>
        </div>
        <div>
          <dt>{words.status}</dt>
          <dd class={failed ? 'is-error strong' : undefined}>{t.app.words.statuses[kStatusNames[columns.status[row]!] ?? 'unset']}</dd>
        </div>
      </dl>
      {usual && usual.count > 0 && <Usual usual={usual} duration={duration} />}
      {(columns.flags[row]! & Flag.critical) !== 0 && (
        <p class="detail-note">
          <i class="critical-mark" />
          {words.on_critical_path}
        </p>
      )}
      {failed && (
        <p class="detail-note is-error">
          <Icon name="failed" />
          {detail?.status_message ? <span translate={false}>{detail.status_message}</span> : isCause ? words.failed_here : words.failed_below}
          {!isCause && (
            <button type="button" class="wf-link" onClick={() => goToCause(state)}>
              {words.go_cause}
            </button>
          )}
        </p>
      )}
    </>
  );
}

/** The failed span without failed children below the selected one. */
function goToCause({ columns, selected, act }: TraceState): void {
  const end = selected + columns.subtree[selected]!;
  const cause = rowsOf(errorRows(columns)).find((row) => row > selected && row < end && (columns.flags[row]! & Flag.errorCause) !== 0);
  if (cause !== undefined) act.select(cause);
}

/** Where this span lies among its kind of this hour. */
function Usual({ usual, duration }: { usual: NonNullable<SpanDetail['usual']>; duration: number }) {
  const words = t.trace.detail;
  const factor = usual.p50_ns > 0 ? duration / usual.p50_ns : 0;
  const scale = (ns: number) => {
    const low = Math.log(Math.max(1, Math.min(usual.p50_ns, duration) / 4));
    const high = Math.log(Math.max(usual.p99_ns, duration) * 2);
    return Math.max(0, Math.min(100, ((Math.log(Math.max(1, ns)) - low) / Math.max(1e-9, high - low)) * 100));
  };
  const isUnusual = usual.percentile >= 0.95 && factor >= 1.5;
  return (
    <div class="usual">
      <p>
        <span class={isUnusual ? 'is-warning strong' : 'second'}>{words.usual_position(formatShare(usual.percentile))}</span>
        {factor >= 1.5 && <span class="pill warning">{words.usual_times(`×${threeDigits(factor)}`)}</span>}
      </p>
      <div class="usual-line" role="img" aria-label={words.usual_numbers(formatDuration(usual.p50_ns), formatDuration(usual.p99_ns), formatCount(usual.count))}>
        <i class="usual-range" style={{ left: `${scale(usual.p50_ns)}%`, width: `${Math.max(1, scale(usual.p99_ns) - scale(usual.p50_ns))}%` }} />
        <i class={isUnusual ? 'usual-here unusual' : 'usual-here'} style={{ left: `${scale(duration)}%` }} />
      </div>
      <p class="caption number">{words.usual_numbers(formatDuration(usual.p50_ns), formatDuration(usual.p99_ns), formatCount(usual.count))}</p>
    </div>
  );
}

function SpanMenu({ state, detail }: { state: TraceState; detail: SpanDetail | undefined }) {
  const { columns, selected } = state;
  const words = t.trace.detail;
  const query = operationQuery(columns, selected);
  const id = spanIdText(columns, selected);
  return (
    <MenuButton label={t.app.more} icon="more" class="button quiet small icon-only" align="right" hasArrow={false}>
      {(close) => (
        <>
          <MenuItem onPick={() => (close(), fitSpan(state, selected))} hotkey="f">
            <Icon name="expand" />
            {words.fit}
          </MenuItem>
          <MenuItem href={link('/traces', { q: query })} onPick={close}>
            <Icon name="search" />
            {words.similar}
          </MenuItem>
          {detail?.usual && (
            <MenuItem href={link('/explain', { a: `${query.slice(0, -2)} && duration > ${Math.round(detail.usual.p95_ns)}ns }`, base: query })} onPick={close}>
              <Icon name="compare" />
              {words.explain}
            </MenuItem>
          )}
          <hr />
          <MenuItem onPick={() => (close(), void copyText(location.href, t.app.link_copied))} hotkey="y l">
            <Icon name="link" />
            {words.copy_link}
          </MenuItem>
          <MenuItem onPick={() => (close(), void copyText(id, t.app.copied))}>
            <Icon name="copy" />
            {words.copy_id}
          </MenuItem>
          <MenuItem onPick={() => (close(), void copyText(query, t.app.copied))} hotkey="y q">
            <Icon name="filter" />
            {words.copy_query}
          </MenuItem>
          {detail && (
            <MenuItem onPick={() => (close(), void copyText(JSON.stringify(detail, null, 2), t.app.copied))}>
              <Icon name="copy" />
              {words.copy_json}
            </MenuItem>
          )}
        </>
      )}
    </MenuButton>
  );
}

function SpanContent({ state, detail }: { state: TraceState; detail: SpanDetail }) {
  const words = t.trace.detail;
  const [wanted, setWanted] = useState('');
  const count = detail.attributes.length + detail.resource.length;
  const fits = (text: string) => text.toLowerCase().includes(wanted.trim().toLowerCase());
  const attributes = detail.attributes.filter(({ key, value }) => fits(key) || fits(JSON.stringify(value)));
  const resource = detail.resource.filter(({ key, value }) => fits(key) || fits(JSON.stringify(value)));
  return (
    <>
      {detail.exception && <ExceptionView exception={detail.exception} />}
      {detail.statement?.text && <StatementView statement={detail.statement} service={detail.service} />}
      {count > 8 && (
        <input class="input detail-search" type="search" aria-label={words.search} placeholder={words.search} value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
      )}
      {grouped(attributes).map(([group, list]) => (
        <AttributeTable key={group} title={words.groups[group]} attributes={list} scope="span" />
      ))}
      {detail.dropped_attributes_count ? <p class="caption">{words.dropped(detail.dropped_attributes_count)}</p> : null}
      {detail.attributes.length === 0 && <p class="third">{words.no_attributes}</p>}
      {wanted !== '' && attributes.length + resource.length === 0 && <p class="third">{words.nothing_matches}</p>}
      <Events detail={detail} />
      <Links detail={detail} />
      <AttributeTable title={words.resource} attributes={resource} scope="resource" isFolded={wanted === '' && detail.attributes.length > 4} />
      {detail.scope?.name && wanted === '' && (
        <p class="caption">
          {words.scope}: <span translate={false}>{`${detail.scope.name} ${detail.scope.version ?? ''}`}</span>
        </p>
      )}
      <p class="caption">
        <button type="button" class="copyable" data-tip={words.copy_id} onClick={() => void copyText(detail.span_id, t.app.copied)} translate={false}>
          {detail.span_id}
        </button>{' '}
        · <ServiceName name={serviceOf(state.columns, state.selected).name} />
      </p>
    </>
  );
}

function Events({ detail }: { detail: SpanDetail }) {
  const words = t.trace.detail;
  const events = detail.events.filter((event) => event.name !== 'exception' || detail.exception === undefined);
  if (events.length === 0 && !detail.dropped_events_count) return null;
  return (
    <section class="detail-section">
      <h3>{words.events}</h3>
      {events.map((event, index) => (
        <div key={index} class="span-event">
          <p>
            <span class="number third">+{formatDuration(event.offset_ns)}</span> <b translate={false}>{event.name}</b>
          </p>
          {event.attributes.length > 0 && <AttributeTable attributes={event.attributes} />}
        </div>
      ))}
      {detail.dropped_events_count ? <p class="caption">{words.dropped(detail.dropped_events_count)}</p> : null}
    </section>
  );
}

function Links({ detail }: { detail: SpanDetail }) {
  const words = t.trace.detail;
  if (detail.links.length === 0 && !detail.dropped_links_count) return null;
  return (
    <section class="detail-section">
      <h3>{words.links}</h3>
      {detail.links.map((each, index) => (
        <div key={index} class="span-event">
          <p>
            <a href={link(['/trace', each.trace_id], { span: each.span_id })} translate={false} class="mono">
              {each.trace_id === detail.trace_id ? each.span_id : words.linked_trace(each.trace_id.slice(0, 8))}
            </a>
          </p>
          {each.attributes.length > 0 && <AttributeTable attributes={each.attributes} />}
        </div>
      ))}
      {detail.dropped_links_count ? <p class="caption">{words.dropped(detail.dropped_links_count)}</p> : null}
    </section>
  );
}

