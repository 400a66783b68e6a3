// The shape of time: boxes below boxes, in time order or merged by path. Click zooms into a box, Escape steps back.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import { setQuery, useParameter } from '../../app/address';
import { useKeys } from '../../app/keys';
import { useStore } from '../../app/store';
import { shadeStore } from '../../app/theme';
import { formatDuration } from '../../format/duration';
import { formatCount, formatShare } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { Strip } from '../../widget/states';
import { Layers } from '../canvas/layers';
import { resolvePalette } from '../canvas/palette';
import { boxAt, flameInTime, flameMerged, type FlameBoxes } from '../model/flame';
import { criticalTimes } from '../model/operations';
import type { TraceState } from '../trace_state';
import { useTextWidths } from '../waterfall/waterfall';
import { drawFlame, drawFlameOver, kAxis, kLane, type FlameScene } from './draw_flame';

const kModes = ['time', 'merged', 'critical'] as const;
type Mode = (typeof kModes)[number];

export function FlameView({ state }: { state: TraceState }) {
  const { columns } = state;
  const shade = useStore(shadeStore);
  const wanted = useParameter('merge');
  const mode: Mode = kModes.find((each) => each === wanted) ?? 'time';
  const palette = useMemo(() => resolvePalette(columns), [columns, shade]);
  const boxes = useMemo(() => {
    if (mode === 'time') return flameInTime(columns);
    return flameMerged(columns, mode === 'merged' ? columns.self : criticalTimes(columns));
  }, [columns, mode]);
  const widths = useTextWidths();
  const total = useMemo<readonly [number, number]>(() => {
    if (mode === 'time') return state.full;
    let end = 0;
    for (let box = boxes.laneStart[0] ?? 0; box < (boxes.laneStart[1] ?? 0); box++) end = Math.max(end, boxes.to[box]!);
    return [0, Math.max(1, end)];
  }, [boxes, mode, state.full]);
  // In time order the zoom is that of the trace; merged it is a path of boxes.
  const [steps, setSteps] = useState<number[]>([]);
  useEffect(() => setSteps([]), [boxes]);
  const last = steps.at(-1);
  const window: readonly [number, number] = mode === 'time' ? state.zoom : last !== undefined && last < boxes.count ? [boxes.from[last]!, boxes.to[last]!] : total;

  const scroller = useRef<HTMLDivElement>(null);
  const holder = useRef<HTMLDivElement>(null);
  const layers = useRef<Layers>(undefined);
  const tip = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(400);
  const [hover, setHover] = useState(-1);
  const frame = useRef(0);
  const selectedBox = useMemo(() => {
    if (state.selected < 0) return -1;
    if (mode === 'time') return boxes.row.indexOf(state.selected);
    return boxes.row.indexOf(state.selected);
  }, [boxes, state.selected, mode]);
  const scene = useRef<FlameScene>(undefined);
  scene.current = {
    columns, boxes, palette, widths, window, scrollTop: scroller.current?.scrollTop ?? 0, selectedBox, matches: state.matchBits,
  };
  const hoverNow = useRef(-1);
  hoverNow.current = hover;

  const draw = () => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      if (!layers.current || !scene.current) return;
      scene.current.scrollTop = scroller.current?.scrollTop ?? 0;
      drawFlame(layers.current, scene.current);
      drawFlameOver(layers.current, scene.current, hoverNow.current);
    });
  };
  useLayoutEffect(() => {
    const box = scroller.current!;
    const measure = () => setHeight(box.clientHeight);
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    measure();
    layers.current = new Layers(holder.current!, 2, draw);
    box.addEventListener('scroll', draw, { passive: true });
    return () => {
      observer.disconnect();
      layers.current?.close();
      cancelAnimationFrame(frame.current);
    };
  }, []);
  useLayoutEffect(draw);

  const boxUnder = (event: MouseEvent): number => {
    const { left, top, width } = holder.current!.getBoundingClientRect();
    const y = event.clientY - top - kAxis + (scroller.current?.scrollTop ?? 0);
    if (event.clientY - top < kAxis) return -1;
    const time = window[0] + ((event.clientX - left) / width) * (window[1] - window[0]);
    return boxAt(boxes, Math.floor(y / kLane), time, ((window[1] - window[0]) / width) * 2);
  };
  const zoomTo = (box: number) => {
    if (mode === 'time') state.act.setZoom([boxes.from[box]!, Math.max(boxes.to[box]!, boxes.from[box]! + 1)]);
    else if (box !== last) setSteps([...steps, box]);
  };
  const stepBack = (): boolean => {
    if (mode !== 'time') {
      if (steps.length === 0) return false;
      setSteps(steps.slice(0, -1));
      return true;
    }
    if (!state.isZoomed) return false;
    // One step out: the nearest ancestor of what is shown that is wider, else the whole trace.
    const box = selectedBox;
    let up = box >= 0 ? boxes.parent[box]! : -1;
    while (up >= 0 && boxes.to[up]! - boxes.from[up]! <= (window[1] - window[0]) * 1.001) up = boxes.parent[up]!;
    state.act.setZoom(up >= 0 ? [boxes.from[up]!, boxes.to[up]!] : null);
    return true;
  };
  const move = (by: 'up' | 'down' | 'left' | 'right') => {
    const box = selectedBox >= 0 ? selectedBox : 0;
    if (boxes.count === 0) return;
    let next = -1;
    if (by === 'up') next = boxes.parent[box]!;
    else if (by === 'down') next = boxes.parent.indexOf(box);
    else {
      const candidate = box + (by === 'right' ? 1 : -1);
      if (candidate >= 0 && candidate < boxes.count && boxes.lane[candidate] === boxes.lane[box]) next = candidate;
    }
    if (next >= 0) state.act.select(boxes.row[next]!);
  };
  useKeys(t.trace.views.flame, [
    { keys: ['↑'], run: () => move('up') },
    { keys: ['↓'], run: () => move('down') },
    { keys: ['←'], run: () => move('left') },
    { keys: ['→'], run: () => move('right') },
    { keys: ['Enter'], run: () => void (selectedBox >= 0 && zoomTo(selectedBox)) },
    { keys: ['Esc'], run: stepBack },
  ]);

  useEffect(() => {
    const element = tip.current;
    if (element) element.hidden = hover < 0;
  }, [hover]);
  const words = t.trace.flame;
  const trail = mode === 'time' ? [] : steps;
  const hasCritical = columns.cpRow.length > 0;
  return (
    <div class="flame">
      <div class="flame-tools">
        <div class="segmented" role="group" aria-label={words.mode}>
          {kModes.map((each) => (
            <button key={each} type="button" aria-pressed={mode === each} disabled={each === 'critical' && !hasCritical} data-tip={each === 'critical' && !hasCritical ? words.critical_unknown : undefined}
              onClick={() => setQuery({ merge: each === 'time' ? undefined : each })}>
              {words[each]}
            </button>
          ))}
        </div>
        <nav class="flame-trail cut" aria-label={words.back}>
          <button type="button" class="wf-link" onClick={() => (mode === 'time' ? state.act.setZoom(null) : setSteps([]))}>
            {words.whole}
          </button>
          {trail.map((box, index) => (
            <span key={index}>
              <span class="third"> › </span>
              <button type="button" class="wf-link" translate={false} onClick={() => setSteps(steps.slice(0, index + 1))}>
                {columns.names[boxes.name[box] ?? 0]}
              </button>
            </span>
          ))}
        </nav>
        <span class="grow" />
        <span class="caption hide-narrow">{words.count}</span>
      </div>
      {boxes.crowded > 0 && <Strip kind="plain">{words.crowded(boxes.crowded)}</Strip>}
      <div class="flame-scroll" ref={scroller} tabIndex={0} role="img" aria-label={words.label}>
        <div style={{ height: `${Math.max(height, kAxis + boxes.laneCount * kLane + 12)}px` }}>
          <div class="flame-pane" ref={holder} style={{ height: `${height}px` }}
            onPointerMove={(event) => {
              const box = boxUnder(event);
              setHover(box);
              const element = tip.current;
              if (element && box >= 0) {
                const bounds = holder.current!.getBoundingClientRect();
                const x = event.clientX - bounds.left;
                element.style.left = `${Math.min(x + 14, bounds.width - 300)}px`;
                element.style.top = `${Math.min(event.clientY - bounds.top + 16, bounds.height - 110)}px`;
              }
            }}
            onPointerLeave={() => setHover(-1)}
            onClick={(event) => {
              const box = boxUnder(event);
              if (box < 0) return;
              state.act.select(boxes.row[box]!);
              zoomTo(box);
            }}>
            <div class="flame-tip" ref={tip} hidden>
              {hover >= 0 && hover < boxes.count && <BoxTip state={state} boxes={boxes} box={hover} whole={total[1] - total[0]} isTime={mode === 'time'} />}
            </div>
          </div>
        </div>
      </div>
    </div>
  );
}

function BoxTip({ state, boxes, box, whole, isTime }: { state: TraceState; boxes: FlameBoxes; box: number; whole: number; isTime: boolean }) {
  const { columns } = state;
  const words = t.trace.flame;
  return (
    <>
      <p class="strong" translate={false}>
        {columns.names[boxes.name[box]!]}
      </p>
      <p class="second" translate={false}>
        {columns.facts.services[boxes.service[box]!]!.name}
      </p>
      <dl>
        <dt>{isTime ? t.trace.detail.duration : words.tip_total}</dt>
        <dd class="number">{formatDuration(boxes.total[box])}</dd>
        <dt>{words.tip_self}</dt>
        <dd class="number">{formatDuration(boxes.self[box])}</dd>
        {!isTime && (
          <>
            <dt>{words.tip_spans}</dt>
            <dd class="number">{formatCount(boxes.spans[box])}</dd>
          </>
        )}
        <dt>{words.tip_share}</dt>
        <dd class="number">{formatShare((boxes.to[box]! - boxes.from[box]!) / whole)}</dd>
      </dl>
    </>
  );
}
