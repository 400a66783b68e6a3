// One visit of a user as one line of time.
import { link } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import type { PageProps } from '../../app/places';
import { t } from '../../i18n/catalogue';
import { EmptyState } from '../../widget/states';

export default function SessionPage({ parts }: PageProps) {
  useCrumbs([{ text: t.sessions.title, href: link('/sessions') }, { text: parts[0] ?? '', isData: true }]);
  return <EmptyState icon="sessions" title={t.sessions.one}><p>{t.sessions.promise}</p></EmptyState>;
}
