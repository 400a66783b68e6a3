// Who calls whom, and where it hurts: a map that holds still, and its twin as a list.
import './topology_page.css';

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { ask, nanoseconds } from '../../api/client';
import { useQuestion } from '../../api/question';
import { go, link, setQuery, useParameter } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import { useKeys } from '../../app/keys';
import { notify } from '../../app/notice';
import { flagPreference, oneOf, preference } from '../../app/preferences';
import { useRange } from '../../app/range';
import { learnColours } from '../../app/service_colours';
import { useStore } from '../../app/store';
import { extendLayout, layOut, type LayoutEdge, type Place } from '../../chart/layered_layout';
import { formatDuration } from '../../format/duration';
import { formatRate, formatShare, kMissing } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { DataTable, type Column } from '../../widget/data_table';
import { MenuButton, MenuItem } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { ServiceName } from '../../widget/service_name';
import { Answered, EmptyState, WidenButton } from '../../widget/states';
import { askLayout, mergeLayout, storeLayout, type StoredLayout } from './layout_store';
import { MapCanvas } from './map_canvas';
import { edgeKey, type Figure, type Hit, type Scene } from './map_drawing';
import { errorsOnly, foldGroups, neighbourhood, type Grouping, type MapGraph, type TopologyAnswer, type TopologyEdge } from './topology_data';
import { EdgePanel, NodePanel } from './topology_panel';

const kGroupAbove = 60;
const kTidyMs = 250;
const lockStore = flagPreference('map_locked', false);
const figureStore = preference<Figure>('map_figure', 'rate', oneOf('rate', 'errors', 'p99'));

/** Where users sit: the lane on the left. */
const usersEnds = (graph: MapGraph): Set<string> => new Set(graph.nodes.filter((node) => node.type === 'browser').map((node) => node.id));
const layoutEdges = (graph: MapGraph): LayoutEdge[] => graph.edges.map((edge) => ({ from: edge.from, to: edge.to, weight: edge.rate }));

/** The stored places, those of new nodes added; new ones are stored for everyone. */
function usePlaces(graph: MapGraph | undefined) {
  const [stored, setStored] = useState<StoredLayout>();
  const [shown, setShown] = useState<ReadonlyMap<string, Place>>();
  const undo = useRef<ReadonlyMap<string, Place>>(undefined);
  const [canUndo, setCanUndo] = useState(false);
  useEffect(() => {
    // A server that keeps no layout still shows the map.
    askLayout().then(setStored, () => setStored({ version: -1, nodes: [] }));
  }, []);
  const pinned = useMemo(() => new Set(stored?.nodes.filter((node) => node.pinned).map((node) => node.id)), [stored]);
  const places = useMemo(() => {
    if (!graph || !stored) return undefined;
    return extendLayout(graph.nodes.map((node) => node.id), layoutEdges(graph), new Map(stored.nodes.map((node) => [node.id, node])), usersEnds(graph));
  }, [graph, stored]);
  const store = (next: ReadonlyMap<string, Place>, pins: ReadonlySet<string>) => {
    if (!stored) return;
    const local = mergeLayout(stored, next, pins, Date.now());
    setStored(local);
    if (stored.version < 0) return;
    storeLayout(stored, (theirs) => mergeLayout(theirs, next, pins, Date.now())).then(
      (kept) => setStored((now) => (now ? { version: kept.version, nodes: now.nodes } : now)),
      () => notify(t.topology.not_stored),
    );
  };
  useEffect(() => {
    if (!places || !stored || stored.version < 0) return;
    const known = new Set(stored.nodes.map((node) => node.id));
    if ([...places.keys()].some((id) => !known.has(id))) store(places, pinned);
  }, [places]);
  const animate = (from: ReadonlyMap<string, Place>, to: ReadonlyMap<string, Place>, done: () => void) => {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return done();
    const began = performance.now();
    const step = (now: number) => {
      const share = Math.min(1, (now - began) / kTidyMs);
      const eased = 1 - (1 - share) ** 3;
      setShown(new Map([...to].map(([id, place]) => {
        const before = from.get(id) ?? place;
        return [id, { rank: before.rank + (place.rank - before.rank) * eased, slot: before.slot + (place.slot - before.slot) * eased }];
      })));
      if (share < 1) requestAnimationFrame(step);
      else {
        setShown(undefined);
        done();
      }
    };
    requestAnimationFrame(step);
    return undefined;
  };
  return {
    places: shown ?? places,
    pinned,
    canUndo,
    move: (id: string, place: Place) => places && store(new Map(places).set(id, place), new Set([...pinned, id])),
    pin: (id: string) => {
      const next = new Set(pinned);
      if (!next.delete(id)) next.add(id);
      if (places) store(places, next);
    },
    tidy: () => {
      if (!graph || !places) return;
      const fresh = layOut(graph.nodes.map((node) => node.id), layoutEdges(graph), usersEnds(graph));
      undo.current = places;
      setCanUndo(true);
      animate(places, fresh, () => store(fresh, new Set()));
    },
    undo: () => {
      const before = undo.current;
      if (!before || !places) return;
      setCanUndo(false);
      animate(places, before, () => store(before, pinned));
    },
  };
}

