// The pages: which address shows which, each in a chunk of its own that is fetched when it is first needed.
import type { ComponentType } from 'preact';

import type { IconName } from '../widget/icon';

export type PlaceName = 'services' | 'topology' | 'traces' | 'sessions' | 'rum' | 'live' | 'errors' | 'connect' | 'settings' | 'open' | 'compare';

export interface PageProps {
  /** What the {…} parts of the pattern matched, decoded. */
  parts: readonly string[];
}
interface PageModule {
  default: ComponentType<PageProps>;
}
export interface Page {
  pattern: string;
  /** Which entry of the rail it belongs to. */
  place: PlaceName;
  /** Fills the window and scrolls inside. */
  isFull?: boolean;
  load: () => Promise<PageModule>;
}

export interface Place {
  name: PlaceName;
  href: string;
  icon: IconName;
  key?: string;
  isBottom?: boolean;
}

export const kPlaces: readonly Place[] = [
  { name: 'services', href: '/services', icon: 'services', key: 'g s' },
  { name: 'topology', href: '/topology', icon: 'topology', key: 'g m' },
  { name: 'traces', href: '/traces', icon: 'traces', key: 'g t' },
  { name: 'sessions', href: '/sessions', icon: 'sessions', key: 'g u' },
  { name: 'rum', href: '/rum', icon: 'vitals', key: 'g p' },
  { name: 'live', href: '/live', icon: 'live', key: 'g l' },
  { name: 'errors', href: '/errors', icon: 'errors', key: 'g e' },
  { name: 'connect', href: '/connect', icon: 'connect', key: 'g c', isBottom: true },
  { name: 'settings', href: '/settings', icon: 'settings', isBottom: true },
];

export const kPages: readonly Page[] = [
  { pattern: '/', place: 'services', load: () => import('../page/services/services_page') },
  { pattern: '/services', place: 'services', load: () => import('../page/services/services_page') },
  { pattern: '/services/{}', place: 'services', load: () => import('../page/service/service_page') },
  { pattern: '/errors', place: 'errors', load: () => import('../page/errors/errors_page') },
  { pattern: '/errors/{}', place: 'errors', load: () => import('../page/error_group/error_group_page') },
  { pattern: '/sessions', place: 'sessions', load: () => import('../page/sessions/sessions_page') },
  { pattern: '/sessions/{}', place: 'sessions', isFull: true, load: () => import('../page/session/session_page') },
  { pattern: '/rum', place: 'rum', load: () => import('../page/rum/rum_page') },
  { pattern: '/rum/page', place: 'rum', load: () => import('../page/rum_view/rum_view_page') },
  { pattern: '/topology', place: 'topology', load: () => import('../page/topology/topology_page') },
  { pattern: '/live', place: 'live', load: () => import('../page/live/live_page') },
  { pattern: '/connect', place: 'connect', load: () => import('../page/connect/connect_page') },
  { pattern: '/settings', place: 'settings', load: () => import('../page/settings/settings_page') },
  { pattern: '/traces', place: 'traces', load: () => import('../page/search/search_page') },
  { pattern: '/compare', place: 'traces', isFull: true, load: () => import('../compare/compare_page') },
  { pattern: '/explain', place: 'traces', load: () => import('../compare/explain_page') },
  { pattern: '/open', place: 'traces', load: () => import('../trace/open_page') },
  { pattern: '/trace/{}', place: 'traces', isFull: true, load: () => import('../trace/trace_page') },
];

/** The page of a path and what its pattern matched; undefined where there is none. */
export function pageAt(path: string): { page: Page; parts: string[] } | undefined {
  const segments = path.replace(/(.)\/+$/, '$1').split('/');
  for (const page of kPages) {
    const wanted = page.pattern.split('/');
    if (wanted.length !== segments.length) continue;
    const parts: string[] = [];
    const fits = wanted.every((part, index) => {
      const segment = segments[index] ?? '';
      if (part !== '{}') return part === segment;
      try {
        parts.push(decodeURIComponent(segment));
      } catch {
        return false;
      }
      return segment !== '';
    });
    if (fits) return { page, parts };
  }
  return undefined;
}
