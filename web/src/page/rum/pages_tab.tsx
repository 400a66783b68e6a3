// Every page of an application, or every value of another attribute, with its vitals, failures and exits.
import { useMemo } from 'preact/hooks';

import { askBreakdown, scopeKey, type BreakdownAnswer, type BreakdownRow, type RumScope } from '../../api/rum_overview';
import { useQuestion } from '../../api/question';
import { setQuery, useParameter } from '../../app/address';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { conditionOf, kDimensions, withCondition } from '../../rum/filter';
import { dimensionName, setFilter } from '../../rum/filter_bar';
import { overviewLink, pageLink } from '../../rum/links';
import { DataTable, type Sort } from '../../widget/data_table';
import { MenuButton, MenuItem } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { Answered, EmptyState, Strip, WidenButton } from '../../widget/states';
import { breakdownColumns, serverSort } from './page_columns';

const kRows = 200;

export function sortOf(text: string): Sort | undefined {
  return text ? { column: text.replace(/^-/, ''), descending: text.startsWith('-') } : undefined;
}
export const sortText = (sort: Sort): string => (sort.descending ? '-' : '') + sort.column;

/** A find field for the rows that are shown. */
export function FindField({ text }: { text: string }) {
  return (
    <label class="field-with-icon">
      <Icon name="filter" />
      <input class="input" type="search" value={text} placeholder={t.rum.find} aria-label={t.rum.find} onInput={(event) => setQuery({ find: event.currentTarget.value }, 'replace')} />
    </label>
  );
}

export function PagesTab({ scope }: { scope: RumScope }) {
  const by = useParameter('by', 'view.name');
  const find = useParameter('find');
  const sort = sortOf(useParameter('sort', '-views'));
  const asked = serverSort(sort);
  const question = useQuestion<BreakdownAnswer>(`${by} ${asked} ${scopeKey(scope)}`, (options) => askBreakdown(scope, by, asked, kRows, 'previous', options));
  const { answer } = question;
  const columns = useMemo(() => breakdownColumns(by, scope, { hasVitals: !answer || answer.rows.some((row) => row.lcp_p75 !== null || row.inp_p75 !== null || row.load_p75 !== null), hasBefore: answer?.rows.some((row) => typeof row.before_lcp_p75 === 'number') ?? false }), [answer, by, scope.app, scope.q]);
  const rows = useMemo(() => (answer?.rows ?? []).filter((row) => row.value.toLowerCase().includes(find.toLowerCase())), [answer, find]);
  return (
    <>
      <div class="line wrap rum-tab-head">
        <FindField text={find} />
        <MenuButton label={t.rum.group_by} face={<><span class="third">{t.rum.group_by}:</span> {dimensionName(by) ?? <span translate={false}>{by}</span>}</>}>
          {(close) => kDimensions.map((each) => (
            <MenuItem key={each} isChecked={each === by} onPick={() => { setQuery({ by: each === 'view.name' ? undefined : each }); close(); }}>{dimensionName(each)}</MenuItem>
          ))}
        </MenuButton>
        <span class="grow" />
        {answer && <span class="caption number">{answer.rows.length < answer.value_count ? t.rum.part_of(answer.rows.length, answer.value_count) : t.rum.all_shown(answer.value_count)}{find ? ` · ${t.app.table.rows(rows.length)}` : ''}</span>}
      </div>
      {answer && !answer.exact && <Strip>{t.rum.not_exact}</Strip>}
      <Answered question={question}>
        {() => (rows.length ? (
          <DataTable<BreakdownRow> name={by === 'view.name' ? 'rum_pages' : 'rum_values'} label={dimensionName(by) ?? by} isMain columns={columns} rows={rows} rowKey={(row) => row.value} maxHeight="calc(100dvh - 216px)" sort={sort} onSort={(next) => setQuery({ sort: sortText(next) === '-views' ? undefined : sortText(next) })}
            {...(by === 'view.name' ? { rowHref: (row: BreakdownRow) => (row.value ? pageLink(row.value, scope) : undefined) } : { onRow: (row: BreakdownRow) => setFilter(withCondition(scope.q, conditionOf(by, row.value))) })} />
        ) : (
          <EmptyState icon="vitals" title={find ? t.rum.none_found(formatCount(answer?.rows.length)) : t.rum.no_match} actions={find ? <button type="button" class="button" onClick={() => setQuery({ find: undefined })}>{t.app.clear}</button> : <><WidenButton /><a class="button" href={overviewLink({ ...scope, q: '' }, 'pages')}>{t.rum.clear_filter}</a></>} />
        ))}
      </Answered>
    </>
  );
}
