// The session as a whole: its worst moment, what else went wrong, the vitals of its pages, where it ran, other sessions of the user.
import { link } from '../../app/address';
import { formatDuration } from '../../format/duration';
import { formatInstant, fromNanoseconds } from '../../format/instant';
import { t } from '../../i18n/catalogue';
import { Pain, sessionHref, withVersion, WorstSpanText } from '../../rum/worst_moment';
import { Icon } from '../../widget/icon';
import { EventLink } from './event_panel';
import { VitalList, vitalsOf } from './event_words';
import { troublesOf } from './session_model';
import type { SessionState } from './session_state';

const kViews = 8;

export function SummaryPanel({ state }: { state: SessionState }) {
  const { model } = state;
  const { session, other_sessions_of_user: others } = model.detail;
  const words = t.sessions.summary;
  const worst = session.worst;
  const worstEvent = worst?.event_id ? model.byId.get(worst.event_id) : undefined;
  const troubles = troublesOf(model).filter(({ placed }) => placed !== worstEvent);
  const views = model.views.filter(({ view }) => vitalsOf(view.vitals).length > 0);
  return (
    <aside class="detail summary" id="event-detail" aria-label={words.title} tabIndex={-1}>
      <div class="detail-body">
        <h2 class="unseen">{words.title}</h2>
        {worstEvent && (
          <section class="detail-section">
            <h3>{words.worst}</h3>
            <ul><EventLink state={state} placed={worstEvent} /></ul>
            {worst?.span && (
              <p class="summary-span line">
                <span class="third">{words.backend}</span>
                <a class="cut" href={link(location.pathname, { event: worst.event_id ?? '', span: worst.span.span_id })} onClick={(click) => {
                  if (click.ctrlKey || click.metaKey || click.shiftKey || click.button !== 0) return;
                  click.preventDefault();
                  state.act.open(worst.event_id ?? undefined, { span: worst.span?.span_id ?? '' });
                }}>
                  <WorstSpanText span={worst.span} />
                </a>
              </p>
            )}
          </section>
        )}
        <section class="detail-section">
          <h3>{words.troubles}</h3>
          {troubles.length === 0 && !worstEvent ? (
            <p class="second line"><Icon name="good" class="is-good" />{words.fine}</p>
          ) : (
            <ul>{troubles.map(({ placed, count }) => <EventLink key={placed.event.event_id} state={state} placed={placed} count={count} />)}</ul>
          )}
        </section>
        {views.length > 0 && (
          <section class="detail-section">
            <h3>{words.vitals}</h3>
            <ul>
              {views.slice(0, kViews).map(({ view }) => (
                <li key={view.view_id} class="summary-view">
                  <a class="cut" href={link('/rum/page', { app: session.app, view: view.name })} data-tip={t.sessions.request.view_page} translate={false}>{view.name}</a>
                  <VitalList vitals={view.vitals} most={3} />
                </li>
              ))}
            </ul>
          </section>
        )}
        <About state={state} />
        <section class="detail-section">
          <h3>{words.others}</h3>
          {others.length === 0 && <p class="third">{words.no_others}</p>}
          <ul>
            {others.map((other) => (
              <li key={other.session_id} class="event-link">
                <a href={sessionHref(other)}>
                  <span class="number">{formatInstant(fromNanoseconds(other.start_ns), 'minute')}</span>
                  <span class="number second">{formatDuration(other.duration_ns)}</span>
                  <span class="grow" />
                  {other.errors > 0 && <span class="is-error number">{t.sessions.strip.errors(other.errors)}</span>}
                  <Pain value={other.pain} />
                </a>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </aside>
  );
}

function About({ state }: { state: SessionState }) {
  const words = t.sessions.summary;
  const { session } = state.model.detail;
  const facts: [string, string][] = [
    [words.app, session.app_name || session.app], [words.version, session.version ?? ''], [words.environment, session.environment ?? ''],
    [words.browser, withVersion(session.browser, session.browser_version)], [words.os, withVersion(session.os, session.os_version)],
    [words.device, [session.device_type, session.device_model].filter(Boolean).join(' ')], [words.place, [session.city, session.province, session.country].filter(Boolean).join(', ')],
    [words.network, [session.network, session.isp].filter(Boolean).join(', ')], [words.address, session.client_address ?? ''],
  ];
  return (
    <section class="detail-section">
      <h3>{words.about}</h3>
      <dl class="summary-facts">
        {facts.filter(([, value]) => value !== '').map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd translate={false}>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