function EdgeList({ graph }: { graph: MapGraph }) {
  const words = t.topology;
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const types: Record<string, string> = t.app.words.types;
  const name = (id: string) => nodes.get(id)?.name ?? id;
  const columns: Column<TopologyEdge>[] = [
    { id: 'from', title: words.caller, width: 200, sortBy: (edge) => name(edge.from), cell: (edge) => <ServiceName name={name(edge.from)} hollow={nodes.get(edge.from)?.virtual ?? false} /> },
    { id: 'to', title: words.callee, width: 200, sortBy: (edge) => name(edge.to), cell: (edge) => <ServiceName name={name(edge.to)} hollow={nodes.get(edge.to)?.virtual ?? false} /> },
    { id: 'type', title: words.connection, isMinor: true, fills: true, sortBy: (edge) => edge.type, cell: (edge) => <span class="second">{types[edge.type] ?? edge.type}{edge.async ? ` · ${words.asynchronous}` : ''}</span> },
    { id: 'rate', title: t.app.words.rate, align: 'right', sortBy: (edge) => edge.rate, cell: (edge) => formatRate(edge.rate) },
    { id: 'errors', title: t.app.words.errors, align: 'right', sortBy: (edge) => edge.error_share, cell: (edge) => <span class={edge.error_share >= 0.01 ? 'is-error strong' : 'third'}>{formatShare(edge.error_share)}</span> },
    { id: 'p50', title: words.p50_caller, align: 'right', isMinor: true, sortBy: (edge) => edge.caller.p50_ns, cell: (edge) => formatDuration(edge.caller.p50_ns) },
    { id: 'p99', title: words.p99_caller, align: 'right', sortBy: (edge) => edge.caller.p99_ns, cell: (edge) => formatDuration(edge.caller.p99_ns) },
    { id: 'p99_callee', title: words.p99_callee, align: 'right', isMinor: true, sortBy: (edge) => edge.callee?.p99_ns, cell: (edge) => (edge.callee ? formatDuration(edge.callee.p99_ns) : kMissing) },
  ];
  return <DataTable name="edges" label={words.list} isMain columns={columns} rows={graph.edges} rowKey={edgeKey} rowHref={(edge) => link('/traces', { q: edge.q })} sort={undefined} maxHeight="calc(100dvh - 130px)" />;
}

