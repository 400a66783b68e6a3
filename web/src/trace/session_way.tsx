// From a trace back to the user: the causes as a breadcrumb, and in the header the session or why there is none.
import type { OfTrace } from '../api/rum_sessions';
import { link } from '../app/address';
import type { Crumb } from '../app/crumbs';
import { formatDuration } from '../format/duration';
import { formatInstant, fromNanoseconds } from '../format/instant';
import { shortId } from '../format/shorten';
import { t } from '../i18n/catalogue';
import { Icon } from '../widget/icon';

const userOf = (of: OfTrace) => of.user_name || of.user_id || '';
const sessionHref = (of: OfTrace) => link(['/sessions', of.session_id ?? ''], { event: of.event_id ?? undefined });

/** User › session › page › request; what is not known is left out. */
export function sessionCrumbs(of: OfTrace): Crumb[] {
  if (!of.session_id) return [];
  const words = t.sessions.trace;
  const crumbs: Crumb[] = [];
  if (userOf(of)) crumbs.push({ text: userOf(of), href: link('/sessions', { user: of.user_id ?? undefined }), isData: true });
  crumbs.push({ text: of.session_start_ns ? words.at(formatInstant(fromNanoseconds(of.session_start_ns), 'minute')) : words.at(shortId(of.session_id)), href: link(['/sessions', of.session_id]) });
  if (of.view_name) crumbs.push({ text: of.view_name, href: link('/rum/page', { app: of.app ?? undefined, view: of.view_name }), isData: true });
  if (of.event_id && of.event_name) crumbs.push({ text: [of.event_name, of.duration_ns ? formatDuration(of.duration_ns) : ''].filter(Boolean).join(' '), href: sessionHref(of), isData: true });
  return crumbs;
}

export function SessionWay({ ofTrace }: { ofTrace: OfTrace | undefined }) {
  const words = t.sessions.trace;
  if (ofTrace === undefined) return null;
  if (ofTrace.found && ofTrace.session_id) {
    return (
      <a class="button small session-way" href={sessionHref(ofTrace)} data-tip={words.open}>
        <Icon name="sessions" />
        <span class="cut" translate={userOf(ofTrace) === ''}>{userOf(ofTrace) || words.row}</span>
      </a>
    );
  }
  return (
    <a class="caption session-way hide-narrow wide-only" href={link('/connect')} data-tip={`${words.none}\n${ofTrace.hint === 'no_rum' ? words.no_rum : words.no_rum_for_this}\n${words.connect}`}>
      {words.none_short}
    </a>
  );
}
