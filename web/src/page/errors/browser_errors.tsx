// What breaks for users: errors of their browsers in groups, those that hit most people now first, each with what likely caused
// it behind the page, and its state, changed in place.
import { useMemo, useState } from 'preact/hooks';

import { askGroups, kGroupSorts, kGroupStates, type ErrorGroupRow, type ErrorGroupsAnswer, type GroupSort } from '../../api/rum_errors';
import { scopeKey, type RumApp, type RumScope } from '../../api/rum_overview';
import { useQuestion } from '../../api/question';
import { link, setQuery, useParameter } from '../../app/address';
import { agoName } from '../../app/range_names';
import { Spark } from '../../chart/spark';
import { formatInstant, formatInstantExactly, fromNanoseconds } from '../../format/instant';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { AppMenu, useScope } from '../../rum/app_choice';
import { FilterBar, setFilter } from '../../rum/filter_bar';
import { isEmptyFilter } from '../../rum/filter';
import { byImpact, countsAfter, isNew, kViews, positionText, sortOf, statesOf, type View } from '../../rum/group_facts';
import { NoReports } from '../../rum/no_reports';
import { GroupType } from '../../rum/group_type';
import { LikelyCauseLink } from '../../rum/likely_cause';
import { StateDetail, StateMark, StateMenu, stateSince, useGroupChanges, useStateKeys, VersionForm, type GroupChanges } from '../../rum/group_states';
import { DataTable, type Column } from '../../widget/data_table';
import { MenuButton, MenuItem, type Anchor } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { Answered, EmptyState, WidenButton } from '../../widget/states';

const kVersions = 2;

function Name({ row, rangeStart }: { row: ErrorGroupRow; rangeStart: number }) {
  const words = t.rumErrors;
  const place = positionText(row.culprit);
  return (
    <div class="group-name">
      <div class="cut">
        <a class="row-link" href={link(['/errors', row.group_id])} title={row.message}>
          <GroupType row={row} /> <span class="second" translate={false}>{row.message}</span>
        </a>
      </div>
      <div class="line caption">
        {isNew(row, rangeStart) && <span class="pill accent">{words.new}</span>}
        <span class="cut mono" translate={place === ''} title={positionText(row.culprit, true)}>{place || words.unknown_place}</span>
        <span class="cut hide-narrow" translate={false}>{row.app_name || row.app}</span>
        {row.likely_cause && <LikelyCauseLink cause={row.likely_cause} />}
      </div>
    </div>
  );
}

function Versions({ row }: { row: ErrorGroupRow }) {
  const shown = row.versions.filter((each) => each.version !== '');
  if (!shown.length) return <span class="third">–</span>;
  return (
    <span data-tip={shown.map((each) => `${each.version}: ${formatCount(each.count)}`).join('\n')}>
      <span class="short" translate={false}>{shown.slice(0, kVersions).map((each) => each.version).join(', ')}</span>
      {shown.length > kVersions && <span class="third"> {t.rumErrors.more_versions(shown.length - kVersions)}</span>}
    </span>
  );
}