function MapView({ graph, errorsShown, focusId, depth }: { graph: MapGraph; errorsShown: boolean; focusId: string; depth: number }) {
  const words = t.topology;
  const layout = usePlaces(graph);
  const isLocked = useStore(lockStore);
  const figure = useStore(figureStore);
  const selected = useParameter('selected');
  const text = useParameter('find');
  const grouping = useParameter('group');
  const opened = useParameter('open');
  const [fitTick, setFitTick] = useState(0);
  const focus = useMemo(() => (focusId ? neighbourhood(graph, focusId, depth) : undefined), [graph, focusId, depth]);
  const found = useMemo(() => new Set(text ? graph.nodes.filter((node) => node.name.toLowerCase().includes(text.toLowerCase())).map((node) => node.id) : []), [graph, text]);
  const scene = useMemo((): Scene | undefined => layout.places && { graph, places: layout.places, figure, pinned: layout.pinned, maxRate: Math.max(0, ...graph.edges.map((edge) => edge.rate)) }, [graph, layout.places, layout.pinned, figure]);
  const node = graph.nodes.find((each) => each.id === selected);
  const edge = graph.edges.find((each) => edgeKey(each) === selected);
  useEffect(() => setFitTick((n) => n + 1), [grouping, opened, errorsShown]);
  const select = (hit: Hit | undefined) => setQuery({ selected: hit && (hit.kind === 'node' ? hit.node.id : edgeKey(hit.edge)) }, 'replace');
  const toggleGroup = (group: string) => setQuery({ open: [...new Set([...opened.split(',').filter(Boolean), group])].join(','), selected: undefined });
  const open = (hit: Hit) => {
    if (hit.kind === 'edge') return go(link('/traces', { q: hit.edge.q }));
    if (hit.node.members.length > 1 && hit.node.group) return toggleGroup(hit.node.group);
    return hit.node.virtual ? undefined : go(link(['/services', hit.node.name]));
  };
  const toggleFocus = () => {
    if (node) setQuery({ focus: focusId === node.id ? undefined : node.id });
    else if (focusId) setQuery({ focus: undefined });
  };
  useKeys(words.title, [
    { keys: ['f'], label: words.focus, run: toggleFocus },
    { keys: ['Esc'], label: t.app.keys.close, run: () => (selected ? setQuery({ selected: undefined }, 'replace') : focusId ? setQuery({ focus: undefined }) : false) as boolean },
  ]);
  if (!scene) return <div class="grey-block map-box" />;
  return (
    <div class="map-and-panel">
      <div class="map-and-tools">
      <MapCanvas scene={scene} emphasis={{ focus, selected: selected || undefined, found }} isLocked={isLocked} onSelect={select} onOpen={open} onDrop={layout.move} fitTick={fitTick} centreOn={found.size ? [...found][0] : undefined} />
      <div class="map-layout line">
        <button type="button" class="button small" onClick={layout.tidy}><Icon name="tidy" />{words.tidy}</button>
        {layout.canUndo && <button type="button" class="button small" onClick={layout.undo}>{words.undo}</button>}
        <button type="button" class="button small icon-only" aria-pressed={isLocked} aria-label={isLocked ? words.unlock : words.lock} data-tip={isLocked ? words.unlock : words.lock} onClick={() => lockStore.set(!isLocked)}><Icon name={isLocked ? 'lock' : 'unlock'} /></button>
        <MenuButton label={words.figure} class="button small" face={words.figures[figure]}>
          {(close) => (['rate', 'errors', 'p99'] as const).map((each) => <MenuItem key={each} isChecked={each === figure} onPick={() => { figureStore.set(each); close(); }}>{words.figures[each]}</MenuItem>)}
        </MenuButton>
      </div>
      <div class="map-legend caption" aria-hidden="true">
        <span><i class="legend-width" />{words.legend_width}</span>
        <span><i class="legend-error" />{words.legend_error}</span>
        <span><i class="legend-async" />{words.asynchronous}</span>
      </div>
      </div>
      {(node || edge) && (
        <aside class="panel map-panel" aria-label={words.chosen}>
          {node && <NodePanel node={node} graph={graph} isPinned={layout.pinned.has(node.id)} isFocused={focusId === node.id} onEdge={(each) => select({ kind: 'edge', edge: each })} onFocus={toggleFocus} onPin={() => layout.pin(node.id)} onToggleGroup={() => node.group && toggleGroup(node.group)} onClose={() => select(undefined)} />}
          {edge && <EdgePanel edge={edge} graph={graph} onClose={() => select(undefined)} />}
        </aside>
      )}
    </div>
  );
}

