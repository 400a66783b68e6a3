// The whole session in 48 px: its pages as bands, how much happened when, where the trouble is. Drag chooses a window.
import { useEffect, useMemo, useRef } from 'preact/hooks';

import { t } from '../../i18n/catalogue';
import { Icon } from '../../widget/icon';
import { histogram } from './session_model';
import type { SessionState } from './session_state';

const kBins = 180;
const kHeight = 24;
const kDragMin = 3;

/** Columns as one path; the least is a pixel. */
export function columnsPath(counts: Uint32Array, most: number): string {
  let path = '';
  for (let bin = 0; bin < counts.length; bin++) {
    if (counts[bin] === 0) continue;
    const height = Math.max(1.5, (Math.sqrt(counts[bin]!) / Math.sqrt(Math.max(1, most))) * kHeight);
    path += `M${bin} ${kHeight}v${(-height).toFixed(1)}h.85V${kHeight}z`;
  }
  return path;
}

export function OverviewStrip({ state }: { state: SessionState }) {
  const { model, window, opened } = state;
  const box = useRef<HTMLDivElement>(null);
  const length = Math.max(1, model.to - model.from);
  const share = (time: number) => Math.max(0, Math.min(1, (time - model.from) / length));
  const { all, troubled } = useMemo(() => histogram(model, kBins), [model]);
  const most = useMemo(() => all.reduce((max, each) => Math.max(max, each), 1), [all]);
  const { troubles } = model;
  const latest = useRef(state);
  latest.current = state;
  useEffect(() => {
    const element = box.current!;
    let from: number | null = null;
    let begin = 0;
    const timeAt = (event: PointerEvent) => {
      const { left, width } = element.getBoundingClientRect();
      return model.from + Math.max(0, Math.min(1, (event.clientX - left) / Math.max(1, width))) * length;
    };
    const both = (event: PointerEvent): [number, number] => [Math.min(from!, timeAt(event)), Math.max(from!, timeAt(event))];
    const down = (event: PointerEvent) => {
      if (event.button !== 0 || (event.target as Element).closest('button')) return;
      element.setPointerCapture(event.pointerId);
      from = timeAt(event);
      begin = event.clientX;
    };
    const move = (event: PointerEvent) => {
      if (from !== null && Math.abs(event.clientX - begin) >= kDragMin) latest.current.act.setWindow(both(event), false);
    };
    const up = (event: PointerEvent) => {
      if (from === null) return;
      if (Math.abs(event.clientX - begin) >= kDragMin) latest.current.act.setWindow(both(event));
      from = null;
    };
    const clear = () => latest.current.act.setWindow(null);
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('dblclick', clear);
    return () => {
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('dblclick', clear);
    };
  }, [model]);
  const words = t.sessions.line;
  return (
    <div class="so-box">
      <div class="so" ref={box} data-tip={words.overview}>
        <svg viewBox={`0 0 ${kBins} ${kHeight}`} preserveAspectRatio="none" role="img" aria-label={`${words.overview} ${words.overview_said(model.events.length, model.views.length, troubles.length)}`}>
          <path class="all" d={columnsPath(all, most)} />
          <path class="troubled" d={columnsPath(troubled, most)} />
        </svg>
        <div class="so-views" aria-hidden="true">
          {model.views.map(({ view, from, to }, index) => {
            const left = share(from);
            return <span key={view.view_id} class={`${index % 2 ? 'odd' : ''}${view.errors > 0 ? ' troubled' : ''}`} style={{ left: `${left * 100}%`, width: `${(share(to) - left) * 100}%` }} title={view.name} translate={false}>{view.name}</span>;
          })}
        </div>
        {troubles.slice(0, 200).map(({ event, at }) => <i key={event.event_id} class={`so-trouble ${event.kind === 'error' || event.success === 0 ? 'error' : ''}`} style={{ left: `${share(at) * 100}%` }} />)}
        {opened && <i class="so-here" style={{ left: `${share(opened.at) * 100}%`, width: `max(3px, ${(share(opened.end) - share(opened.at)) * 100}%)` }} />}
        {window && (
          <>
            <i class="so-out" style={{ left: 0, width: `${share(window[0]) * 100}%` }} />
            <i class="so-out" style={{ left: `${share(window[1]) * 100}%`, right: 0 }} />
          </>
        )}
      </div>
      {window && (
        <button type="button" class="button small so-whole" data-tip={words.whole} data-key="0" onClick={() => state.act.setWindow(null)}>
          <Icon name="expand" />
          {words.whole}
        </button>
      )}
    </div>
  );
}