function columnsOf(rangeStart: number, changes: GroupChanges, onVersion: (row: ErrorGroupRow, anchor: Anchor) => void): Column<ErrorGroupRow>[] {
  const words = t.rumErrors;
  const columns = words.columns;
  return [
    { id: 'mark', title: columns.state, isTitleHidden: true, width: 28, cell: (row) => <StateMark state={row.state} /> },
    { id: 'error', title: columns.error, fills: true, cell: (row) => <Name row={row} rangeStart={rangeStart} /> },
    { id: 'trend', title: columns.trend, isMinor: true, width: 92, cell: (row) => <Spark kind="bars" tone="error" values={row.series} label={columns.trend} /> },
    { id: 'count', title: columns.count, align: 'right', tip: words.count_tip, sortBy: (row) => row.count, cell: (row) => formatCount(row.count) },
    { id: 'users', title: columns.users, align: 'right', sortBy: (row) => row.users, cell: (row) => <b>{formatCount(row.users)}</b> },
    { id: 'sessions', title: columns.sessions, align: 'right', isMinor: true, sortBy: (row) => row.sessions, cell: (row) => formatCount(row.sessions) },
    { id: 'versions', title: columns.versions, isMinor: true, sortBy: (row) => row.versions[0]?.version, cell: (row) => <Versions row={row} /> },
    {
      id: 'first', title: columns.first, align: 'right', isMinor: true, tip: words.first_tip, sortBy: (row) => fromNanoseconds(row.first_ns),
      cell: (row) => (
        <span class="third" data-tip={formatInstantExactly(fromNanoseconds(row.first_ns))}>
          {row.first_version && <><span class="short" translate={false}>{row.first_version}</span> · </>}
          {formatInstant(fromNanoseconds(row.first_ns), 'minute')}
        </span>
      ),
    },
    { id: 'last', title: columns.last, align: 'right', isMinor: true, sortBy: (row) => fromNanoseconds(row.last_ns), cell: (row) => <span data-tip={formatInstantExactly(fromNanoseconds(row.last_ns))}>{t.app.ago(agoName(Date.now() - fromNanoseconds(row.last_ns)))}</span> },
    {
      id: 'state', title: columns.state, width: 128, isMinor: true,
      cell: (row) => (
        <span class="state-cell" data-tip={stateSince(row)}>
          <StateMenu row={row} class="button small quiet" face={<span>{words.states[row.state]} <StateDetail row={row} /></span>} onChange={(change) => changes.change(row, change)} onVersion={(anchor) => onVersion(row, anchor)} />
        </span>
      ),
    },
  ];
}

function Views({ view, answer, changes }: { view: View; answer: ErrorGroupsAnswer | undefined; changes: GroupChanges }) {
  const words = t.rumErrors;
  const counts = answer && countsAfter(answer.by_state, answer.groups, changes.changed);
  const numberOf = (each: View) => {
    if (!answer || !counts) return undefined;
    if (each === 'unresolved') return counts.open + counts.regressed;
    return each === 'new' ? answer.new_count : counts[each];
  };
  return (
    <div class="segmented error-views" role="group" aria-label={words.show}>
      {kViews.map((each) => {
        const count = numberOf(each);
        return (
          <button type="button" key={each} aria-pressed={each === view} data-tip={words.view_tips[each]} onClick={() => setQuery({ state: each === 'unresolved' ? undefined : each })}>
            {words.views[each]}
            {count !== undefined && <span class={each === 'regressed' && count > 0 ? 'number is-warning strong' : 'number third'}>{formatCount(count)}</span>}
          </button>
        );
      })}
    </div>
  );
}

function Nothing({ view, scope, answer, apps }: { view: View; scope: RumScope; answer: ErrorGroupsAnswer; apps: readonly RumApp[] | undefined }) {
  const words = t.rumErrors;
  const others = kGroupStates.filter((state) => answer.by_state[state] > 0);
  const isFiltered = !isEmptyFilter(scope.q);
  if (others.length) {
    return (
      <EmptyState icon="good" title={words.none_of_view} actions={others.map((state) => (
        <button type="button" class="button" key={state} onClick={() => setQuery({ state })}>{words.show_view(words.views[state], answer.by_state[state])}</button>
      ))}>
        <p>{view === 'unresolved' || view === 'open' ? words.none_of_view_why : words.view_tips[view]}</p>
      </EmptyState>
    );
  }
  // No errors are good news only where browsers report.
  if (apps?.length === 0) return <NoReports icon="errors" />;
  return (
    <EmptyState icon="good" title={isFiltered ? words.none_match : words.none} actions={
      <>
        <WidenButton />
        {isFiltered && <button type="button" class="button" onClick={() => setFilter('')}><Icon name="close" />{t.app.clear}</button>}
      </>
    }>
      <p>{words.none_why}</p>
    </EmptyState>
  );
}

