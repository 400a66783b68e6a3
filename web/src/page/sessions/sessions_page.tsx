// Users' visits, the most painful first.
import { useCrumbs } from '../../app/crumbs';
import { t } from '../../i18n/catalogue';
import { EmptyState } from '../../widget/states';

export default function SessionsPage() {
  useCrumbs([{ text: t.sessions.title }]);
  return <EmptyState icon="sessions" title={t.sessions.title}><p>{t.sessions.promise}</p></EmptyState>;
}
