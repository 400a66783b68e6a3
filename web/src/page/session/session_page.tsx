// One visit of a user as one line of time. /sessions/<id>, all state in the address: `?event=` is open, `&span=` selected in its trace.
import '../../trace/trace.css';
import './session_page.css';

import { useEffect } from 'preact/hooks';

import { useQuestion } from '../../api/question';
import { askSession } from '../../api/rum_sessions';
import { link, useParameter } from '../../app/address';
import { inSlices } from '../../app/breath';
import { useCrumbs, type Crumb } from '../../app/crumbs';
import type { PageProps } from '../../app/places';
import { formatDuration } from '../../format/duration';
import { formatInstant, fromNanoseconds } from '../../format/instant';
import { shortId } from '../../format/shorten';
import { t } from '../../i18n/catalogue';
import { Icon } from '../../widget/icon';
import { EmptyState, ErrorState, LoadingBlocks, Strip, Working } from '../../widget/states';
import { eventText } from './event_words';
import { modelSteps, type SessionModel } from './session_model';
import { SessionView } from './session_view';

const kLiveMs = 5000;

export default function SessionPage({ parts }: PageProps) {
  const id = parts[0] ?? '';
  const question = useQuestion<SessionModel>(id, async (options) => inSlices(modelSteps(await askSession(id, { signal: options.signal, onProgress: options.onProgress }))), { keep: false });
  const model = question.answerKey === id ? question.answer : undefined;
  useCrumbs(crumbsOf(id, model, useParameter('event')));
  const isAlive = model !== undefined && (model.detail.session.is_live || model.events.some(({ event }) => event.trace?.state === 'pending'));
  useEffect(() => {
    // What is under way is looked at again; a hidden page asks nothing.
    if (!isAlive) return undefined;
    const timer = setInterval(() => document.hidden || question.retry(), kLiveMs);
    return () => clearInterval(timer);
  }, [isAlive, id]);

  if (model === undefined) {
    if (question.error?.code === 'not_found') {
      return (
        <>
          <h1 class="unseen">{t.sessions.one}</h1>
          <EmptyState icon="sessions" title={t.sessions.missing.title}
            actions={
              <>
                <a class="button primary" href={link('/sessions')}>{t.sessions.missing.back}</a>
                <button type="button" class="button" onClick={question.retry}><Icon name="reload" />{t.app.retry}</button>
              </>
            }>
            <p>{t.sessions.missing.why}</p>
          </EmptyState>
        </>
      );
    }
    if (question.error) return <ErrorState error={question.error} onRetry={question.retry} />;
    return (
      <div class="session-page" aria-busy="true">
        <Working question={question} />
        <div class="trace-skeleton"><LoadingBlocks rows={14} height={20} /></div>
      </div>
    );
  }
  return (
    <>
      {question.error && <Strip>{t.app.error.kept}</Strip>}
      <SessionView key={id} model={model} />
    </>
  );
}

/** User › session › page › request: what led to what, as far as it is open. */
function crumbsOf(id: string, model: SessionModel | undefined, eventId: string): Crumb[] {
  const crumbs: Crumb[] = [{ text: t.sessions.title, href: link('/sessions') }];
  if (model === undefined) return [...crumbs, { text: shortId(id), isData: true }];
  const { session } = model.detail;
  const user = session.user_name || session.user_id;
  if (user) crumbs.push({ text: user, href: link('/sessions', { user: session.user_id }), isData: true });
  crumbs.push({ text: formatInstant(fromNanoseconds(session.start_ns), 'second'), href: link(['/sessions', id]), isData: true });
  const event = model.byId.get(eventId)?.event;
  if (event === undefined) return crumbs;
  if (event.view_name && event.kind !== 'view') crumbs.push({ text: event.view_name, href: link('/rum/page', { app: session.app, view: event.view_name }), isData: true });
  crumbs.push({ text: [eventText(event), event.duration_ns ? formatDuration(event.duration_ns) : ''].filter(Boolean).join(' '), isData: true });
  return crumbs;
}