function Summary({ rows, answer }: { rows: readonly ErrorGroupRow[]; answer: ErrorGroupsAnswer }) {
  const words = t.rumErrors;
  const times = rows.reduce((sum, row) => sum + row.count, 0);
  const isCut = answer.groups.length < answer.group_count;
  return (
    <span class="caption number">
      <span class="strong">{words.groups(isCut ? answer.group_count : rows.length)}</span>
      {` · ${words.times(times)} · ${answer.exact ? words.exact : words.at_least}`}
      {isCut && ` · ${words.shown(answer.groups.length)}`}
    </span>
  );
}

export function BrowserErrors({ apps }: { apps: readonly RumApp[] | undefined }) {
  const words = t.rumErrors;
  const scope = useScope();
  const wanted = useParameter('state', 'unresolved');
  const view = (kViews as readonly string[]).includes(wanted) ? (wanted as View) : 'unresolved';
  const chosenSort = useParameter('sort', 'impact');
  const sort = (kGroupSorts as readonly string[]).includes(chosenSort) ? (chosenSort as GroupSort) : 'impact';
  const question = useQuestion<ErrorGroupsAnswer>(`${scopeKey(scope)} ${view} ${sort}`, (options) => askGroups(scope, statesOf(view), sortOf(view, sort), options));
  const { answer } = question;
  const changes = useGroupChanges(answer);
  const [active, setActive] = useState<string>();
  const [form, setForm] = useState<{ row: ErrorGroupRow; anchor: Anchor }>();
  const rows = useMemo(() => {
    const all = (answer?.groups ?? []).map((row) => changes.changed.get(row.group_id) ?? row);
    const shown = view === 'new' ? all.filter((row) => isNew(row, scope.span.start)) : all;
    return sort === 'impact' ? byImpact(shown, scope.span) : shown;
  }, [answer, changes.changed, view, sort, scope.span]);
  const columns = useMemo(() => columnsOf(scope.span.start, changes, (row, anchor) => setForm({ row, anchor })), [scope.span.start, changes.change]);
  const activeRow = rows.find((row) => row.group_id === active);
  useStateKeys(words.title, activeRow, changes, () => {
    const anchor = document.querySelector('tr[aria-selected="true"] .state-cell')?.getBoundingClientRect();
    if (activeRow && anchor) setForm({ row: activeRow, anchor });
  });
  return (
    <>
      <div class="line wrap error-bar">
        <Views view={view} answer={answer} changes={changes} />
        <AppMenu app={scope.app} apps={apps} />
        <MenuButton label={words.sort} face={<><span class="third hide-narrow" aria-hidden="true">{words.sort}:</span> {words.sorts[sort]}</>}>
          {(close) => kGroupSorts.map((each) => <MenuItem key={each} isChecked={each === sort} onPick={() => { setQuery({ sort: each === 'impact' ? undefined : each }); close(); }}>{words.sorts[each]}</MenuItem>)}
        </MenuButton>
        <span class="grow" />
        {answer && <Summary rows={rows} answer={answer} />}
      </div>
      <FilterBar scope={scope} />
      <Answered question={question}>
        {(found) => (rows.length ? (
          <DataTable name="browser_errors" label={words.title} isMain columns={columns} rows={rows} rowKey={(row) => row.group_id} rowHref={(row) => link(['/errors', row.group_id])} rowHeight={48}
            rowClass={(row) => (row.state === 'resolved' || row.state === 'ignored' ? 'settled' : undefined)} onActive={(row) => setActive(row.group_id)} maxHeight="calc(100dvh - 196px)" />
        ) : <Nothing view={view} scope={scope} answer={found} apps={apps} />)}
      </Answered>
      {form && <VersionForm row={form.row} anchor={form.anchor} onApply={(change) => changes.change(form.row, change)} onClose={() => setForm(undefined)} />}
    </>
  );
}
