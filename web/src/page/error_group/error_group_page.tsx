// One kind of error of users' browsers.
import { link } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import type { PageProps } from '../../app/places';
import { t } from '../../i18n/catalogue';
import { EmptyState } from '../../widget/states';

export default function ErrorGroupPage({ parts }: PageProps) {
  useCrumbs([{ text: t.errors.title, href: link('/errors') }, { text: parts[0] ?? '', isData: true }]);
  return <EmptyState icon="errors" title={t.rumErrors.one}><p>{t.rumErrors.promise}</p></EmptyState>;
}
