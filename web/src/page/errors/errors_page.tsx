// What fails, for users and behind them: errors of browsers with their state, errors of the backend by where they start.
import './errors_page.css';

import { link, useParameter } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import { t } from '../../i18n/catalogue';
import { useApps } from '../../rum/app_choice';
import { Icon } from '../../widget/icon';
import { LoadingBlocks } from '../../widget/states';
import { BackendErrors } from './backend_errors';
import { BrowserErrors } from './browser_errors';

const kSides = ['browser', 'backend'] as const;

type Side = (typeof kSides)[number];

/** What the address says; links from before there were two sides name a service or an error of the backend. */
function useWantedSide(): Side | undefined {
  const side = useParameter('side');
  const isOfBackend = [useParameter('service'), useParameter('error')].some((each) => each !== '');
  if ((kSides as readonly string[]).includes(side)) return side as Side;
  return isOfBackend ? 'backend' : undefined;
}

export default function ErrorsPage() {
  const words = t.rumErrors;
  const wanted = useWantedSide();
  const apps = useApps();
  // Who has no browsers connected is not shown an empty list first.
  const side = wanted ?? (apps.answer ? (apps.answer.apps.length ? 'browser' : 'backend') : apps.error ? 'backend' : undefined);
  useCrumbs([{ text: words.title }]);
  return (
    <>
      <div class="error-sides">
        <h1>{words.title}</h1>
        <nav class="tabs" aria-label={words.sides}>
          {kSides.map((each) => (
            <a key={each} href={link('/errors', { side: each })} aria-current={each === side ? 'page' : undefined}>
              <Icon name={each === 'browser' ? 'browser' : 'services'} />
              {words.side_names[each]}
            </a>
          ))}
        </nav>
      </div>
      {side === 'browser' ? <BrowserErrors apps={apps.answer?.apps} /> : side === 'backend' ? <BackendErrors /> : <LoadingBlocks />}
    </>
  );
}
