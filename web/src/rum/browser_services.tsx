// What services in users' browsers show where others show requests: page views and the vitals that people feel, with the way to
// their overview. One question for all of them.
import './rum.css';

import { askBreakdown, askRumApps, type BreakdownRow, type RumApp } from '../api/rum_overview';
import { useQuestion } from '../api/question';
import { link } from '../app/address';
import { useRange } from '../app/range';
import { formatDuration } from '../format/duration';
import { formatCount } from '../format/quantity';
import { fill, t } from '../i18n/catalogue';
import { kAllApps } from './app_choice';
import { VitalValue } from './vital_bar';

export interface BrowserService {
  figures: BreakdownRow | undefined;
  apps: readonly RumApp[];
}
const kServices = 100;

/** Figures and applications by service; nothing is asked where there are no browsers. */
export function useBrowserServices(hasBrowsers: boolean): ReadonlyMap<string, BrowserService> {
  const { span } = useRange();
  const question = useQuestion<Map<string, BrowserService>>(hasBrowsers ? `${span.start} ${span.end}` : undefined, async ({ signal }) => {
    const [breakdown, { apps }] = await Promise.all([askBreakdown({ app: '', q: '', span }, 'resource.service.name', 'views', kServices, 'none', { signal }), askRumApps(span, { signal })]);
    const found = new Map<string, BrowserService>();
    for (const row of breakdown.rows) found.set(row.value, { figures: row, apps: [] });
    for (const app of apps) {
      const service = found.get(app.service);
      found.set(app.service, { figures: service?.figures, apps: [...(service?.apps ?? []), app] });
    }
    return found;
  });
  return question.answer ?? new Map();
}

/** The overview of its application; of all that report under its name, where they are several. */
export function browserHref(name: string, service: BrowserService | undefined): string {
  const [only, ...more] = service?.apps ?? [];
  if (only && !more.length) return link('/rum', { app: only.id });
  return link('/rum', { app: kAllApps, q: `{ resource.service.name = ${JSON.stringify(name)} }` });
}

/** `1.2 k views · LCP 2.10 s · INP 180 ms`, linked to the overview; mini-programs and apps have no such vitals, but requests. */
export function BrowserFigures({ name, service }: { name: string; service: BrowserService }) {
  const { figures } = service;
  if (!figures) return null;
  return (
    <a class="browser-figures number" href={browserHref(name, service)} data-tip={t.rumErrors.p75_of_views}>
      {figures.lcp_p75 === null && figures.inp_p75 === null ? t.rumErrors.figures_of_requests(formatCount(figures.views), formatDuration(figures.request_p75)) : fill(t.rumErrors.figures(formatCount(figures.views)), { lcp: <VitalValue name="lcp" value={figures.lcp_p75} />, inp: <VitalValue name="inp" value={figures.inp_p75} /> })}
    </a>
  );
}
