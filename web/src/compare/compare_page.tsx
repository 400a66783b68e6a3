// Two traces as a diff: a sentence, both on one time scale with one zoom, and their paths aligned by service and operation.
import '../trace/trace.css';
import './compare.css';

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import { useQuestion } from '../api/question';
import { go, link, setQuery, useParameter } from '../app/address';
import { useCrumbs } from '../app/crumbs';
import { useKeys } from '../app/keys';
import { colourClass } from '../app/service_colours';
import { useStore } from '../app/store';
import { shadeStore } from '../app/theme';
import { formatDuration } from '../format/duration';
import { formatCount, threeDigits } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { Layers } from '../trace/canvas/layers';
import { resolvePalette } from '../trace/canvas/palette';
import { data, withData } from '../trace/data_words';
import { loadColumns, type TraceKey } from '../trace/load_trace';
import { nameOf, serviceOf, spanIdText, type TraceColumns } from '../trace/model/columns';
import { flameInTime } from '../trace/model/flame';
import { extent } from '../trace/model/skew';
import { drawFlame, kAxis, kLane, type FlameScene } from '../trace/view/draw_flame';
import { useTextWidths } from '../trace/waterfall/waterfall';
import { Icon } from '../widget/icon';
import { Answered, EmptyState } from '../widget/states';
import { DeltaBar } from './explain_page';
import { differing, loadDiff, signed, weighed, type DiffAnswer, type DiffRow } from './explain_data';

type Window = readonly [number, number];

export default function ComparePage() {
  const a = useParameter('a').toLowerCase();
  const b = useParameter('b').toLowerCase();
  useCrumbs([{ text: t.app.places.traces, href: link('/traces') }, { text: t.trace.compare_title }]);
  if (a === '' || b === '') return <Pick a={a} b={b} />;
  return <Comparison key={`${a} ${b}`} a={a} b={b} />;
}

