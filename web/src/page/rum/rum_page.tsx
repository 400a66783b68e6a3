// How users fare with an application: vitals, pages, requests, resources.
import { useCrumbs } from '../../app/crumbs';
import { t } from '../../i18n/catalogue';
import { AppMenu, useApps, useScope } from '../../rum/app_choice';
import { FilterBar } from '../../rum/filter_bar';
import { EmptyState } from '../../widget/states';

export default function RumPage() {
  useCrumbs([{ text: t.rum.title }]);
  const scope = useScope();
  const apps = useApps();
  return (
    <>
      <div class="page-title"><h1>{t.rum.title}</h1><AppMenu app={scope.app} apps={apps.answer?.apps} /></div>
      <FilterBar scope={scope} />
      <EmptyState icon="vitals" title={t.rum.no_data}><p>{t.rum.no_data_why}</p></EmptyState>
    </>
  );
}
