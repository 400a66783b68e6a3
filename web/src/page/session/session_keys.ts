// The keys of a session. While a span of the open trace is selected, the waterfall's own keys come first; running off its rows
// goes on to the next event, so that one key walks through everything.
import { go, link } from '../../app/address';
import { useKeys, type KeyBinding } from '../../app/keys';
import { copyText } from '../../app/notice';
import { neighboursOf } from '../../app/result_list';
import { t } from '../../i18n/catalogue';
import { step, waterfallKeys } from '../../trace/trace_keys';
import type { OpenTrace } from './open_trace';
import { goToTrouble } from './session_header';
import { kFilters, nextEvent, type LineRow } from './session_model';
import type { SessionState } from './session_state';

interface KeyParts {
  focusFind: () => void;
  focusPanel: () => boolean;
}

function keyOf(row: LineRow): string {
  return row.key;
}

function move(state: SessionState, by: 1 | -1): void {
  const { rows, rowOf } = state.line;
  const now = state.cursor === '' ? -1 : (rowOf.get(state.cursor) ?? rows.findIndex((row) => row.key === state.cursor));
  let at = now < 0 ? (by > 0 ? 0 : rows.length - 1) : now + by;
  while (rows[at]?.kind === 'gap') at += by;
  const row = rows[at];
  if (row) state.act.setCursor(keyOf(row));
}

function openCursor(state: SessionState, trace: OpenTrace): boolean {
  const { opened, cursor, line, act } = state;
  const row = line.rows.find((each) => each.key === cursor);
  if (row?.kind === 'fold') return act.toggleFold(row.key), true;
  if (opened && (cursor === '' || cursor === opened.event.event_id)) {
    // Open already: on into its trace.
    if (trace.inline && trace.inline.state.selected < 0) return step(trace.inline.state, 1);
    return false;
  }
  if (row?.kind !== 'event') return false;
  act.open(row.placed.event.event_id);
  return true;
}

function shift(state: SessionState, by: 1 | -1): void {
  const { scale, model, act, window } = state;
  const [from, to] = window ?? [scale.from, scale.to];
  const length = to - from;
  if (window === null && state.zoom === null) return;
  const begin = Math.max(model.from, Math.min(model.to - length, from + (by * length) / 2));
  if (state.zoom !== null) act.setZoom([state.zoom[0] + (by * (state.zoom[1] - state.zoom[0])) / 2, state.zoom[1] + (by * (state.zoom[1] - state.zoom[0])) / 2]);
  else act.setWindow([begin, begin + length]);
}

export function useSessionKeys(state: SessionState, trace: OpenTrace, parts: KeyParts): void {
  const words = t.sessions.keys;
  const { act, opened, model } = state;
  const session = model.detail.session.session_id;
  const inTrace = trace.inline !== undefined && trace.inline.state.selected >= 0;
  const walk = (by: 1 | -1) => {
    const near = neighboursOf(session, 'sessions');
    const next = by > 0 ? near?.next : near?.previous;
    if (next !== undefined) go(link(['/sessions', next]));
  };
  const request = (forward: boolean) => {
    const next = nextEvent(model, opened?.event.event_id ?? (state.cursor || undefined), forward, (event) => event.kind === 'request');
    if (next) act.open(next.event.event_id);
  };
  const bindings: KeyBinding[] = [
    { keys: ['j', '↓'], label: words.next, run: () => (inTrace && act.setSpan(''), move(state, 1)) },
    { keys: ['k', '↑'], label: words.previous, run: () => (inTrace ? act.setSpan('') : move(state, -1)) },
    { keys: ['Enter'], label: words.open, run: () => (document.activeElement?.closest('button, a, input') ? false : inTrace ? parts.focusPanel() : openCursor(state, trace)) },
    { keys: ['n', 'N'], label: words.trouble, run: (event) => goToTrouble(state, event.key === 'n') },
    { keys: ['q', 'Q'], label: words.request, run: (event) => request(event.key === 'q') },
    { keys: kFilters.map((_, index) => String(index + 1)), label: words.filter, run: (event) => act.setFilter(kFilters[Number(event.key) - 1] ?? 'all') },
    { keys: ['u'], label: words.axis, run: () => act.setAxis(state.axis === 'session' ? 'event' : 'session') },
    {
      keys: ['0'], label: words.whole,
      run: () => {
        if (state.zoom !== null) act.setZoom(null);
        else act.setWindow(null);
      },
    },
    { keys: ['[', ']'], label: words.shift, run: (event) => shift(state, event.key === ']' ? 1 : -1) },
    { keys: ['i'], label: words.fold, run: () => act.setFolded(!state.isFolded) },
    { keys: ['Ctrl-F'], label: words.find, run: () => (document.activeElement?.closest('.find') ? false : parts.focusFind()) },
    { keys: [',', '.'], label: words.walk, run: (event) => walk(event.key === '.' ? 1 : -1) },
    { keys: ['y i'], label: t.sessions.head.copy_id, run: () => void copyText(session, t.app.copied) },
    {
      keys: ['x'], label: words.full,
      run: () => {
        const id = opened?.event.trace?.state === 'found' ? opened.event.trace.trace_id : null;
        if (!id) return false;
        go(link(['/trace', id], { span: state.span || undefined }));
        return true;
      },
    },
    {
      keys: ['Esc'], label: words.close,
      run: () => {
        if (inTrace) return act.setSpan(''), true;
        if (state.zoom !== null) return act.setZoom(null), true;
        if (opened) return act.open(undefined), true;
        if (state.filter !== 'all' || state.text !== '' || state.window !== null) return act.showAll(), true;
        return false;
      },
    },
  ];
  useKeys(words.title, bindings);
  const rows = trace.inline ? waterfallKeys(trace.inline.state) : [];
  // Without a selected span only the keys that cannot mean an event are the trace's.
  useKeys(t.trace.keys.title, inTrace ? rows : rows.filter(({ keys }) => ['w', 's', 'a', 'd', 'c', 'C'].some((key) => keys.includes(key))));
}
