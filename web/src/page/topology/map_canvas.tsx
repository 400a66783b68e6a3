// The map under the pointer: pan, zoom, hover, drag, keys. The map is drawn into a bitmap when a gesture rests; while one is under
// way the bitmap is moved and scaled, since edges are what costs.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import { useKeys } from '../../app/keys';
import { colourStore } from '../../app/service_colours';
import { useStore } from '../../app/store';
import { shadeStore, token } from '../../app/theme';
import type { Place } from '../../chart/layered_layout';
import { formatDuration } from '../../format/duration';
import { formatRate, formatShare } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { Icon } from '../../widget/icon';
import { boxOf, drawOverlay, drawScene, edgeKey, fitView, hitAt, kColumn, kNodeHeight, kNodeWidth, kRow, type Emphasis, type Hit, type Scene, type View } from './map_drawing';

interface MapCanvasProps {
  scene: Scene;
  emphasis: Omit<Emphasis, 'hover'>;
  isLocked: boolean;
  onSelect: (hit: Hit | undefined) => void;
  onOpen: (hit: Hit) => void;
  onDrop: (id: string, place: Place) => void;
  /** Counts wishes to see all again. */
  fitTick: number;
  /** Centre this node when it changes. */
  centreOn: string | undefined;
}

const kRestMs = 90;
const kScaleMin = 0.12;
const kScaleMax = 2.5;

function Tip({ hit, x, y, scene }: { hit: Hit; x: number; y: number; scene: Scene }) {
  const words = t.topology;
  const names = new Map(scene.graph.nodes.map((node) => [node.id, node.name]));
  const types: Record<string, string> = t.app.words.types;
  return (
    <div class="map-tip readout" style={{ left: `${x + 14}px`, top: `${y + 14}px` }}>
      {hit.kind === 'node' ? (
        <>
          <div class="strong" translate={false}>{hit.node.name}</div>
          <div>{types[hit.node.type] ?? hit.node.type} · {formatRate(hit.node.rate)} · {words.errors_of(formatShare(hit.node.error_share))}</div>
          <div>p50 {formatDuration(hit.node.p50_ns)} · p99 {formatDuration(hit.node.p99_ns)}</div>
        </>
      ) : (
        <>
          <div class="strong" translate={false}>{names.get(hit.edge.from)} → {names.get(hit.edge.to)}</div>
          <div>{types[hit.edge.type] ?? hit.edge.type} · {formatRate(hit.edge.rate)} · {words.errors_of(formatShare(hit.edge.error_share))}</div>
          <dl>
            <dt>{words.caller_sees}</dt>
            <dd>p50 {formatDuration(hit.edge.caller.p50_ns)} · p99 {formatDuration(hit.edge.caller.p99_ns)}</dd>
            {hit.edge.callee && [<dt key="t">{words.callee_sees}</dt>, <dd key="d">p50 {formatDuration(hit.edge.callee.p50_ns)} · p99 {formatDuration(hit.edge.callee.p99_ns)}</dd>]}
          </dl>
        </>
      )}
    </div>
  );
}

