// The backend trace of the request that is open, placed on the session's clock: the same columns, rows and state as on the
// trace's page, its time window given by the session's axis.
import { useEffect, useMemo } from 'preact/hooks';

import { useQuestion, type Question } from '../../api/question';
import { useInlineState, type InlineState } from '../../trace/inline_state';
import { loadColumns, type TraceKey } from '../../trace/load_trace';
import { rowOfSpan, type TraceColumns } from '../../trace/model/columns';
import { anchorOf, type Anchor } from '../../trace/model/essential';
import { extent, withCorrectedClocks } from '../../trace/model/skew';
import type { SessionState } from './session_state';
import type { AxisTick } from './time_line';

export interface OpenTrace {
  key: TraceKey;
  question: Question<TraceColumns>;
  /** Undefined until it has been loaded, and where there is none. */
  inline: InlineState | undefined;
  anchor: Anchor;
  /** The page's ticks in times of the trace. */
  ticks: readonly number[];
}

const kNoAnchor: Anchor = { shift: 0, by: 'start' };

export function useOpenTrace(session: SessionState, ticks: readonly AxisTick[]): OpenTrace {
  const { opened, scale, act, axis, zoom: zoomed } = session;
  const trace = opened?.event.trace;
  const traceId = trace?.state === 'found' ? (trace.trace_id ?? '') : '';
  const key = useMemo<TraceKey>(() => ({ traceId, open: '' }), [traceId]);
  const question = useQuestion<TraceColumns>(traceId || undefined, (options) => loadColumns(key, options), { keep: false, reloads: false });
  const columns = traceId !== '' && question.answerKey === traceId ? question.answer : undefined;

  const anchor = useMemo(() => {
    if (columns === undefined || opened === undefined) return kNoAnchor;
    const corrected = withCorrectedClocks(columns);
    return anchorOf(corrected, rowOfSpan(corrected, trace?.span_id ?? ''), opened);
  }, [columns, opened]);
  const full = useMemo<readonly [number, number]>(() => (columns ? extent(withCorrectedClocks(columns)) : [0, 1]), [columns]);
  useEffect(() => {
    if (columns) act.setExtent([full[0] + anchor.shift, full[1] + anchor.shift]);
  }, [columns, anchor]);

  const [from, to] = scale.linearAround(opened?.at ?? 0);
  const zoom = useMemo<readonly [number, number]>(() => [from - anchor.shift, to - anchor.shift], [from, to, anchor]);
  const inline = useInlineState({
    columns, key, zoom, full, isZoomed: zoomed !== null || axis === 'session',
    setZoom: (next) => {
      if (next !== null) return act.setZoom([next[0] + anchor.shift, next[1] + anchor.shift]);
      act.setZoom(null);
      act.setAxis('event');
    },
    span: session.span, setSpan: act.setSpan,
  });
  // Lines beyond a break of the page's axis would lie elsewhere on the trace's plain one.
  const lines = useMemo(() => ticks.filter(({ x, time }) => Math.abs((time - from) / (to - from) - x) < 1e-4).map(({ time }) => time - anchor.shift), [ticks, anchor, from, to]);
  return { key, question, inline: columns === undefined ? undefined : inline, anchor, ticks: lines };
}
