// One trace: verdict, findings, and five views of the same spans. /trace/<id>, all state in the address.
import './trace.css';

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import { ApiError } from '../api/client';
import { useQuestion } from '../api/question';
import { link, useParameter } from '../app/address';
import { useCrumbs } from '../app/crumbs';
import type { PageProps } from '../app/places';
import { numberPreference, oneOf, preference } from '../app/preferences';
import { reload } from '../app/range';
import { askOfTrace, type OfTrace } from '../api/rum_sessions';
import { useStore } from '../app/store';
import { shortId } from '../format/shorten';
import { t } from '../i18n/catalogue';
import { Resizer } from '../widget/resizer';
import { EmptyState, ErrorState, LoadingBlocks, Strip } from '../widget/states';
import { useBrowserRequest, withRequest } from './browser_request';
import { DetailPanel } from './detail/detail_panel';
import { loadColumns, loadFindings, type FindingsAnswer, type TraceKey } from './load_trace';
import { nameOf, type TraceColumns } from './model/columns';
import { sessionCrumbs } from './session_way';
import { TraceHeader } from './trace_header';
import { useTraceKeys } from './trace_keys';
import { unknownSpan, useTraceState, type TraceState } from './trace_state';
import { FilterStrip, TraceToolbar } from './trace_toolbar';
import { EventsView } from './view/events_view';
import { FlameView } from './view/flame_view';
import { MapView } from './view/map_view';
import { OperationsView } from './view/operations_view';
import { Waterfall } from './waterfall/waterfall';

type Place = 'right' | 'bottom';
const placePreference = preference<Place>('trace.detail_place', 'right', oneOf('right', 'bottom'));
const widthPreference = numberPreference('trace.detail_width', 420);
const heightPreference = numberPreference('trace.detail_height', 320);

const kGrowMs = 2000;
const kGrowTimes = 8;
const kNarrow = 720;

export default function TracePage({ parts }: PageProps) {
  const traceId = (parts[0] ?? '').toLowerCase();
  const open = useParameter('open');
  const key = useMemo<TraceKey>(() => ({ traceId, open }), [traceId, open]);
  const question = useQuestion<TraceColumns>(`${traceId} ${open}`, (options) => loadColumns(key, options), { keep: false });
  const columns = question.answerKey === `${traceId} ${open}` ? question.answer : undefined;
  const name = columns && columns.count > 0 ? nameOf(columns, columns.facts.root_row) : '';
  // A file has no session; a server that cannot tell leaves the way back out.
  const session = useQuestion<OfTrace>(open === '' ? traceId : undefined, (options) => askOfTrace(traceId, options), { keep: false, reloads: false });
  const ofTrace = session.answerKey === traceId ? session.answer : undefined;
  const causes = ofTrace?.found ? sessionCrumbs(ofTrace) : [];
  useCrumbs([
    ...(causes.length > 0 ? causes : [{ text: t.app.places.traces, href: link('/traces') }]),
    { text: shortId(traceId), isData: true },
    ...(name && causes.length === 0 ? [{ text: name, isData: true }] : []),
  ]);
  useGrowth(columns);
  if (columns === undefined) {
    if (question.error) return <Failed error={question.error} isFile={open !== ''} onRetry={question.retry} />;
    return <TraceSkeleton />;
  }
  return <TraceView key={`${traceId} ${open}`} columns={columns} traceKey={key} ofTrace={ofTrace} />;
}

/** A trace that is seconds old is asked for again until it holds still. */
function useGrowth(columns: TraceColumns | undefined): void {
  const times = useRef(0);
  useEffect(() => {
    if (!columns?.facts.may_grow || times.current >= kGrowTimes) return undefined;
    const timer = setTimeout(() => {
      times.current++;
      reload();
    }, kGrowMs);
    return () => clearTimeout(timer);
  }, [columns]);
}

function Failed({ error, isFile, onRetry }: { error: ApiError; isFile: boolean; onRetry: () => void }) {
  const words = t.trace.not_found;
  if (error.code === 'not_found') {
    return (
      <EmptyState icon="traces" title={words.title}
        actions={
          <>
            <a class="button primary" href={link(isFile ? '/open' : '/traces')}>
              {isFile ? t.trace.open.title : words.search}
            </a>
            <button type="button" class="button" onClick={onRetry}>
              {t.app.retry}
            </button>
          </>
        }>
        <p>{isFile ? words.expired : words.why}</p>
      </EmptyState>
    );
  }
  if (error.status === 413) {
    return (
      <EmptyState icon="traces" title={t.trace.title}>
        <p>{t.trace.too_large}</p>
      </EmptyState>
    );
  }
  return <ErrorState error={error} onRetry={onRetry} />;
}

