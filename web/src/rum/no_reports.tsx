// Nothing in this range: whether browsers ever reported here, and so what to do: connect one, or look where they last did.
import { askRumApps, type AppsAnswer } from '../api/rum_overview';
import { useQuestion } from '../api/question';
import { link } from '../app/address';
import { setSpan } from '../app/range';
import { agoName } from '../app/range_names';
import { fromNanoseconds } from '../format/instant';
import { fill, t } from '../i18n/catalogue';
import { Icon, type IconName } from '../widget/icon';
import { EmptyState, WidenButton } from '../widget/states';

const kLookBackMs = 7 * 864e5;
const kShownMs = 36e5;

export const browserRecipe = () => link('/connect', { with: 'browser-arms-npm' });

export function NoReports({ icon = 'vitals' }: { icon?: IconName }) {
  const question = useQuestion<AppsAnswer>('last', (options) => {
    const end = Date.now();
    return askRumApps({ start: end - kLookBackMs, end }, { signal: options.signal });
  });
  const words = t.rum.silence;
  const apps = question.answer?.apps;
  const last = apps?.reduce<(typeof apps)[number] | undefined>((newest, each) => (newest === undefined || BigInt(each.last_ns) > BigInt(newest.last_ns) ? each : newest), undefined);
  if (apps && last === undefined) {
    return (
      <EmptyState icon={icon} title={words.never} actions={<><a class="button primary" href={browserRecipe()}><Icon name="connect" />{t.rum.connect}</a><a class="button" href={link('/connect')}>{words.all_ways}</a></>}>
        <p>{t.rum.no_data_why}</p>
      </EmptyState>
    );
  }
  const at = last ? fromNanoseconds(last.last_ns) : 0;
  return (
    <EmptyState icon={icon} title={t.rum.no_data}
      actions={
        <>
          {last ? <button type="button" class="button primary" onClick={() => setSpan({ start: at - kShownMs, end: at + 1000 })}>{words.show_last}</button> : <WidenButton />}
          <a class="button" href={browserRecipe()}><Icon name="connect" />{t.rum.connect}</a>
        </>
      }>
      <p>{last ? fill(words.last(agoName(Date.now() - at)), { app: <b translate={false}>{last.name || last.id}</b> }) : t.rum.no_data_why}</p>
    </EmptyState>
  );
}
