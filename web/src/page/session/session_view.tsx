// A loaded session: header, overview, filters, the time line, and the panel beside it.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { numberPreference } from '../../app/preferences';
import { useStore } from '../../app/store';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { NameDivider } from '../../trace/waterfall/name_divider';
import { Icon } from '../../widget/icon';
import { Resizer } from '../../widget/resizer';
import { EmptyState, Strip } from '../../widget/states';
import { openBlock } from './open_event';
import { useOpenTrace } from './open_trace';
import { OverviewStrip } from './overview_strip';
import { SessionHeader } from './session_header';
import { useSessionKeys } from './session_keys';
import { kFilters, type Filter, type SessionModel } from './session_model';
import { useSessionState, type SessionState } from './session_state';
import { SidePanel } from './event_panel';
import { axisTicks, TimeLine } from './time_line';

const leftPreference = numberPreference('session.left', 520);
const widthPreference = numberPreference('session.panel_width', 400);
const kNarrow = 720;
const kLeftMin = 260;

function useWidth(): number {
  const [width, setWidth] = useState(innerWidth);
  useEffect(() => {
    const changed = () => setWidth(innerWidth);
    addEventListener('resize', changed);
    return () => removeEventListener('resize', changed);
  }, []);
  return width;
}

export function SessionView({ model }: { model: SessionModel }) {
  const state = useSessionState(model);
  const windowWidth = useWidth();
  const isNarrow = windowWidth <= kNarrow;
  const preferredLeft = useStore(leftPreference);
  const panelWidth = Math.min(useStore(widthPreference), Math.max(280, windowWidth - 700));
  const [timeWidth, setTimeWidth] = useState(500);
  const [isPanelHidden, setPanelHidden] = useState(isNarrow);
  const findInput = useRef<HTMLInputElement>(null);
  // The time line comes first; what stands beside it is a task of its own, so that neither keeps the page from answering.
  const [isPainted, setPainted] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPainted(true));
    return () => clearTimeout(timer);
  }, []);

  const lineWidth = windowWidth - (isNarrow ? 0 : 48 + panelWidth);
  const left = isNarrow ? Math.round(lineWidth * 0.64) : Math.max(kLeftMin, Math.min(preferredLeft, lineWidth - 240));
  const ticks = useMemo(() => axisTicks(state, timeWidth), [state.scale, state.axis, state.opened, timeWidth]);
  const trace = useOpenTrace(state, ticks);
  // On a phone the panel comes when a span is chosen, and goes with it.
  useEffect(() => {
    if (isNarrow) setPanelHidden(state.span === '');
  }, [isNarrow, state.span]);
  const closePanel = () => {
    if (isNarrow) return setPanelHidden(true), state.act.setSpan('');
    state.act.open(undefined);
  };
  useSessionKeys(state, trace, {
    focusFind: () => (findInput.current?.focus(), findInput.current?.select()),
    focusPanel: () => {
      const panel = document.getElementById('span-detail') ?? document.getElementById('event-detail');
      panel?.focus();
      return panel !== null;
    },
  });
  const isPanelShown = !isPanelHidden || !isNarrow;
  const words = t.sessions.line;
  return (
    <div class="session-page">
      <SessionHeader state={state} />
      <OverviewStrip state={state} />
      <Tools state={state} findInput={findInput} isNarrow={isNarrow} onPanel={() => setPanelHidden(!isPanelHidden)} />
      {model.detail.left_out > 0 && <Strip>{words.left_out(model.detail.left_out)}</Strip>}
      {state.line.outside > 0 && (
        <Strip kind="plain">
          {words.outside(state.line.outside)}{' '}
          <button type="button" class="link" onClick={() => state.act.setWindow(null)}>{words.whole}</button>
        </Strip>
      )}
      <div class={isNarrow ? 'session-body narrow' : 'session-body'}>
        <div class="session-main">
          {state.line.rows.length === 0 ? (
            <EmptyState icon="filter" title={words.nothing} small actions={<button type="button" class="button primary" onClick={state.act.showAll}>{words.show_all}</button>} />
          ) : (
            <TimeLine state={state} left={left} isNarrow={isNarrow} ticks={ticks} onWidth={setTimeWidth}
              head={<AxisHead state={state} isNarrow={isNarrow} />}
              divider={isNarrow ? null : <NameDivider width={leftPreference} min={kLeftMin} />}
              block={state.opened ? openBlock({ state, placed: state.opened, trace, left, isNarrow }) : null} />
          )}
        </div>
        {isPanelShown && (
          <>
            {!isNarrow && <Resizer edge="right" label={t.sessions.request.panel_size} size={panelWidth} min={280} max={Math.max(280, windowWidth - 700)} onSize={(size) => widthPreference.set(size)} />}
            <div class="session-side" style={isNarrow ? undefined : { width: `${panelWidth}px` }}>
              {isPainted && <SidePanel state={state} trace={trace} isNarrow={isNarrow} onClose={closePanel} />}
            </div>
          </>
        )}
      </div>
    </div>
  );
}