function TraceSkeleton() {
  return (
    <div class="trace-page" aria-busy="true">
      <div class="trace-skeleton">
        <LoadingBlocks rows={14} height={20} />
      </div>
    </div>
  );
}

function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(innerWidth <= kNarrow);
  useEffect(() => {
    const query = matchMedia(`(max-width: ${kNarrow}px)`);
    const changed = () => setNarrow(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return isNarrow;
}

function TraceView({ columns, traceKey, ofTrace }: { columns: TraceColumns; traceKey: TraceKey; ofTrace: OfTrace | undefined }) {
  const state = useTraceState(columns, traceKey);
  const findings = useQuestion<FindingsAnswer>(`${traceKey.traceId} ${traceKey.open} ${columns.count}`, (options) => loadFindings(traceKey, options), { reloads: false });
  const request = useBrowserRequest(columns, ofTrace);
  const told = useMemo(() => withRequest(findings.answer, request, columns.facts.root_row), [findings.answer, request?.findings.length, columns]);
  const isNarrow = useIsNarrow();
  const preferredPlace = useStore(placePreference);
  const place: Place = isNarrow ? 'bottom' : preferredPlace;
  const width = useStore(widthPreference);
  const height = useStore(heightPreference);
  const [isPanelHidden, setPanelHidden] = useState(false);
  const findInput = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);

  const before = useRef(state.selected);
  useLayoutEffect(() => {
    if (state.selected !== before.current && state.selected >= 0) setPanelHidden(false);
    before.current = state.selected;
  }, [state.selected]);

  const isPanelShown = !isPanelHidden && state.selected >= 0;
  const cyclePanel = useCallback(() => {
    if (isPanelHidden) return setPanelHidden(false), placePreference.set('right');
    if (placePreference.get() === 'right') return placePreference.set('bottom');
    return setPanelHidden(true);
  }, [isPanelHidden]);
  useTraceKeys(state, {
    cyclePanel,
    closePanel: () => isPanelShown && (setPanelHidden(true), true),
    focusDetails: () => {
      const panel = document.getElementById('span-detail');
      panel?.focus();
      return panel !== null;
    },
    focusFind: () => {
      findInput.current?.focus();
      findInput.current?.select();
    },
  });

  const stale = unknownSpan(columns);
  const maxWidth = Math.max(280, innerWidth - 420);
  const maxHeight = Math.max(160, innerHeight - 320);
  return (
    <div class="trace-page">
      <TraceHeader state={state} findings={told} split={request?.split} ofTrace={ofTrace} />
      <TraceToolbar state={state} findInput={findInput} />
      {stale && <Strip>{t.trace.unknown_span(stale)}</Strip>}
      <FilterStrip state={state} />
      <div class={`trace-body ${place}`} ref={body}>
        <div class="trace-main">
          <MainView state={state} isNarrow={isNarrow} />
        </div>
        {isPanelShown && (
          <>
            {!isNarrow && (
              <Resizer key={place} edge={place} label={t.trace.detail.size} size={place === 'right' ? width : height} min={place === 'right' ? 280 : 160} max={place === 'right' ? maxWidth : maxHeight}
                onSize={(size) => (place === 'right' ? widthPreference : heightPreference).set(size)} />
            )}
            <div class="detail-box" style={place === 'right' ? { width: `${Math.min(width, maxWidth)}px` } : { height: isNarrow ? '48%' : `${Math.min(height, maxHeight)}px` }}>
              <DetailPanel state={state} place={place} onPlace={(next) => placePreference.set(next)} onClose={() => setPanelHidden(true)} />
            </div>
          </>
        )}
      </div>
    </div>
  );
}

function MainView({ state, isNarrow }: { state: TraceState; isNarrow: boolean }) {
  switch (state.view) {
    case 'flame':
      return <FlameView state={state} />;
    case 'operations':
      return <OperationsView state={state} />;
    case 'map':
      return <MapView state={state} />;
    case 'events':
      return <EventsView state={state} />;
    default:
      return <Waterfall state={state} isNarrow={isNarrow} />;
  }
}

