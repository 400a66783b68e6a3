// The two lines on top of a trace: what it is and where its time went, then what is wrong with it in words.
import { copyText, notify } from '../app/notice';
import { go, link } from '../app/address';
import type { OfTrace, TimeSplit } from '../api/rum_sessions';
import { neighboursOf } from '../app/result_list';
import { makeStore, useStore } from '../app/store';
import { formatDuration, formatDurationExactly } from '../format/duration';
import { formatInstant, formatInstantExactly, fromNanoseconds, zoneName } from '../format/instant';
import { t } from '../i18n/catalogue';
import { MenuButton, MenuItem } from '../widget/floating';
import { Icon } from '../widget/icon';
import { ServiceSquare } from '../widget/service_name';
import { withData } from './data_words';
import { findingSentence } from './finding_words';
import type { Finding, FindingsAnswer } from './load_trace';
import { Flag, nameOf, serviceOf, type TraceColumns } from './model/columns';
import { errorRows, nextRow, rowsOf } from './model/find';
import { traceqlText } from './model/attributes';
import { SessionWay } from './session_way';
import { SplitBar } from './split_bar';
import type { TraceState } from './trace_state';

/** The trace that waits as A for a second one; of this visit only. */
export const markedStore = makeStore<string | undefined>(undefined);

export function compareHref(a: string, b: string): string {
  return link('/compare', { a, b });
}

/** First press marks, second compares. */
export function markOrCompare(traceId: string): void {
  const marked = markedStore.get();
  if (marked !== undefined && marked !== traceId) return go(compareHref(traceId, marked));
  markedStore.set(traceId);
  notify(t.trace.verdict.marked);
}

/** Causes before what they caused, then in order of rows. */
export function worstErrorRow(columns: TraceColumns): number {
  const rows = rowsOf(errorRows(columns));
  return rows.find((row) => (columns.flags[row]! & Flag.errorCause) !== 0) ?? rows[0] ?? -1;
}

export function goToError(state: TraceState, forward: boolean): void {
  const row = nextRow(rowsOf(errorRows(state.columns)), state.selected, forward);
  if (row >= 0) state.act.select(row);
}

export function TraceHeader({ state, findings, split, ofTrace }: { state: TraceState; findings: FindingsAnswer | undefined; /** As the browser told it. */ split?: TimeSplit | null | undefined; ofTrace?: OfTrace | undefined }) {
  const { columns, act } = state;
  const { facts } = columns;
  const root = facts.root_row;
  const words = t.trace.verdict;
  const start = fromNanoseconds(facts.start_time_ns);
  const errors = columns.facts.error_count;
  return (
    <header class="verdict">
      <div class="verdict-line">
        {columns.count > 0 && (
          <h1 class="verdict-name">
            <ServiceSquare name={serviceOf(columns, root).name} />
            <span class="second" translate={false}>
              {serviceOf(columns, root).name}
            </span>
            <span class="cut" translate={false} title={nameOf(columns, root)}>
              {nameOf(columns, root)}
            </span>
          </h1>
        )}
        <span class="verdict-figure number" title={formatDurationExactly(facts.duration_ns)}>
          {formatDuration(facts.duration_ns)}
        </span>
        {errors > 0 && (
          <button type="button" class="pill error verdict-errors" data-tip={words.first_error} data-key="e" onClick={() => act.select(worstErrorRow(columns))}>
            <Icon name="failed" />
            {words.errors(errors)}
          </button>
        )}
        <span class="second number hide-narrow">{t.app.count_spans(columns.count)}</span>
        <span class="second number hide-narrow">{t.app.count_services(facts.services.length)}</span>
        <span class="second number wide-only">{words.depth(facts.depth_max + 1)}</span>
        <Split state={state} told={split} />
        <SessionWay ofTrace={ofTrace} />
        {facts.may_grow && (
          <span class="pill accent" data-tip={words.may_grow_tip}>
            {words.may_grow}
          </span>
        )}
        {columns.skew !== null && (
          <button type="button" class="button small" aria-pressed={state.isCorrected} data-tip={words.clocks(facts.skewed_count)} onClick={() => act.setCorrected(!state.isCorrected)}>
            <Icon name="clock" />
            {state.isCorrected ? words.as_recorded : words.correct_clocks}
          </button>
        )}
        <span class="grow" />
        <span class="caption number hide-narrow" title={formatInstantExactly(start)}>
          {formatInstant(start)} {zoneName(start)}
        </span>
        {state.key.open && <span class="pill">{words.from_file}</span>}
        <Walk traceId={facts.trace_id} />
        <Actions state={state} />
      </div>
      <Findings state={state} answer={findings} />
    </header>
  );
}

/** Browser, network, backend: the three answers every reader wants first. */
function Split({ state, told }: { state: TraceState; told: TimeSplit | null | undefined }) {
  const of = told ?? state.columns.facts.split;
  const [browser_ns, network_ns, backend_ns] = [of.browser_ns ?? 0, of.network_ns ?? 0, of.backend_ns ?? 0];
  const total = browser_ns + network_ns + backend_ns;
  if (browser_ns + network_ns <= 0 || total <= 0) return null;
  return <SplitBar class="hide-narrow" split={{ browser_ns, network_ns, backend_ns }} />;
}

const kFindingsShown = 3;