/** What the axis shows: the session, or the open event alone. */
function AxisHead({ state, isNarrow }: { state: SessionState; isNarrow: boolean }) {
  const words = t.sessions.line;
  return (
    <>
      <span class="sl-head-name">{words.event}</span>
      {state.opened && !isNarrow && (
        <span class="segmented tiny" role="group" aria-label={words.axis} data-tip={words.axis} data-key="u">
          <button type="button" aria-pressed={state.axis === 'session' && !state.zoom} onClick={() => state.act.setAxis('session')}>{words.axis_session}</button>
          <button type="button" aria-pressed={state.axis === 'event' && !state.zoom} onClick={() => state.act.setAxis('event')}>{words.axis_request}</button>
        </span>
      )}
      {state.zoom && (
        <button type="button" class="button small quiet" data-key="0" data-tip={words.whole} onClick={() => state.act.setZoom(null)}>
          <Icon name="expand" />
          {words.axis_zoomed}
        </button>
      )}
    </>
  );
}

function Tools({ state, findInput, isNarrow, onPanel }: { state: SessionState; findInput: { current: HTMLInputElement | null }; isNarrow: boolean; onPanel: () => void }) {
  const words = t.sessions.line;
  const { counts } = state.model;
  const shown = kFilters.filter((filter) => filter === 'all' || counts[filter] > 0 || state.filter === filter);
  const composing = useRef(false);
  return (
    <div class="trace-tools session-tools">
      <div class="pills" role="group" aria-label={words.event}>
        {shown.map((filter) => <FilterButton key={filter} state={state} filter={filter} count={counts[filter]} />)}
      </div>
      <span class="grow" />
      <label class="line second fold-choice" data-tip={words.fold_tip} data-key="i">
        <input type="checkbox" checked={state.isFolded} onChange={(event) => state.act.setFolded(event.currentTarget.checked)} />
        {words.fold}
      </label>
      {isNarrow && <button type="button" class="button small icon-only" aria-label={t.sessions.request.panel} onClick={onPanel}><Icon name="rail" /></button>}
      <div class="find" role="search" aria-label={words.find}>
        <label class="find-field">
          <Icon name="search" />
          <input ref={findInput} type="text" aria-label={words.find} placeholder={words.find} value={state.text} spellcheck={false} autocomplete="off"
            onCompositionStart={() => (composing.current = true)}
            onCompositionEnd={(event) => ((composing.current = false), state.act.setText(event.currentTarget.value))}
            onInput={(event) => composing.current || state.act.setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return;
              if (state.text !== '') state.act.setText('');
              else event.currentTarget.blur();
              event.preventDefault();
              event.stopPropagation();
            }} />
          {state.text !== '' && <span class="find-count number" role="status">{formatCount(state.line.shown)}</span>}
          {state.text === '' && <kbd class="wide-only">Ctrl-F</kbd>}
        </label>
      </div>
    </div>
  );
}

function FilterButton({ state, filter, count }: { state: SessionState; filter: Filter; count: number }) {
  const index = kFilters.indexOf(filter);
  return (
    <button type="button" class="button small round" aria-pressed={state.filter === filter} data-filter={filter} data-key={String(index + 1)} data-tip={filter === 'errors' || filter === 'views' ? t.sessions.filters_tip[filter] : t.sessions.keys.filter} onClick={() => state.act.setFilter(filter)}>
      {t.sessions.filters[filter]}
      <span class={filter === 'errors' && count > 0 ? 'is-error strong number' : 'third number'}>{formatCount(count)}</span>
    </button>
  );
}
