// One kind of error of users' browsers: how bad, since which release, where in the source, what led to it, whom it hits.
import './error_group_page.css';

import { useMemo, useRef, useState } from 'preact/hooks';

import { askGroup, putGroup, type ErrorGroupAnswer, type ErrorGroupRow } from '../../api/rum_errors';
import { scopeKey, type RumScope } from '../../api/rum_overview';
import { useQuestion } from '../../api/question';
import { link } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import { notify } from '../../app/notice';
import type { PageProps } from '../../app/places';
import { setSpan } from '../../app/range';
import { lengthName, agoName } from '../../app/range_names';
import { LineChart } from '../../chart/line_chart';
import { formatInstant, formatInstantExactly, fromNanoseconds } from '../../format/instant';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { useScope } from '../../rum/app_choice';
import { FilterBar } from '../../rum/filter_bar';
import { positionText, releaseMarks, stepTimes } from '../../rum/group_facts';
import { kStateKeys, StateDetail, StateMark, StateMenu, useGroupChanges, useStateKeys, VersionForm, type GroupChanges } from '../../rum/group_states';
import { GroupType, groupTypeName } from '../../rum/group_type';
import { LikelyCauseLink } from '../../rum/likely_cause';
import type { Anchor } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { EmptyState, ErrorState, LoadingBlocks, Strip, WidenButton, Working } from '../../widget/states';
import { Samples, Shares, Trail } from './group_panels';
import { StackPanel } from './stack_panel';

function Actions({ row, changes, onVersion, menuBox }: { row: ErrorGroupRow; changes: GroupChanges; onVersion: (anchor: Anchor) => void; menuBox: { current: HTMLDivElement | null } }) {
  const words = t.rumErrors;
  const isDone = row.state === 'resolved' || row.state === 'ignored';
  return (
    <div class="line" ref={menuBox}>
      {!isDone && <button type="button" class="button primary" data-key={kStateKeys.resolve} data-tip={words.resolve} onClick={() => changes.change(row, { state: 'resolved' })}><Icon name="good" />{words.resolve}</button>}
      {isDone && <button type="button" class="button" data-key={kStateKeys.reopen} data-tip={words.reopen} onClick={() => changes.change(row, { state: 'open' })}><Icon name="failed" />{words.reopen}</button>}
      <StateMenu row={row} class="button" face={words.act} onChange={(change) => changes.change(row, change)} onVersion={onVersion} />
    </div>
  );
}

function Note({ row }: { row: ErrorGroupRow }) {
  const words = t.rumErrors.detail;
  const [kept, setKept] = useState(row.note ?? '');
  const [text, setText] = useState(kept);
  const save = (event: Event) => {
    event.preventDefault();
    // The state is said again, since the server takes both together; a regressed group stays one that was resolved.
    const state = row.state === 'regressed' ? 'resolved' : row.state;
    putGroup(row.group_id, {
      state, note: text.trim(), ...(state === 'resolved' && row.resolved_in_version ? { resolved_in_version: row.resolved_in_version } : {}), ...(state !== 'open' && row.state_since_ns ? { state_since_ns: row.state_since_ns } : {}),
    }).then(
      () => {
        setKept(text.trim());
        notify(words.note_saved);
      },
      () => notify(t.rumErrors.not_changed),
    );
  };
  return (
    <form class="group-note" onSubmit={save}>
      <label class="unseen" for="group-note">{words.note}</label>
      <input id="group-note" class="input" value={text} maxLength={2000} placeholder={words.note_placeholder} onInput={(event) => setText(event.currentTarget.value)} />
      {text.trim() !== kept && <button type="submit" class="button">{words.note_save}</button>}
    </form>
  );
}

function Instant({ ns }: { ns: string }) {
  const at = fromNanoseconds(ns);
  return <span data-tip={formatInstantExactly(at)}>{formatInstant(at, 'minute')} <span class="third">{t.app.ago(agoName(Date.now() - at))}</span></span>;
}