function Findings({ state, answer }: { state: TraceState; answer: FindingsAnswer | undefined }) {
  const words = t.trace.findings;
  if (answer === undefined) return <div class="findings" aria-busy="true" />;
  if (answer.findings.length === 0) {
    return (
      <div class="findings">
        <Icon name="good" class="is-good" />
        <span class="second">{words.none}</span>
      </div>
    );
  }
  const shown = answer.findings.slice(0, kFindingsShown);
  const rest = answer.findings.slice(kFindingsShown);
  return (
    <div class="findings" role="group" aria-label={words.label}>
      {shown.map((finding, index) => (
        <FindingChip key={index} finding={finding} onPick={() => showFinding(state, finding)} />
      ))}
      {answer.findings.length > 1 && (
        <MenuButton label={words.label} face={rest.length > 0 ? words.more(rest.length) : words.label} class="button small quiet findings-more" align="right">
          {(close) =>
            answer.findings.map((finding, index) => (
              <MenuItem key={index} onPick={() => {
                close();
                showFinding(state, finding);
              }}>
                <FindingMark finding={finding} />
                <span class="finding-text">{withData(findingSentence(finding))}</span>
              </MenuItem>
            ))
          }
        </MenuButton>
      )}
    </div>
  );
}

export function showFinding(state: TraceState, finding: Finding): void {
  state.act.setView('waterfall');
  state.act.point(finding.rows);
  const first = finding.rows[0];
  if (first === undefined) return;
  // The members of a folded group are best seen folded; anything else is opened and selected.
  const isFolded = finding.rows.length > 4 && state.groups.memberOf[first]! >= 0;
  state.act.select(isFolded ? Math.max(0, state.columns.parent[first]!) : first);
}

function FindingMark({ finding }: { finding: Finding }) {
  const kind = finding.code === 'error_cause' || finding.code === 'retry_storm' ? 'is-error' : finding.severity === 'low' ? 'third' : 'is-warning';
  return <Icon name={kind === 'is-error' ? 'failed' : finding.severity === 'low' ? 'silent' : 'warning'} class={kind} label={t.trace.findings.severity[finding.severity] ?? ''} />;
}

function FindingChip({ finding, onPick }: { finding: Finding; onPick: () => void }) {
  const words = t.trace.findings;
  const saved = finding.saved_ns !== undefined && finding.saved_ns > 0 && finding.code !== 'slowest_self_time' ? words.saved(formatDuration(finding.saved_ns)) : '';
  const sentence = findingSentence(finding);
  return (
    <button type="button" class={`finding ${finding.severity}`} data-tip={saved ? `${sentence}\n${saved}` : sentence} data-code={finding.code} onClick={onPick}>
      <FindingMark finding={finding} />
      <span class="cut">{withData(sentence)}</span>
      {saved && <span class="finding-saved number">{saved}</span>}
    </button>
  );
}

/** To the neighbours of the list that the trace was opened from. */
function Walk({ traceId }: { traceId: string }) {
  const near = neighboursOf(traceId);
  if (near === undefined || near.count < 2) return null;
  const words = t.trace.verdict;
  const arrow = (id: string | undefined, label: string, icon: 'left' | 'right', hotkey: string) =>
    id === undefined ? (
      <span class="button quiet small icon-only" aria-disabled="true">
        <Icon name={icon} class="third" />
      </span>
    ) : (
      <a class="button quiet small icon-only" href={link(['/trace', id])} aria-label={label} data-tip={label} data-key={hotkey}>
        <Icon name={icon} />
      </a>
    );
  return (
    <span class="walk hide-narrow">
      {arrow(near.previous, words.previous, 'left', ',')}
      <a class="caption number" href={near.href}>
        {words.place(near.place + 1, near.count)}
      </a>
      {arrow(near.next, words.next, 'right', '.')}
    </span>
  );
}

function Actions({ state }: { state: TraceState }) {
  const { columns } = state;
  const words = t.trace.verdict;
  const marked = useStore(markedStore);
  const id = columns.facts.trace_id;
  const root = columns.count > 0 ? { service: serviceOf(columns, columns.facts.root_row).name, name: nameOf(columns, columns.facts.root_row) } : undefined;
  const ofOperation = root ? `{ resource.service.name = ${traceqlText(root.service)} && name = ${traceqlText(root.name)} }` : '{}';
  return (
    <MenuButton label={words.actions} icon="more" class="button quiet icon-only" align="right" hasArrow={false}>
      {(close) => (
        <>
          <MenuItem href={link('/explain', { a: `{ trace:id = "${id}" }`, base: ofOperation })} onPick={close}>
            <Icon name="compare" />
            {words.compare_typical}
          </MenuItem>
          <MenuItem onPick={() => (close(), markOrCompare(id))} hotkey="b">
            <Icon name="compare" />
            {marked !== undefined && marked !== id ? words.compare_with_a(marked.slice(0, 8)) : words.mark_a}
          </MenuItem>
          <MenuItem href={link('/traces', { q: ofOperation })} onPick={close}>
            <Icon name="search" />
            {words.same_operation}
          </MenuItem>
          <hr />
          <MenuItem onPick={() => (close(), void copyText(id, t.app.copied))} hotkey="y i">
            <Icon name="copy" />
            {words.copy_id}
          </MenuItem>
          <MenuItem onPick={() => (close(), download(state))}>
            <Icon name="download" />
            {words.download}
          </MenuItem>
        </>
      )}
    </MenuButton>
  );
}

function download(state: TraceState): void {
  const anchor = document.createElement('a');
  const open = state.key.open ? `?open=${encodeURIComponent(state.key.open)}` : '';
  anchor.href = `/api/v1/traces/${state.columns.facts.trace_id}${open}`;
  anchor.download = `trace-${state.columns.facts.trace_id}.json`;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}

