import { useCrumbs } from '../../app/crumbs';
import { t } from '../../i18n/catalogue';

export default function ServicesPage() {
  useCrumbs([{ text: t.services.title }]);
  return <h1>{t.services.title}</h1>;
}
