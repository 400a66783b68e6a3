// The top of a session: who, when, how it went; device and vitals; neighbours of the list.
import { link } from '../../app/address';
import { copyText } from '../../app/notice';
import { neighboursOf } from '../../app/result_list';
import { formatDuration } from '../../format/duration';
import { formatInstantExactly, formatSpan, fromNanoseconds, zoneName } from '../../format/instant';
import { t } from '../../i18n/catalogue';
import { LiveMark, Pain, sessionHref, withMajor, withVersion } from '../../rum/worst_moment';
import { MenuButton, MenuItem } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { VitalList } from './event_words';
import { isTrouble, nextEvent } from './session_model';
import type { SessionState } from './session_state';

export function goToTrouble(state: SessionState, forward: boolean): void {
  const next = nextEvent(state.model, state.opened?.event.event_id ?? (state.cursor || undefined), forward, isTrouble);
  if (next) state.act.open(next.event.event_id);
}

/** Less is what every clock is off, and the way of a report takes. */
const kClockLeastMs = 1000;

export function SessionHeader({ state }: { state: SessionState }) {
  const { session } = state.model.detail;
  const words = t.sessions.head;
  const start = fromNanoseconds(session.start_ns);
  const end = fromNanoseconds(session.end_ns);
  const counts: [number, (count: number) => string, string][] = [
    [session.errors, t.sessions.strip.errors, 'error'], [session.failed_requests, t.sessions.strip.failed, 'error'], [session.slow_requests, t.sessions.strip.slow, 'warning'],
    [session.rage_clicks, t.sessions.strip.rage, 'warning'], [session.blank_screens, t.sessions.strip.blank, 'warning'], [session.long_tasks, t.sessions.strip.long_tasks, ''],
  ];
  // What was added to the device's times: its clock is off by the opposite.
  const clock = -(state.model.events.find(({ event }) => event.clock_offset_ms !== null)?.event.clock_offset_ms ?? 0);
  const hasTrouble = state.model.events.some(({ event }) => isTrouble(event));
  const device = [withMajor(session.browser, session.browser_version), withVersion(session.os, session.os_version), session.device_model ?? session.device_type, session.network, session.city ?? session.country,
    session.version ? `v${session.version.replace(/^v/, '')}` : '', session.environment].filter(Boolean);
  return (
    <header class="session-head">
      <div class="session-line">
        <h1 class="verdict-name">
          <Icon name="sessions" class="third" />
          {session.user_id ? (
            <a href={link('/sessions', { user: session.user_id })} data-tip={words.user} translate={false} class="cut">{session.user_name || session.user_id}</a>
          ) : (
            <span class="third">{t.sessions.list.anonymous}</span>
          )}
        </h1>
        <span class="verdict-figure number">{formatDuration(session.duration_ns)}</span>
        <span class="second number hide-narrow" title={formatInstantExactly(start)}>{formatSpan(start, end)} {zoneName(start)}</span>
        {session.is_live && <LiveMark />}
        <span data-tip={t.sessions.list.pain_tip} class="line session-pain"><span class="third">{t.sessions.list.pain}</span><Pain value={session.pain} /></span>
        {counts.filter(([count]) => count > 0).map(([count, say, kind]) => <span key={say(count)} class={`pill ${kind}`}>{say(count)}</span>)}
        {Math.abs(clock) >= kClockLeastMs && <span class="pill hide-narrow" data-tip={words.clock_tip}><Icon name="clock" />{words.clock(`${clock > 0 ? '+' : ''}${formatDuration(clock * 1e6)}`)}</span>}
        {hasTrouble && (
          <button type="button" class="button small" data-tip={t.sessions.line.next_trouble} data-key="n" onClick={() => goToTrouble(state, true)}>
            <Icon name="down" />
            <span class="hide-narrow">{t.sessions.line.next_trouble}</span>
          </button>
        )}
        <span class="grow" />
        <Walk id={session.session_id} />
        <Actions state={state} />
      </div>
      <div class="session-line lower">
        <span class="second cut" translate={false}>{[session.app_name || session.app, ...device].join(' · ')}</span>
        <span class="grow" />
        <span class="hide-narrow">
          <VitalList vitals={{ lcp_ns: session.lcp_p75_ns, inp_ns: session.inp_max_ns, cls: session.cls_max }} />
        </span>
        <span class="second number hide-narrow">{t.sessions.strip.views(session.views)}</span>
        <span class="second number hide-narrow">{t.sessions.strip.requests(session.requests)}</span>
        <span class="second number hide-narrow">{words.traces(session.traces)}</span>
      </div>
    </header>
  );
}

/** To the neighbours of the list that the session was opened from. */
function Walk({ id }: { id: string }) {
  const near = neighboursOf(id, 'sessions');
  if (near === undefined || near.count < 2) return null;
  const words = t.sessions.head;
  const arrow = (next: string | undefined, label: string, icon: 'left' | 'right', hotkey: string) =>
    next === undefined ? (
      <span class="button quiet small icon-only" aria-disabled="true"><Icon name={icon} class="third" /></span>
    ) : (
      <a class="button quiet small icon-only" href={sessionHref({ session_id: next })} aria-label={label} data-tip={label} data-key={hotkey}><Icon name={icon} /></a>
    );
  return (
    <span class="walk hide-narrow">
      {arrow(near.previous, words.previous, 'left', ',')}
      <a class="caption number" href={near.href}>{words.place(near.place + 1, near.count)}</a>
      {arrow(near.next, words.next, 'right', '.')}
    </span>
  );
}

function Actions({ state }: { state: SessionState }) {
  const { session } = state.model.detail;
  const words = t.sessions.head;
  return (
    <MenuButton label={words.more} icon="more" class="button quiet icon-only" align="right" hasArrow={false}>
      {(close) => (
        <>
          <MenuItem onPick={() => (close(), void copyText(location.href, t.app.link_copied))} hotkey="y l"><Icon name="link" />{words.copy_link}</MenuItem>
          <MenuItem onPick={() => (close(), void copyText(session.session_id, t.app.copied))} hotkey="y i"><Icon name="copy" />{words.copy_id}</MenuItem>
          {session.user_id && <MenuItem href={link('/sessions', { user: session.user_id })} onPick={close}><Icon name="sessions" />{words.same_user}</MenuItem>}
          <hr />
          <MenuItem onPick={() => (close(), download(session.session_id))}><Icon name="download" />{words.download}</MenuItem>
        </>
      )}
    </MenuButton>
  );
}

function download(id: string): void {
  const anchor = document.createElement('a');
  anchor.href = `/api/v1/rum/sessions/${encodeURIComponent(id)}`;
  anchor.download = `session-${id}.json`;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}
