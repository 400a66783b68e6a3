// Every request of an application's browsers, by method and path.
import { useMemo } from 'preact/hooks';

import { askRequests, scopeKey, type RequestsAnswer, type RequestSort, type RumScope } from '../../api/rum_overview';
import { useQuestion } from '../../api/question';
import { setQuery, useParameter } from '../../app/address';
import { useKeys } from '../../app/keys';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { RequestTable } from '../../rum/request_table';
import { TimeLegend } from '../../rum/time_bar';
import type { Sort } from '../../widget/data_table';
import { Answered, EmptyState, Strip, WidenButton } from '../../widget/states';
import { FindField, sortOf, sortText } from './pages_tab';

const kRows = 200;
const kSorts: Record<string, RequestSort> = { total: 'total', count: 'count', p75: 'p75', failed: 'failed', slowest: 'slowest' };
const serverSort = (sort: Sort | undefined): RequestSort => kSorts[sort?.column ?? ''] ?? 'total';

export function RequestsTab({ scope }: { scope: RumScope }) {
  const find = useParameter('find');
  const sort = sortOf(useParameter('sort', '-total'));
  const asked = serverSort(sort);
  const words = t.rum.requests;
  const question = useQuestion<RequestsAnswer>(`${asked} ${scopeKey(scope)}`, (options) => askRequests(scope, asked, kRows, 'previous', options));
  const chosen = useParameter('request');
  useKeys(words.title, chosen ? [{ keys: ['Esc'], label: t.app.keys.close, run: () => setQuery({ request: undefined }) }] : []);
  const { answer } = question;
  const rows = useMemo(() => (answer?.rows ?? []).filter((row) => `${row.method} ${row.host}${row.name}`.toLowerCase().includes(find.toLowerCase())), [answer, find]);
  return (
    <>
      <div class="line wrap rum-tab-head">
        <FindField text={find} />
        <span class="caption">{words.hint}</span>
        <span class="grow" />
        <TimeLegend />
        {answer && <span class="caption number">{answer.rows.length < answer.row_count ? t.rum.part_of(answer.rows.length, answer.row_count) : t.rum.all_shown(answer.row_count)}</span>}
      </div>
      {answer && !answer.exact && <Strip>{t.rum.not_exact}</Strip>}
      <Answered question={question}>
        {() => (rows.length ? (
          <RequestTable name="rum_requests" isMain rows={rows} scope={scope} sort={sort} onSort={(next) => setQuery({ sort: sortText(next) === '-total' ? undefined : sortText(next) })} maxHeight="calc(100dvh - 216px)" />
        ) : (
          <EmptyState icon="vitals" title={find ? t.rum.none_found(formatCount(answer?.rows.length)) : words.none} actions={find ? <button type="button" class="button" onClick={() => setQuery({ find: undefined })}>{t.app.clear}</button> : <WidenButton />}>
            {!find && <p>{words.none_why}</p>}
          </EmptyState>
        ))}
      </Answered>
    </>
  );
}
