// Live tail: traces as they arrive, newest on top. Pauses under the pointer and says how many wait; what the server left out is
// counted.
import './live_page.css';

import { useEffect, useRef, useState } from 'preact/hooks';

import type { TraceSummary } from '../../api/answers';
import { ApiError, follow } from '../../api/client';
import { link, setQuery, useParameter } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import { useKeys } from '../../app/keys';
import { formatDuration } from '../../format/duration';
import { formatInstant, fromNanoseconds } from '../../format/instant';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { QueryField } from '../../traceql/query_field';
import { DataTable, type Column } from '../../widget/data_table';
import { Icon } from '../../widget/icon';
import { ServiceName } from '../../widget/service_name';
import { EmptyState, errorSentence, Strip } from '../../widget/states';

const kKept = 500;
const kRetryMs = 3000;

interface Tail {
  shown: TraceSummary[];
  waiting: TraceSummary[];
  leftOut: number;
  error: ApiError | undefined;
  isOpen: boolean;
}
const kEmpty: Tail = { shown: [], waiting: [], leftOut: 0, error: undefined, isOpen: false };

function useTail(q: string, isPaused: boolean): [Tail, () => void] {
  const [tail, setTail] = useState(kEmpty);
  const paused = useRef(isPaused);
  paused.current = isPaused;
  useEffect(() => {
    const stop = new AbortController();
    let retry: ReturnType<typeof setTimeout>;
    setTail(kEmpty);
    const heard = (event: string, value: unknown) => {
      if (event === 'trace') {
        const trace = value as TraceSummary;
        setTail((held) => (paused.current
          ? { ...held, isOpen: true, error: undefined, waiting: [trace, ...held.waiting].slice(0, kKept) }
          // A trace that grew replaces its earlier row.
          : { ...held, isOpen: true, error: undefined, shown: [trace, ...held.shown.filter((each) => each.trace_id !== trace.trace_id)].slice(0, kKept) }));
      } else if (event === 'left_out') setTail((held) => ({ ...held, leftOut: held.leftOut + (value as { count: number }).count }));
      else setTail((held) => (held.isOpen ? held : { ...held, isOpen: true, error: undefined }));
    };
    const open = () => {
      follow('/tail', { q }, heard, stop.signal).then(
        () => (retry = setTimeout(open, kRetryMs)),
        (error: unknown) => {
          if (stop.signal.aborted) return;
          const told = error instanceof ApiError ? error : new ApiError('unreachable', String(error));
          setTail((held) => ({ ...held, error: told, isOpen: false }));
          // A question the server refuses stays refused.
          if (told.code !== 'invalid_argument' && told.code !== 'not_found') retry = setTimeout(open, kRetryMs);
        },
      );
    };
    open();
    return () => {
      stop.abort();
      clearTimeout(retry);
    };
  }, [q]);
  const release = () => setTail((held) => {
    const ids = new Set(held.waiting.map((trace) => trace.trace_id));
    return { ...held, waiting: [], shown: [...held.waiting, ...held.shown.filter((each) => !ids.has(each.trace_id))].slice(0, kKept) };
  });
  return [tail, release];
}

export default function LivePage() {
  useCrumbs([{ text: t.live.title }]);
  const q = useParameter('q');
  const [isHeld, setHeld] = useState(false);
  const [isOver, setOver] = useState(false);
  const isPaused = isHeld || isOver;
  const [tail, release] = useTail(q || '{ }', isPaused);
  const words = t.live;
  useEffect(() => {
    if (!isPaused) release();
  }, [isPaused]);
  useKeys(words.title, [{ keys: ['Space'], label: words.pause, run: () => setHeld(!isHeld) }]);
  const columns: Column<TraceSummary>[] = [
    { id: 'time', title: t.search.columns.time, cell: (trace) => <a class="row-link" href={link(['/trace', trace.trace_id])}>{formatInstant(fromNanoseconds(trace.start_time_ns))}</a> },
    { id: 'root', title: t.search.columns.root, fills: true, cell: (trace) => <span class="line"><ServiceName name={trace.root_service} linked={false} /><span class="third" aria-hidden="true">›</span><span class="cut" translate={false}>{trace.root_name}</span></span> },
    { id: 'duration', title: t.app.words.duration, align: 'right', cell: (trace) => <span class="strong">{formatDuration(trace.duration_ns)}</span> },
    { id: 'spans', title: t.app.words.spans, align: 'right', cell: (trace) => formatCount(trace.span_count) },
    { id: 'errors', title: t.search.columns.errors, align: 'right', cell: (trace) => (trace.error_count ? <span class="is-error strong">{trace.error_count}</span> : <span class="third">0</span>) },
  ];
  const isFault = tail.error?.code === 'invalid_argument';
  return (
    <>
      <h1 class="unseen">{t.live.title}</h1>
      <div class="query-bar live-bar">
        <QueryField value={q} label={t.query.label} fault={isFault ? tail.error?.message : undefined} onRun={(text) => setQuery({ q: text === '{ }' ? undefined : text })} />
        <button type="button" class="button" aria-pressed={isHeld} data-key="Space" data-tip={words.pause} onClick={() => setHeld(!isHeld)}>
          <Icon name={isHeld ? 'play' : 'pause'} />
          {isHeld ? words.go_on : words.pause}
        </button>
      </div>
      <div class="line live-state" role="status">
        <span class={`live-dot ${tail.isOpen && !isPaused ? 'on' : ''}`} />
        <span class="strong">{tail.error ? words.interrupted : !tail.isOpen ? words.connecting : isPaused ? words.paused : words.live}</span>
        {isPaused && tail.waiting.length > 0 && <span class="pill accent number">{words.waiting(tail.waiting.length)}</span>}
        {tail.leftOut > 0 && <span class="caption">{words.left_out(tail.leftOut)}</span>}
      </div>
      {tail.error && <Strip kind="error">{errorSentence(tail.error)} <span class="mono" translate={false}>{tail.error.message}</span></Strip>}
      {tail.shown.length ? (
        <div onPointerEnter={() => setOver(true)} onPointerLeave={() => setOver(false)}>
          <DataTable name="live" label={words.title} isMain columns={columns} rows={tail.shown} rowKey={(trace) => trace.trace_id} rowHref={(trace) => link(['/trace', trace.trace_id])} maxHeight="calc(100dvh - 150px)" />
        </div>
      ) : !tail.error && <EmptyState icon="live" title={words.nothing}><p>{words.nothing_why}</p></EmptyState>}
    </>
  );
}
