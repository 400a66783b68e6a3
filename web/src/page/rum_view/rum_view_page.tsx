// One page of an application: how it fares, and where the time of its slow views goes.
import { link, useParameter } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import { t } from '../../i18n/catalogue';
import { useScope } from '../../rum/app_choice';
import { FilterBar } from '../../rum/filter_bar';

export default function RumViewPage() {
  const view = useParameter('view');
  useCrumbs([{ text: t.rum.title, href: link('/rum') }, { text: view, isData: true }]);
  const scope = useScope();
  return (
    <>
      <div class="page-title"><h1 translate={false}>{view}</h1></div>
      <FilterBar scope={scope} />
    </>
  );
}
