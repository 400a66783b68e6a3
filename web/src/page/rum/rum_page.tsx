// How users fare with an application: overview, pages, requests, resources.
import './rum_page.css';

import { useEffect } from 'preact/hooks';

import { askRumOverview, kRumBaselines, scopeKey, type RumBaseline, type RumOverviewAnswer } from '../../api/rum_overview';
import { useQuestion } from '../../api/question';
import { link, setQuery, useParameter } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import { useKeys } from '../../app/keys';
import { fill, t } from '../../i18n/catalogue';
import { AppMenu, appType, useApps, useScope } from '../../rum/app_choice';
import { isEmptyFilter } from '../../rum/filter';
import { FilterBar, setFilter } from '../../rum/filter_bar';
import { overviewLink } from '../../rum/links';
import { NoReports } from '../../rum/no_reports';
import { MenuButton, MenuItem } from '../../widget/floating';
import { Answered, EmptyState, LoadingBlocks, Strip, WidenButton } from '../../widget/states';
import { useEarlier } from './earlier';
import { Compared, OverviewTab } from './overview_tab';
import { PagesTab } from './pages_tab';
import { RequestsTab } from './requests_tab';
import { ResourcesTab } from './resources_tab';

const kTabs = ['overview', 'pages', 'requests', 'resources'] as const;
type Tab = (typeof kTabs)[number];
const kPoints = 60;

function BaselineMenu({ baseline }: { baseline: RumBaseline }) {
  const names = t.rum.baselines;
  return (
    <MenuButton label={t.services.baseline} face={<><span class="third hide-narrow" aria-hidden="true">{t.services.baseline}:</span> {names[baseline]}</>} align="right" class="button small">
      {(close) => kRumBaselines.map((each) => (
        <MenuItem key={each} isChecked={each === baseline} onPick={() => { setQuery({ baseline: each === 'previous' ? undefined : each }); close(); }}>{names[each]}</MenuItem>
      ))}
    </MenuButton>
  );
}

/** The grey shape of the overview. */
function OverviewLoading() {
  return (
    <div class="rum-overview" aria-busy="true" role="status" aria-label={t.app.loading}>
      <div class="grey-block" style={{ height: '26px' }} />
      <div class="grey-block" style={{ height: '74px' }} />
      <div class="grey-block" style={{ height: '136px' }} />
      <LoadingBlocks rows={2} height={220} />
    </div>
  );
}

export default function RumPage() {
  const scope = useScope();
  const apps = useApps();
  const list = apps.answer?.apps;
  const app = list?.find((each) => each.id === scope.app);
  useCrumbs([{ text: t.rum.title, href: link('/rum') }, ...(scope.app ? [{ text: app?.name || scope.app, isData: true }] : [])]);
  const urlApp = useParameter('app');
  const tab = useParameter('tab', 'overview') as Tab;
  const baseline = useParameter('baseline', 'previous') as RumBaseline;
  // Until the applications are known it is open which one is meant.
  const isChosen = scope.app !== '' || urlApp !== '' || apps.error !== undefined;
  const question = useQuestion<RumOverviewAnswer>(tab === 'overview' && isChosen ? `${scopeKey(scope)} ${baseline}` : undefined, (options) => askRumOverview(scope, baseline, kPoints, options));
  const earlier = useEarlier(scope, baseline, kPoints, tab === 'overview' && isChosen);
  const isUnknown = list !== undefined && scope.app !== '' && app === undefined;
  const isEmpty = list?.length === 0;
  const first = list?.[0]?.id;
  useEffect(() => {
    // An overview is of one application: the one with most sessions, unless another was chosen. One that is remembered and gone is none.
    if (first !== undefined && !urlApp && (scope.app === '' || isUnknown)) setQuery({ app: first }, 'replace');
  }, [first, urlApp, scope.app, isUnknown]);
  const toTab = (next: Tab) => setQuery({ tab: next === 'overview' ? undefined : next, sort: undefined, find: undefined, by: undefined, request: undefined, resource: undefined, type: undefined, party: undefined });
  useKeys(t.rum.title, kTabs.map((each, index) => ({ keys: [String(index + 1)], label: t.rum.tabs[each], run: () => toTab(each) })));
  return (
    <>
      <div class="page-title rum-title">
        <h1>{t.rum.title}</h1>
        <AppMenu app={scope.app} apps={list} />
        {app && <span class="caption">{appType(app)}{app.versions[0] && <> · <span class="short" translate={false} title={app.versions[0]}>{app.versions[0]}</span></>}</span>}
        <FilterBar scope={scope} />
      </div>
      <div class="line rum-tabs">
        <div class="tabs grow" role="tablist" aria-label={t.rum.title}>
          {kTabs.map((each) => (
            <button type="button" role="tab" key={each} aria-selected={each === tab} data-key={String(kTabs.indexOf(each) + 1)} data-tip={t.rum.tabs[each]} onClick={() => toTab(each)}>{t.rum.tabs[each]}</button>
          ))}
        </div>
        {tab === 'overview' && !isEmpty && !isUnknown && question.answer && <Compared answer={question.answer} earlier={earlier} />}
        {tab === 'overview' && !isEmpty && !isUnknown && <BaselineMenu baseline={baseline} />}
      </div>
      {isEmpty ? (
        <NoReports />
      ) : isUnknown ? (
        <EmptyState icon="vitals" title={t.rum.app_silent} actions={<><WidenButton />{list[0] && <a class="button" href={overviewLink({ app: list[0].id, q: '' })}>{fill(t.rum.show_app, { app: <b translate={false}>{list[0].name || list[0].id}</b> })}</a>}</>}>
          <p>{t.rum.app_silent_why}</p>
        </EmptyState>
      ) : (
        <>
          {tab === 'overview' && (
            <Answered question={question} loading={<OverviewLoading />}>
              {(answer) => (answer.now.views + answer.now.requests + answer.now.sessions === 0 && !isEmptyFilter(scope.q) ? (
                <EmptyState icon="filter" title={t.rum.no_match} actions={<><WidenButton /><button type="button" class="button" onClick={() => setFilter('')}>{t.rum.clear_filter}</button></>} />
              ) : (
                <>
                  {!answer.exact && <Strip>{t.rum.not_exact}</Strip>}
                  <OverviewTab answer={answer} earlier={earlier} scope={scope} />
                </>
              ))}
            </Answered>
          )}
          {tab === 'pages' && <PagesTab scope={scope} />}
          {tab === 'requests' && <RequestsTab scope={scope} />}
          {tab === 'resources' && <ResourcesTab scope={scope} />}
        </>
      )}
    </>
  );
}
