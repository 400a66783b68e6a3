// Below the verdict: which view, one click to what matters, services, find in trace; and what filters are in force.
import { useRef } from 'preact/hooks';

import { formatShare } from '../format/quantity';
import { formatCount } from '../format/quantity';
import { colourClass } from '../app/service_colours';
import { t } from '../i18n/catalogue';
import { MenuButton } from '../widget/floating';
import { Icon, type IconName } from '../widget/icon';
import { Strip } from '../widget/states';
import { nextRow } from './model/find';
import { kViews, type Pill, type TraceState, type ViewName } from './trace_state';

const kViewIcons: Record<ViewName, IconName> = { waterfall: 'traces', flame: 'flame', operations: 'table', map: 'topology', events: 'list' };

export function TraceToolbar({ state, findInput }: { state: TraceState; findInput: { current: HTMLInputElement | null } }) {
  const { columns, act } = state;
  const share = columns.facts.duration_ns > 0 ? columns.facts.critical_path_ns / columns.facts.duration_ns : 0;
  const hasPath = columns.cpRow.length > 0;
  const words = t.trace.pills;
  return (
    <div class="trace-tools">
      <div class="segmented" role="group" aria-label={t.trace.view_label}>
        {kViews.map((view, index) => (
          <button key={view} type="button" aria-pressed={state.view === view} data-tip={t.trace.views[view]} data-key={String(index + 1)} onClick={() => act.setView(view)}>
            <Icon name={kViewIcons[view]} />
            <span class="view-word">{t.trace.views[view]}</span>
          </button>
        ))}
      </div>
      <div class="pills" role="group" aria-label={words.label}>
        <PillButton state={state} pill="critical" text={words.critical} tip={hasPath ? words.critical_tip(formatShare(share)) : words.critical_unknown} disabled={!hasPath} hotkey="C" />
        <PillButton state={state} pill="errors" text={words.errors} count={columns.facts.error_count} tip={words.errors_tip} disabled={columns.facts.error_count === 0} />
        <PillButton state={state} pill="slow" text={words.slow} tip={words.slow_tip} />
        <Services state={state} />
      </div>
      <span class="grow" />
      {state.isZoomed && (
        <>
          <button type="button" class="button small" aria-pressed={state.zoomFilters} data-tip={words.rows_in_view_tip} onClick={() => act.setZoomFilters(!state.zoomFilters)}>
            {words.rows_in_view}
          </button>
          <button type="button" class="button small icon-only" aria-label={words.fit} data-tip={words.fit} data-key="0" onClick={() => act.setZoom(null)}>
            <Icon name="expand" />
          </button>
        </>
      )}
      <Find state={state} input={findInput} />
    </div>
  );
}

function PillButton({ state, pill, text, tip, count, disabled, hotkey }: { state: TraceState; pill: Pill; text: string; tip: string; count?: number; disabled?: boolean; hotkey?: string }) {
  return (
    <button type="button" class="button small round" aria-pressed={state.pills.has(pill)} disabled={disabled} data-tip={tip} data-key={hotkey} data-pill={pill} onClick={() => state.act.togglePill(pill)}>
      {text}
      {count !== undefined && count > 0 && <span class="is-error strong number">{formatCount(count)}</span>}
    </button>
  );
}