export function MapCanvas({ scene, emphasis, isLocked, onSelect, onOpen, onDrop, fitTick, centreOn }: MapCanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const bitmap = useRef<{ canvas: HTMLCanvasElement; view: View } | undefined>(undefined);
  const view = useRef<View>({ x: 0, y: 0, scale: 1 });
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const size = useRef({ width: 0, height: 0, ratio: 1 });
  const [hover, setHover] = useState<{ hit: Hit; x: number; y: number }>();
  const [sized, setSized] = useState(0);
  const moved = useRef<{ id: string; place: Place } | undefined>(undefined);
  const shade = useStore(shadeStore);
  const colours = useStore(colourStore);
  const latest = useRef({ scene, emphasis });
  latest.current = { scene, emphasis };
  const hoverKey = hover && (hover.hit.kind === 'node' ? hover.hit.node.id : edgeKey(hover.hit.edge));

  const shownScene = (): Scene => {
    const drop = moved.current;
    if (!drop) return latest.current.scene;
    return { ...latest.current.scene, places: new Map(latest.current.scene.places).set(drop.id, drop.place) };
  };
  const paintOverlay = (key = hoverKey) => {
    const ctx = overlay.current?.getContext('2d');
    if (ctx) drawOverlay(ctx, shownScene(), view.current, { ...latest.current.emphasis, hover: key }, size.current);
  };
  /** Sharp, into the bitmap and from there to the screen. */
  const paint = () => {
    const element = map.current;
    const ctx = element?.getContext('2d', { alpha: false });
    if (!element || !ctx || !size.current.width) return;
    const canvas = bitmap.current?.canvas ?? document.createElement('canvas');
    canvas.width = element.width;
    canvas.height = element.height;
    const inner = canvas.getContext('2d', { alpha: false });
    if (!inner) return;
    drawScene(inner, shownScene(), view.current, { ...latest.current.emphasis, hover: undefined }, size.current);
    bitmap.current = { canvas, view: { ...view.current } };
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(canvas, 0, 0);
    paintOverlay();
  };
  /** The bitmap as it is, where the view has gone meanwhile; sharp again soon. */
  const shift = () => {
    const ctx = map.current?.getContext('2d', { alpha: false });
    const ready = bitmap.current;
    if (!ctx || !ready) return;
    const factor = view.current.scale / ready.view.scale;
    const { ratio, width, height } = size.current;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = token('--app');
    ctx.fillRect(0, 0, width * ratio, height * ratio);
    ctx.drawImage(ready.canvas, (view.current.x - ready.view.x * factor) * ratio, (view.current.y - ready.view.y * factor) * ratio, ready.canvas.width * factor, ready.canvas.height * factor);
    paintOverlay();
    clearTimeout(rest.current);
    rest.current = setTimeout(paint, kRestMs);
  };
  const fit = () => {
    view.current = fitView(latest.current.scene.places, latest.current.scene.graph.nodes.map((node) => node.id), size.current.width, size.current.height);
    paint();
  };

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      const first = size.current.width === 0;
      size.current = { width: element.clientWidth, height: element.clientHeight, ratio: devicePixelRatio };
      for (const canvas of [map.current, overlay.current]) {
        if (!canvas) continue;
        canvas.width = Math.round(element.clientWidth * devicePixelRatio);
        canvas.height = Math.round(element.clientHeight * devicePixelRatio);
      }
      if (first) fit();
      else paint();
      setSized((n) => n + 1);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => {
      observer.disconnect();
      clearTimeout(rest.current);
    };
  }, []);
  const { focus, found, selected } = emphasis;
  useEffect(paint, [scene, focus, selected, shade, colours, sized]);
  useEffect(() => paintOverlay(), [hoverKey, found]);
  useEffect(() => {
    if (fitTick > 0) fit();
  }, [fitTick]);
  useEffect(() => {
    const place = centreOn === undefined ? undefined : scene.places.get(centreOn);
    if (!place) return;
    const { x, y } = boxOf(place);
    const scale = Math.max(view.current.scale, 0.8);
    view.current = { scale, x: size.current.width / 2 - (x + kNodeWidth / 2) * scale, y: size.current.height / 2 - (y + kNodeHeight / 2) * scale };
    paint();
  }, [centreOn]);

  const at = (event: PointerEvent | MouseEvent | WheelEvent) => {
    const rect = (box.current as HTMLElement).getBoundingClientRect();
    const [sx, sy] = [event.clientX - rect.left, event.clientY - rect.top];
    return { sx, sy, x: (sx - view.current.x) / view.current.scale, y: (sy - view.current.y) / view.current.scale };
  };
  const zoom = (factor: number, sx = size.current.width / 2, sy = size.current.height / 2) => {
    const scale = Math.max(kScaleMin, Math.min(kScaleMax, view.current.scale * factor));
    const real = scale / view.current.scale;
    view.current = { scale, x: sx - (sx - view.current.x) * real, y: sy - (sy - view.current.y) * real };
    shift();
  };
  // Wheel zooms at the pointer; it must be stopped from scrolling the page, which a passive listener may not.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const { sx, sy } = at(event);
      if (event.shiftKey) {
        view.current = { ...view.current, x: view.current.x - event.deltaY };
        shift();
      } else zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), sx, sy);
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, []);

  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const start = at(event);
    const from = { ...view.current };
    const hit = hitAt(latest.current.scene, start.x, start.y, 7 / view.current.scale);
    const dragged = hit?.kind === 'node' && !isLocked ? hit.node.id : undefined;
    const grabbed = dragged === undefined ? undefined : latest.current.scene.places.get(dragged);
    let hasMoved = false;
    const element = event.currentTarget as HTMLElement;
    element.setPointerCapture(event.pointerId);
    element.onpointermove = (next) => {
      const now = at(next);
      if (!hasMoved && Math.hypot(now.sx - start.sx, now.sy - start.sy) < 4) return;
      hasMoved = true;
      setHover(undefined);
      if (dragged !== undefined && grabbed) {
        moved.current = { id: dragged, place: { rank: grabbed.rank + (now.x - start.x) / kColumn, slot: grabbed.slot + (now.y - start.y) / kRow } };
        paint();
      } else {
        view.current = { ...from, x: from.x + now.sx - start.sx, y: from.y + now.sy - start.sy };
        shift();
      }
    };
    element.onpointerup = () => {
      element.onpointermove = null;
      element.onpointerup = null;
      const drop = moved.current;
      moved.current = undefined;
      if (drop) {
        const round = (value: number) => Math.round(value * 20) / 20;
        onDrop(drop.id, { rank: round(drop.place.rank), slot: round(drop.place.slot) });
      } else if (!hasMoved) onSelect(hit);
    };
  };
  const hoverAt = (event: PointerEvent) => {
    if (event.buttons) return;
    const { x, y, sx, sy } = at(event);
    const hit = hitAt(scene, x, y, 7 / view.current.scale);
    setHover(hit && { hit, x: Math.min(sx, size.current.width - 260), y: Math.min(sy, size.current.height - 100) });
  };

  // Arrows walk: along edges left and right, within the rank up and down.
  const walk = (direction: '←' | '→' | '↑' | '↓') => {
    const { graph, places } = scene;
    const here = graph.nodes.find((node) => node.id === selected);
    if (!here) {
      const [first] = graph.nodes;
      if (first) onSelect({ kind: 'node', node: first });
      return;
    }
    const place = places.get(here.id);
    let next: string | undefined;
    if (direction === '→') next = graph.edges.filter((edge) => edge.from === here.id).sort((a, b) => b.rate - a.rate)[0]?.to;
    else if (direction === '←') next = graph.edges.filter((edge) => edge.to === here.id).sort((a, b) => b.rate - a.rate)[0]?.from;
    else if (place) {
      const sign = direction === '↓' ? 1 : -1;
      next = graph.nodes
        .map((node) => ({ id: node.id, place: places.get(node.id) }))
        .filter((each) => each.place && Math.abs(each.place.rank - place.rank) < 0.6 && (each.place.slot - place.slot) * sign > 0.01)
        .sort((a, b) => ((a.place?.slot ?? 0) - (b.place?.slot ?? 0)) * sign)[0]?.id;
    }
    const node = graph.nodes.find((each) => each.id === next);
    if (node) onSelect({ kind: 'node', node });
  };
  const words = t.topology;
  useKeys(words.title, [
    { keys: ['←', '→', '↑', '↓'], label: words.key_walk, run: (event) => walk(({ ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' } as const)[event.key as 'ArrowLeft']) },
    { keys: ['Enter'], label: words.key_open, run: (event) => {
      const node = scene.graph.nodes.find((each) => each.id === selected);
      if (!node || (event.target as Element).closest('a, button')) return false;
      onOpen({ kind: 'node', node });
      return true;
    } },
    { keys: ['+', '='], label: words.zoom_in, run: () => zoom(1.25) },
    { keys: ['-'], label: words.zoom_out, run: () => zoom(0.8) },
    { keys: ['0'], label: words.fit, run: fit },
  ]);
  return (
    <div ref={box} class="map-box" tabIndex={0} role="application" aria-label={words.map_label(scene.graph.nodes.length, scene.graph.edges.length)}
      onPointerDown={press} onPointerMove={hoverAt} onPointerLeave={() => setHover(undefined)}
      onDblClick={(event) => {
        const { x, y } = at(event);
        const hit = hitAt(scene, x, y, 7 / view.current.scale);
        if (hit) onOpen(hit);
      }}>
      <canvas ref={map} />
      <canvas ref={overlay} class={hover ? 'pointing' : undefined} />
      {hover && <Tip hit={hover.hit} x={hover.x} y={hover.y} scene={scene} />}
      <div class="map-tools" onPointerDown={(event) => event.stopPropagation()} onDblClick={(event) => event.stopPropagation()}>
        <button type="button" class="button icon-only" aria-label={words.zoom_in} data-tip={words.zoom_in} data-key="+" onClick={() => zoom(1.25)}><Icon name="plus" /></button>
        <button type="button" class="button icon-only" aria-label={words.zoom_out} data-tip={words.zoom_out} data-key="-" onClick={() => zoom(0.8)}><Icon name="minus" /></button>
        <button type="button" class="button icon-only" aria-label={words.fit} data-tip={words.fit} data-key="0" onClick={fit}><Icon name="expand" /></button>
      </div>
    </div>
  );
}