export default function TopologyPage() {
  useCrumbs([{ text: t.topology.title }]);
  const { span } = useRange();
  const view = useParameter('view', 'map');
  const onlyErrors = useParameter('only') === 'errors';
  const focusId = useParameter('focus');
  const depth = Math.max(1, Math.min(4, Number(useParameter('depth')) || 1));
  const text = useParameter('find');
  const opened = useParameter('open');
  const question = useQuestion<TopologyAnswer>(`${span.start} ${span.end}`, async ({ signal }) => {
    const answer = await ask<TopologyAnswer>('/topology', { start: nanoseconds(span.start), end: nanoseconds(span.end) }, { signal });
    learnColours(answer.nodes.flatMap((node) => (node.color === undefined ? [] : [[node.name, node.color] as const])));
    return answer;
  });
  const { answer } = question;
  const chosenGrouping = useParameter('group') as Grouping | '';
  const grouping: Grouping = chosenGrouping || (answer && answer.nodes.length > kGroupAbove ? (answer.nodes.filter((node) => node.namespace).length * 2 > answer.nodes.length ? 'namespace' : 'word') : 'none');
  const graph = useMemo(() => {
    if (!answer) return undefined;
    const folded = foldGroups(answer, grouping, new Set(opened.split(',').filter(Boolean)));
    return onlyErrors ? errorsOnly(folded) : folded;
  }, [answer, grouping, opened, onlyErrors]);
  const words = t.topology;
  const find = useRef<HTMLInputElement>(null);
  useKeys(words.title, [{ keys: ['\\'], label: words.find, run: () => find.current?.focus() }]);
  return (
    <div class="topology-page">
      <h1 class="unseen">{t.topology.title}</h1>
      <div class="page-title topology-bar">
        <div class="segmented" role="group" aria-label={words.title}>
          <button type="button" aria-pressed={view !== 'list'} onClick={() => setQuery({ view: undefined })}><Icon name="topology" />{words.map}</button>
          <button type="button" aria-pressed={view === 'list'} onClick={() => setQuery({ view: 'list' })}><Icon name="list" />{words.list}</button>
        </div>
        <label class="line"><input type="checkbox" checked={onlyErrors} onChange={(event) => setQuery({ only: event.currentTarget.checked ? 'errors' : undefined })} />{words.errors_only}</label>
        <MenuButton label={words.grouping} face={<><span class="third hide-narrow" aria-hidden="true">{words.grouping}:</span> {words.groupings[grouping]}</>}>
          {(close) => (['none', 'namespace', 'word'] as const).map((each) => <MenuItem key={each} isChecked={each === grouping} onPick={() => { setQuery({ group: each, open: undefined }); close(); }}>{words.groupings[each]}</MenuItem>)}
        </MenuButton>
        {opened && <button type="button" class="button" onClick={() => setQuery({ open: undefined })}>{words.close_groups}</button>}
        {focusId && (
          <span class="chip">
            <span class="cut"><span class="third">{words.focus}</span> <b translate={false}>{focusId.replace(/^[a-z]+:/, '')}</b></span>
            <select class="depth" aria-label={words.depth} value={String(depth)} onChange={(event) => setQuery({ depth: event.currentTarget.value === '1' ? undefined : event.currentTarget.value })}>
              {[1, 2, 3, 4].map((each) => <option key={each} value={String(each)}>{words.hops(each)}</option>)}
            </select>
            <button type="button" aria-label={t.app.remove(words.focus)} onClick={() => setQuery({ focus: undefined, depth: undefined })}><Icon name="close" /></button>
          </span>
        )}
        <label class="field-with-icon"><Icon name="search" /><input ref={find} class="input" type="search" value={text} placeholder={words.find} aria-label={words.find} onInput={(event) => setQuery({ find: event.currentTarget.value }, 'replace')} /></label>
        <span class="grow" />
        {graph && <span class="caption number">{words.counts(graph.nodes.length, graph.edges.length)}{graph.hiddenCount ? ` · ${words.hiding(graph.hiddenCount)}` : ''}</span>}
      </div>
      <Answered question={question}>
        {(found) => (found.nodes.length === 0 || !graph ? (
          <EmptyState icon="topology" title={words.empty} actions={<WidenButton />}><p>{words.empty_why}</p></EmptyState>
        ) : graph.nodes.length === 0 ? (
          <EmptyState icon="good" title={words.no_errors} actions={<button type="button" class="button" onClick={() => setQuery({ only: undefined })}>{words.show_all}</button>} />
        ) : view === 'list' ? <EdgeList graph={graph} /> : <MapView graph={graph} errorsShown={onlyErrors} focusId={focusId} depth={depth} />)}
      </Answered>
    </div>
  );
}