function Services({ state }: { state: TraceState }) {
  const { columns, shown, act } = state;
  const words = t.trace.pills;
  const services = columns.facts.services;
  let hidden = 0;
  for (const bit of shown.hiddenServices) hidden += bit;
  const order = [...services.keys()].sort((a, b) => services[b]!.self_ns - services[a]!.self_ns);
  return (
    <MenuButton label={words.services_tip} role="dialog" class="button small round" face={hidden > 0 ? `${formatCount(services.length - hidden)}/${words.services(services.length)}` : words.services(services.length)}>
      {() => (
        <div class="service-menu menu">
          {hidden > 0 && (
            <button type="button" class="item" onClick={() => act.showOnlyService(null)}>
              {words.show_all}
            </button>
          )}
          {order.map((index) => (
            <div key={index} class="service-choice">
              <label>
                <input type="checkbox" checked={shown.hiddenServices[index] !== 1} onChange={(event) => act.hideService(index, !event.currentTarget.checked)} />
                <i class={`square ${colourClass(services[index]!.name)}`} aria-hidden="true" />
                <span class="cut" translate={false}>
                  {services[index]!.name}
                </span>
              </label>
              <span class="third number">{formatCount(services[index]!.span_count)}</span>
              {services[index]!.error_count > 0 && (
                <span class="is-error number">
                  <Icon name="failed" label={t.trace.columns.errors} />
                  {formatCount(services[index]!.error_count)}
                </span>
              )}
              <button type="button" class="button small quiet" onClick={() => act.showOnlyService(index)}>
                {words.only_this}
              </button>
            </div>
          ))}
        </div>
      )}
    </MenuButton>
  );
}

export function goToMatch(state: TraceState, forward: boolean): void {
  if (state.matches === null) return;
  const row = nextRow(state.matches, state.selected, forward);
  if (row >= 0) state.act.select(row);
}

function Find({ state, input }: { state: TraceState; input: { current: HTMLInputElement | null } }) {
  const words = t.trace.find;
  const { matches, selected, act } = state;
  const composing = useRef(false);
  const place = matches && selected >= 0 ? matches.indexOf(selected) + 1 : 0;
  return (
    <div class="find" role="search" aria-label={words.label}>
      <label class="find-field">
        <Icon name="search" />
        <input ref={input} type="text" aria-label={words.label} placeholder={words.placeholder} value={state.find} spellcheck={false} autocomplete="off"
          onCompositionStart={() => (composing.current = true)}
          onCompositionEnd={(event) => {
            composing.current = false;
            act.setFind(event.currentTarget.value);
          }}
          onInput={(event) => composing.current || act.setFind(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.isComposing) return;
            if (event.key === 'Enter') goToMatch(state, !event.shiftKey);
            else if (event.key === 'Escape') {
              if (state.find !== '') act.setFind('');
              else event.currentTarget.blur();
            } else return;
            event.preventDefault();
            event.stopPropagation();
          }} />
        {matches !== null && (
          <span class="find-count number" role="status" data-tip={state.isFindPartial ? words.names_only : undefined}>
            {matches.length === 0 ? words.none : place > 0 ? words.at(place, matches.length) : words.count(matches.length)}
            {state.isFindPartial ? ' *' : ''}
          </span>
        )}
        {matches === null && <kbd class="wide-only">Ctrl-F</kbd>}
      </label>
      {matches !== null && matches.length > 0 && (
        <>
          <button type="button" class="button small icon-only" aria-label={words.previous} data-tip={words.previous} data-key="N" onClick={() => goToMatch(state, false)}>
            <Icon name="up" />
          </button>
          <button type="button" class="button small icon-only" aria-label={words.next} data-tip={words.next} data-key="n" onClick={() => goToMatch(state, true)}>
            <Icon name="down" />
          </button>
          <button type="button" class="button small" aria-pressed={state.onlyMatches} onClick={() => act.setOnlyMatches(!state.onlyMatches)}>
            {words.only}
          </button>
        </>
      )}
    </div>
  );
}

/** Says what filters leave out, and undoes them. */
export function FilterStrip({ state }: { state: TraceState }) {
  const { rows, columns, shown, act } = state;
  if (rows.leftOut === 0) return null;
  let kept = 0;
  if (shown.keep !== null) for (const bit of shown.keep) kept += bit;
  return (
    <Strip kind="plain">
      {shown.keep !== null ? t.trace.filtered(kept, columns.count) : t.trace.left_out(rows.leftOut)}{' '}
      <button type="button" class="link" onClick={act.clearFilters}>
        {t.trace.show_everything}
      </button>
    </Strip>
  );
}
