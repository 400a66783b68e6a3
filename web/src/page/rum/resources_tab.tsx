// Static resources of an application's pages: slow, large, not cached, of third parties.
import { useMemo } from 'preact/hooks';

import { askResources, scopeKey, type ResourcesAnswer, type ResourceSort, type RumScope } from '../../api/rum_overview';
import { useQuestion } from '../../api/question';
import { setQuery, useParameter } from '../../app/address';
import { useKeys } from '../../app/keys';
import { formatCount, formatShare } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { ResourceTable } from '../../rum/resource_table';
import type { Sort } from '../../widget/data_table';
import { Answered, EmptyState, Strip, WidenButton } from '../../widget/states';
import { FindField, sortOf, sortText } from './pages_tab';

const kRows = 200;
const kSorts: Record<string, ResourceSort> = { total: 'total', count: 'count', p75: 'p75', bytes: 'bytes', failed: 'failed' };
const serverSort = (sort: Sort | undefined): ResourceSort => kSorts[sort?.column ?? ''] ?? 'total';
const kTypes = ['', 'script', 'css', 'image', 'font', 'media', 'other'] as const;
/** How SDKs call a type, by the name it has here. */
const kAliases: Record<string, readonly string[]> = {
  script: ['script', 'js'], css: ['css', 'link', 'stylesheet'], image: ['image', 'img'], font: ['font'], media: ['media', 'video', 'audio'],
};
const typeOf = (type: string) => Object.keys(kAliases).find((name) => kAliases[name]?.includes(type)) ?? 'other';

export function ResourcesTab({ scope }: { scope: RumScope }) {
  const find = useParameter('find');
  const type = useParameter('type');
  const thirdOnly = useParameter('party') === 'third';
  const sort = sortOf(useParameter('sort', '-total'));
  const asked = serverSort(sort);
  const words = t.rum.resources;
  const question = useQuestion<ResourcesAnswer>(`${asked} ${scopeKey(scope)}`, (options) => askResources(scope, asked, '', kRows, options));
  const chosen = useParameter('resource');
  useKeys(words.title, chosen ? [{ keys: ['Esc'], label: t.app.keys.close, run: () => setQuery({ resource: undefined }) }] : []);
  const { answer } = question;
  const all = answer?.rows ?? [];
  const types = useMemo(() => new Set(all.map((row) => typeOf(row.type))), [answer]);
  const rows = useMemo(() => all.filter((row) => (!type || typeOf(row.type) === type) && (!thirdOnly || row.third_party) && row.name.toLowerCase().includes(find.toLowerCase())), [answer, type, thirdOnly, find]);
  const time = (list: typeof all) => list.reduce((sum, row) => sum + row.total_ns, 0);
  const third = rows.filter((row) => row.third_party);
  const loads = rows.reduce((sum, row) => sum + row.count, 0);
  return (
    <>
      <div class="line wrap rum-tab-head">
        <FindField text={find} />
        <div class="segmented" role="group" aria-label={words.type}>
          {kTypes.filter((each) => each === '' || types.has(each)).map((each) => <button type="button" key={each} aria-pressed={each === type} onClick={() => setQuery({ type: each || undefined })}>{each ? words.types[each] : t.app.all}</button>)}
        </div>
        <label class="line"><input type="checkbox" checked={thirdOnly} onChange={(event) => setQuery({ party: event.currentTarget.checked ? 'third' : undefined })} />{words.third_only}</label>
        <span class="grow" />
        {answer && rows.length > 0 && <span class="caption number">{words.summary(formatCount(loads), formatShare(loads ? rows.reduce((sum, row) => sum + row.cached, 0) / loads : null))}{third.length > 0 && ` · ${words.summary_third(formatShare(time(rows) ? time(third) / time(rows) : null))}`} ·</span>}
        {answer && <span class="caption number">{all.length < answer.row_count ? t.rum.part_of(all.length, answer.row_count) : t.rum.all_shown(answer.row_count)}</span>}
      </div>
      {answer && !answer.exact && <Strip>{t.rum.not_exact}</Strip>}
      <Answered question={question}>
        {() => (rows.length ? (
          <ResourceTable name="rum_resources" isMain rows={rows} scope={scope} sort={sort} onSort={(next) => setQuery({ sort: sortText(next) === '-total' ? undefined : sortText(next) })} maxHeight="calc(100dvh - 216px)" />
        ) : (
          <EmptyState icon="vitals" title={all.length ? t.rum.none_found(formatCount(all.length)) : words.none} actions={all.length ? <button type="button" class="button" onClick={() => setQuery({ find: undefined, type: undefined, party: undefined })}>{t.app.clear}</button> : <WidenButton />}>
            {!all.length && <p>{words.none_why}</p>}
          </EmptyState>
        ))}
      </Answered>
    </>
  );
}