function Title({ row, scope, message, changes, onVersion, menuBox }: { row: ErrorGroupRow; scope: RumScope; message: string; changes: GroupChanges; onVersion: (anchor: Anchor) => void; menuBox: { current: HTMLDivElement | null } }) {
  const words = t.rumErrors;
  const place = positionText(row.culprit, true);
  return (
    <div class="group-title">
      <div class="line">
        <StateMark state={row.state} />
        <h1 class="grow" title={message}><GroupType row={row} />{message && <>: <span class="second" translate={false}>{message}</span></>}</h1>
        <span class="pill">{words.states[row.state]} <StateDetail row={row} /></span>
        <Actions row={row} changes={changes} onVersion={onVersion} menuBox={menuBox} />
      </div>
      <div class="line wrap">
        <code class="cut" translate={place === ''} title={place}>{place || words.unknown_place}</code>
        {row.likely_cause && <LikelyCauseLink cause={row.likely_cause} />}
        <span class="grow" />
        <Note key={row.group_id} row={row} />
      </div>
      <div class="group-line">
        <dl class="group-facts">
          <div><dt>{words.columns.count}</dt><dd class="number">{formatCount(row.count)} <span class="third">{words.detail.in_range}</span></dd></div>
          <div><dt>{words.columns.users}</dt><dd class="number">{formatCount(row.users)}</dd></div>
          <div><dt>{words.columns.sessions}</dt><dd class="number">{formatCount(row.sessions)}</dd></div>
          <div><dt>{words.detail.first}</dt><dd class="number"><Instant ns={row.first_ns} />{row.first_version && <span class="third"> · <span class="short" translate={false} title={row.first_version}>{row.first_version}</span></span>}</dd></div>
          <div><dt>{words.detail.last}</dt><dd class="number"><Instant ns={row.last_ns} /></dd></div>
          <div><dt>{words.detail.app}</dt><dd><a class="short app-face" translate={false} title={row.app_name || row.app} href={link('/rum', { app: row.app })}>{row.app_name || row.app}</a></dd></div>
        </dl>
        <FilterBar scope={scope} />
      </div>
    </div>
  );
}

function Trend({ answer }: { answer: ErrorGroupAnswer }) {
  const words = t.rumErrors.detail;
  const { steps, group } = answer;
  const times = useMemo(() => (steps ? stepTimes(steps, group.series.length) : []), [steps, group.series]);
  if (!steps) return null;
  return (
    <LineChart title={words.over_time} unit={words.per_step(lengthName(steps.step_ns / 1e6))} times={times} height={120} isWhole format={formatCount} marks={releaseMarks(answer.releases, steps)} onSelect={setSpan}
      series={[{ label: t.app.words.errors, values: group.series, stroke: '--error', isBars: true }]} />
  );
}

export default function ErrorGroupPage({ parts }: PageProps) {
  const words = t.rumErrors;
  const id = parts[0] ?? '';
  const scope = useScope();
  // The application is the group's own; a remembered choice of another must not empty the page.
  const asked = { ...scope, app: '' };
  const question = useQuestion<ErrorGroupAnswer>(`${id} ${scopeKey(asked)}`, (options) => askGroup(id, asked, options));
  const { answer, error } = question;
  const changes = useGroupChanges(answer);
  const menuBox = useRef<HTMLDivElement>(null);
  const [form, setForm] = useState<Anchor>();
  const row = answer && (changes.changed.get(answer.group.group_id) ?? answer.group);
  useCrumbs([{ text: words.title, href: link('/errors', { side: 'browser' }) }, { text: row ? groupTypeName(row) : id, isData: row === undefined || row.type !== '' }]);
  useStateKeys(words.title, row, changes, () => setForm(menuBox.current?.getBoundingClientRect()));
  // Its id may be another by now: source maps that came later tell the same errors by other names.
  if (!answer || !row || !question.answerKey?.startsWith(`${id} `)) {
    if (error?.code === 'not_found') return <EmptyState icon="errors" title={words.detail.unknown} actions={<><WidenButton /><a class="button" href={link('/errors', { side: 'browser' })}>{words.detail.all}</a></>}><p>{words.detail.unknown_why}</p></EmptyState>;
    return error ? <ErrorState error={error} onRetry={question.retry} /> : <><Working question={question} /><LoadingBlocks rows={6} height={64} /></>;
  }
  return (
    <>
      <Title row={row} scope={scope} message={row.message || answer.message} changes={changes} onVersion={setForm} menuBox={menuBox} />
      {error && <Strip kind="error">{t.app.error.kept}</Strip>}
      {row.count === 0 && <Strip kind="plain">{words.detail.not_in_range} <WidenButton /></Strip>}
      <div class="group-body">
        <div class="stack">
          <StackPanel answer={answer} />
          <Trail answer={answer} />
          <Samples answer={answer} />
        </div>
        <div class="stack">
          <Trend answer={answer} />
          <Shares answer={answer} />
        </div>
      </div>
      {form && <VersionForm row={row} anchor={form} onApply={(change) => changes.change(row, change)} onClose={() => setForm(undefined)} />}
    </>
  );
}
