// From a trace in a list to the session that caused it. Which session that is is asked when somebody wants to know.
import { askOfTrace } from '../api/rum_sessions';
import { go, isForBrowser, link } from '../app/address';
import { t } from '../i18n/catalogue';
import { Icon } from '../widget/icon';

/** Services whose spans users' browsers and apps report. */
export function isUsersEnd(service: string): boolean {
  return /^rum-(?:browser|miniapp|android|ios|harmony)$/.test(service);
}

export function SessionLink({ traceId }: { traceId: string }) {
  const list = link('/sessions', { text: traceId });
  const follow = (event: MouseEvent) => {
    const anchor = event.currentTarget as HTMLAnchorElement;
    if (isForBrowser(event, anchor)) return;
    event.preventDefault();
    askOfTrace(traceId).then(
      (of) => go(of.found && of.session_id ? link(['/sessions', of.session_id], { event: of.event_id ?? undefined }) : list),
      () => go(list),
    );
  };
  return (
    <a class="line session-link" href={list} data-tip={t.sessions.trace.open} onClick={follow}>
      {t.sessions.trace.row}
      <Icon name="out" />
    </a>
  );
}
