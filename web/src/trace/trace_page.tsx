// One trace. Owned by the trace pages.
import { useCrumbs } from '../app/crumbs';
import type { PageProps } from '../app/places';
import { t } from '../i18n/catalogue';

export default function TracePage({ parts }: PageProps) {
  useCrumbs([{ text: t.trace.title }]);
  return <h1 translate={false}>{parts[0]}</h1>;
}