function Pick({ a, b }: { a: string; b: string }) {
  const words = t.trace.compare;
  const [nextA, setA] = useState(a);
  const [nextB, setB] = useState(b);
  const compare = (event: Event) => {
    event.preventDefault();
    if (nextA.trim() && nextB.trim()) go(link('/compare', { a: nextA.trim(), b: nextB.trim() }));
  };
  return (
    <EmptyState icon="compare" title={t.trace.compare_title}>
      <p>{words.pick}</p>
      <form class="compare-form" onSubmit={compare}>
        <label>
          <span class="caption">{words.id_a}</span>
          <input class="input mono" value={nextA} spellcheck={false} onInput={(event) => setA(event.currentTarget.value)} />
        </label>
        <label>
          <span class="caption">{words.id_b}</span>
          <input class="input mono" value={nextB} spellcheck={false} onInput={(event) => setB(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button primary">
          {words.go}
        </button>
      </form>
    </EmptyState>
  );
}

interface Both {
  a: TraceColumns;
  b: TraceColumns;
  diff: DiffAnswer;
}

function Comparison({ a, b }: { a: string; b: string }) {
  const question = useQuestion<Both>(`${a} ${b}`, async (options) => {
    const key = (traceId: string): TraceKey => ({ traceId, open: '' });
    const [columnsA, columnsB, diff] = await Promise.all([
      loadColumns(key(a), { signal: options.signal }), loadColumns(key(b), { signal: options.signal }), loadDiff(a, b, { signal: options.signal }),
    ]);
    return { a: columnsA, b: columnsB, diff };
  });
  return <Answered question={question}>{(both) => <Compared both={both} idA={a} idB={b} />}</Answered>;
}

function Compared({ both, idA, idB }: { both: Both; idA: string; idB: string }) {
  const words = t.trace.compare;
  const [onlyChanges, setOnlyChanges] = useState(true);
  const full = useMemo<Window>(() => [0, Math.max(extent(both.a)[1], extent(both.b)[1])], [both]);
  const [zoom, setZoom] = useState<Window>(full);
  useEffect(() => setZoom(full), [full]);
  const swap = () => setQuery({ a: idB, b: idA });
  useKeys(t.trace.compare_title, [
    { keys: ['0'], label: t.trace.keys.fit, run: () => setZoom(full) },
    {
      keys: ['Esc'],
      run: () => {
        if (zoom === full) return false;
        setZoom(full);
        return true;
      },
    },
  ]);
  const rows = useMemo(() => weighed(both.diff.rows), [both]);
  const shown = onlyChanges ? differing(rows) : rows;
  return (
    <div class="compare-page">
      <header class="compare-head">
        <h1 class="unseen">{t.trace.compare_title}</h1>
        <p class="compare-sentence" role="status">
          <Sentence both={both} />
        </p>
        <div class="compare-traces">
          <TraceName side="a" columns={both.a} id={idA} />
          <TraceName side="b" columns={both.b} id={idB} />
          <span class="grow" />
          <button type="button" class="button small" aria-pressed={onlyChanges} data-tip={words.only_changes_tip} onClick={() => setOnlyChanges(!onlyChanges)}>
            {words.only_changes}
          </button>
          <button type="button" class="button small" onClick={swap}>
            <Icon name="compare" />
            {words.swap}
          </button>
          {zoom !== full && (
            <button type="button" class="button small" data-key="0" onClick={() => setZoom(full)}>
              <Icon name="expand" />
              {t.trace.pills.fit}
            </button>
          )}
        </div>
      </header>
      <div class="compare-charts" role="group" aria-label={words.side_by_side}>
        <TraceLane side="a" columns={both.a} zoom={zoom} full={full} onZoom={setZoom} />
        <TraceLane side="b" columns={both.b} zoom={zoom} full={full} onZoom={setZoom} />
      </div>
      <div class="compare-rows" tabIndex={0} role="region" aria-label={words.rows(shown.length)}>
        {shown.length === 0 ? <EmptyState icon="good" title={words.same_everything} small /> : <DiffTable rows={shown} both={both} idA={idA} idB={idB} />}
      </div>
    </div>
  );
}

function Sentence({ both }: { both: Both }) {
  const words = t.trace.compare;
  const { a, b, diff } = both;
  const delta = a.facts.duration_ns - b.facts.duration_ns;
  const isSame = Math.abs(delta) < Math.max(a.facts.duration_ns, b.facts.duration_ns) * 0.1;
  const factor = b.facts.duration_ns > 0 ? a.facts.duration_ns / b.facts.duration_ns : 0;
  const parts = [isSame ? words.verdict_same : delta > 0 ? words.verdict_slower(formatDuration(delta), factor >= 1.5 ? `×${threeDigits(factor)}` : '') : words.verdict_faster(formatDuration(-delta))];
  // By self time, so that an ancestor is not blamed for its child.
  const own = (row: DiffRow) => (row.a?.self_ns ?? 0) - (row.b?.self_ns ?? 0);
  const most = [...diff.rows].sort((x, y) => (delta >= 0 ? own(y) - own(x) : own(x) - own(y)))[0];
  if (!isSame && most && own(most) !== 0) parts.push(words.verdict_most(data(most.service), data(most.operation), signed(own(most), formatDuration)));
  const added = diff.rows.filter((row) => row.change === 'added').length;
  const removed = diff.rows.filter((row) => row.change === 'removed').length;
  if (added > 0) parts.push(words.verdict_added(added));
  if (removed > 0) parts.push(words.verdict_removed(removed));
  return <>{withData(parts.join(' '))}</>;
}

function TraceName({ side, columns, id }: { side: 'a' | 'b'; columns: TraceColumns; id: string }) {
  const root = columns.facts.root_row;
  return (
    <span class="compare-trace">
      <i class={`side-mark ${side}`} aria-hidden="true" />
      <b>{t.trace.compare[side]}</b>
      <a class="mono" href={link(['/trace', id])} translate={false}>
        {id.slice(0, 8)}
      </a>
      {columns.count > 0 && (
        <span class="cut" translate={false}>
          {serviceOf(columns, root).name} {nameOf(columns, root)}
        </span>
      )}
      <b class="number">{formatDuration(columns.facts.duration_ns)}</b>
      <span class="second number">{t.app.count_spans(columns.count)}</span>
      {columns.facts.error_count > 0 && <span class="is-error number">{t.trace.verdict.errors(columns.facts.error_count)}</span>}
    </span>
  );
}

function TraceLane({ side, columns, zoom, full, onZoom }: { side: 'a' | 'b'; columns: TraceColumns; zoom: Window; full: Window; onZoom: (zoom: Window) => void }) {
  const shade = useStore(shadeStore);
  const widths = useTextWidths();
  const palette = useMemo(() => resolvePalette(columns), [columns, shade]);
  const boxes = useMemo(() => flameInTime(columns), [columns]);
  const holder = useRef<HTMLDivElement>(null);
  const layers = useRef<Layers>(undefined);
  const drag = useRef<{ from: number; x: number; to: number } | null>(null);
  const scene = useRef<FlameScene>(undefined);
  const [height, setHeight] = useState(100);
  const hasAxis = side === 'a';
  const laneHeight = Math.max(3, Math.min(kLane, Math.floor((height - (hasAxis ? kAxis : 4) - 4) / Math.max(1, boxes.laneCount))));
  scene.current = { columns, boxes, palette, widths, window: zoom, scrollTop: 0, selectedBox: -1, matches: null, laneHeight, hasAxis };
  const draw = () => {
    if (!layers.current || !scene.current) return;
    drawFlame(layers.current, scene.current);
    const pen = layers.current.clear(1);
    if (drag.current === null) return;
    const { width, height } = layers.current.size;
    const x = (time: number) => ((time - zoom[0]) / (zoom[1] - zoom[0])) * width;
    pen.globalAlpha = 0.16;
    pen.fillStyle = palette.accent;
    pen.fillRect(Math.min(x(drag.current.from), x(drag.current.to)), 0, Math.abs(x(drag.current.to) - x(drag.current.from)), height);
    pen.globalAlpha = 1;
  };
  useLayoutEffect(() => {
    layers.current = new Layers(holder.current!, 2, () => {
      setHeight(layers.current?.size.height ?? holder.current!.clientHeight);
      draw();
    });
    setHeight(holder.current!.clientHeight);
    return () => layers.current?.close();
  }, []);
  useLayoutEffect(draw);
  const timeAt = (clientX: number) => {
    const { left, width } = holder.current!.getBoundingClientRect();
    return zoom[0] + (Math.max(0, Math.min(width, clientX - left)) / width) * (zoom[1] - zoom[0]);
  };
  return (
    <div class={`compare-lane ${side}`}>
      <div ref={holder} role="img" aria-label={`${t.trace.compare[side]}: ${t.trace.compare.scale}`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { from: timeAt(event.clientX), to: timeAt(event.clientX), x: event.clientX };
        }}
        onPointerMove={(event) => {
          if (drag.current === null) return;
          drag.current.to = timeAt(event.clientX);
          draw();
        }}
        onPointerUp={(event) => {
          const held = drag.current;
          drag.current = null;
          if (held && Math.abs(event.clientX - held.x) > 4) onZoom([Math.min(held.from, held.to), Math.max(held.from, held.to)]);
          else draw();
        }}
        onDblClick={() => onZoom(full)} />
    </div>
  );
}

function DiffTable({ rows, both, idA, idB }: { rows: readonly DiffRow[]; both: Both; idA: string; idB: string }) {
  const words = t.trace.compare;
  const most = rows.reduce((max, row) => Math.max(max, Math.abs(row.delta_ns)), 1);
  return (
    <table class="data">
      <thead>
        <tr>
          <th scope="col">{words.path}</th>
          <th scope="col" class="right">{words.total_a}</th>
          <th scope="col" class="right">{words.total_b}</th>
          <th scope="col" class="right">{words.delta}</th>
          <th scope="col" class="right hide-narrow">{words.calls}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index} class={row.change}>
            <td class="fills">
              <span class="diff-name" style={{ '--indent': `${Math.min(row.depth, 16) * 14}px` }}>
                <i class={`square ${colourClass(row.service)}`} aria-hidden="true" />
                <span class="second" translate={false}>
                  {row.service}
                </span>
                <span class="cut" translate={false} title={row.operation}>
                  {row.operation}
                </span>
                {row.change !== 'same' && <span class="pill hide-narrow">{words.changes[row.change]}</span>}
              </span>
            </td>
            <td class="right">{row.a ? <a href={spanHref(idA, both.a, row.a.row)}>{formatDuration(row.a.total_ns)}</a> : '–'}</td>
            <td class="right">{row.b ? <a href={spanHref(idB, both.b, row.b.row)}>{formatDuration(row.b.total_ns)}</a> : '–'}</td>
            <td class="right delta-cell">
              <DeltaBar ns={row.delta_ns} most={most} />
              <span class="number">{row.change === 'same' ? '' : signed(row.delta_ns, formatDuration)}</span>
            </td>
            <td class="right hide-narrow number">
              {row.a ? formatCount(row.a.count) : '–'} / {row.b ? formatCount(row.b.count) : '–'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function spanHref(id: string, columns: TraceColumns, row: number): string {
  return link(['/trace', id], row < columns.count ? { span: spanIdText(columns, row) } : {});
}
