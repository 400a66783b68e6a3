// Which application a page is about: `?app=` of the address, else the one that this reader chose last, else all.
import type { AppsAnswer, RumApp, RumScope } from '../api/rum_overview';
import { askRumApps } from '../api/rum_overview';
import { useQuestion, type Question } from '../api/question';
import { setQuery, useParameter } from '../app/address';
import { preference } from '../app/preferences';
import { useRange } from '../app/range';
import { useStore } from '../app/store';
import { formatCount } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { MenuButton, MenuItem } from '../widget/floating';

const appStore = preference<string>('rum_app', '', (value): value is string => typeof value === 'string');
/** In the address: all applications, though one is remembered. */
export const kAllApps = '*';

/** The application of this page, empty for all, and the filter; what the askers of api/rum_*.ts take. */
export function useScope(): RumScope {
  const wanted = useParameter('app');
  const remembered = useStore(appStore);
  const q = useParameter('q');
  const { span } = useRange();
  const app = wanted === kAllApps ? '' : wanted || remembered;
  return { app, q, span };
}

export function useApps(): Question<AppsAnswer> {
  const { span } = useRange();
  return useQuestion<AppsAnswer>(`${span.start} ${span.end}`, (options) => askRumApps(span, { signal: options.signal }));
}

export function appType(app: Pick<RumApp, 'type' | 'service'>): string {
  const types: Record<string, string> = t.rum.app_types;
  return types[app.type || app.service.replace(/^rum-/, '')] ?? app.type;
}

export function AppMenu({ app, apps }: { app: string; apps: readonly RumApp[] | undefined }) {
  const chosen = apps?.find((each) => each.id === app);
  const pick = (id: string) => {
    appStore.set(id);
    setQuery({ app: id || kAllApps });
  };
  return (
    <MenuButton label={t.rum.app} face={app ? <span class="strong short app-face" translate={false} title={chosen?.name || app}>{chosen?.name || app}</span> : t.rum.all_apps}>
      {(close) => (
        <>
          <MenuItem isChecked={!app} onPick={() => { pick(''); close(); }}>{t.rum.all_apps}</MenuItem>
          {apps?.map((each) => (
            <MenuItem key={each.id} isChecked={each.id === app} onPick={() => { pick(each.id); close(); }}>
              <span class="cut" translate={false}>{each.name || each.id}</span>
              <span class="caption">{appType(each)}</span>
              <span class="grow" />
              <span class="caption number">{t.rum.app_sessions(each.sessions)}</span>
            </MenuItem>
          ))}
          {apps && app && !chosen && <MenuItem isChecked onPick={close}><span translate={false}>{app}</span> <span class="caption number">{formatCount(0)}</span></MenuItem>}
        </>
      )}
    </MenuButton>
  );
}
