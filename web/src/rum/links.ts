// Ways from a page about users to the next thing: each keeps the application, the filter and the time range.
import type { RumScope } from '../api/rum_overview';
import { link } from '../app/address';
import { kAllApps } from './app_choice';
import { isEmptyFilter } from './filter';

type Kept = Pick<RumScope, 'app' | 'q'>;
const keptOf = ({ app, q }: Kept) => ({ app: app || kAllApps, q: isEmptyFilter(q) ? undefined : q });

/** A session; with an event, opened there with that request's trace inline; with a span of that trace, its statement shown. */
export function sessionLink(sessionId: string, eventId?: string | undefined, spanId?: string | undefined): string {
  return link(['/sessions', sessionId], { event: eventId, span: spanId });
}
export function pageLink(view: string, scope: Kept): string {
  return link('/rum/page', { ...keptOf(scope), view });
}
export function overviewLink(scope: Kept, tab?: string, more: Record<string, string | undefined> = {}): string {
  return link('/rum', { ...keptOf(scope), tab, ...more });
}
/** `has` is what the sessions have, in the words of the API: errors, failed, slow, rage, blank, long_tasks, crash. */
export function sessionsLink(scope: Kept, has?: string, range: { from?: string; to?: string } = {}): string {
  return link('/sessions', { ...keptOf(scope), has, ...range });
}
export function browserErrorsLink(scope: Kept): string {
  return link('/errors', { side: 'browser', ...keptOf(scope) });
}
export function groupLink(groupId: string): string {
  return link(['/errors', groupId]);
}
