// Users' visits, the most painful first: who, where, what the visit was like at a glance, and its worst moment with the backend
// span at fault.
import './sessions_page.css';

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { ApiError } from '../../api/client';
import { useQuestion } from '../../api/question';
import { askSessions, kHas, kSessionSorts, type Has, type SessionRow, type SessionsAnswer, type SessionSort, type SessionsQuestion } from '../../api/rum_sessions';
import { setQuery, useParameter } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import { useKeys } from '../../app/keys';
import { useRange } from '../../app/range';
import { keepResults } from '../../app/result_list';
import { formatDuration } from '../../format/duration';
import { formatInstant, formatInstantExactly, fromNanoseconds } from '../../format/instant';
import { t } from '../../i18n/catalogue';
import { AppMenu, useApps, useScope } from '../../rum/app_choice';
import { FilterBar } from '../../rum/filter_bar';
import { SessionStrip } from '../../rum/session_strip';
import { LiveMark, Pain, sessionHref, withMajor, WorstMoment, WorstSpanText } from '../../rum/worst_moment';
import { DataTable, type Column } from '../../widget/data_table';
import { NoReports } from '../../rum/no_reports';
import { Icon } from '../../widget/icon';
import { Answered, EmptyState, Strip } from '../../widget/states';

const kPage = 50;
const kTypingMs = 250;

function columns(): Column<SessionRow>[] {
  const words = t.sessions.list;
  return [
    {
      id: 'start', title: words.start,
      cell: (row) => {
        const start = fromNanoseconds(row.start_ns);
        return (
          <span class="two session-start">
            <a class="row-link number" href={sessionHref(row)} title={formatInstantExactly(start)}>{formatInstant(start, 'second')}</a>
            {row.is_live ? <LiveMark /> : <span class="caption number">{formatDuration(row.duration_ns)}</span>}
          </span>
        );
      },
    },
    {
      id: 'user', title: words.user,
      cell: (row) => (
        <span class="two session-user">
          {row.user_name || row.user_id ? <span translate={false} title={row.user_id}>{row.user_name || row.user_id}</span> : <span class="third">{words.anonymous}</span>}
          <span class="caption" translate={false}>{[row.city ?? row.province ?? row.country, withMajor(row.browser, row.browser_version), row.os].filter(Boolean).join(', ')}</span>
        </span>
      ),
    },
    { id: 'pain', title: words.pain, tip: words.pain_tip, cell: (row) => <Pain value={row.pain} /> },
    { id: 'course', title: words.course, width: 176, isMinor: true, cell: (row) => <SessionStrip row={row} /> },
    {
      id: 'figures', title: words.figures, isMinor: true,
      cell: (row) => (
        <span class="two">
          <span>{words.views(row.views)}</span>
          <span class="caption">{words.requests(row.requests)}</span>
        </span>
      ),
    },
    {
      id: 'worst', title: words.worst, fills: true,
      cell: (row) =>
        row.worst ? (
          <span class="two">
            <WorstMoment row={row} worst={row.worst} />
            {row.worst.span ? <WorstSpanText span={row.worst.span} /> : <Counts row={row} />}
          </span>
        ) : (
          <span class="third">{words.fine}</span>
        ),
    },
    {
      id: 'version', title: t.rum.dimensions['resource.service.version'], isMinor: true,
      cell: (row) => (
        <span class="two session-version">
          <span translate={false}>{row.version ?? '–'}</span>
          <span class="caption" translate={false}>{row.app_name}</span>
        </span>
      ),
    },
  ];
}

/** What else went wrong. */
function Counts({ row }: { row: SessionRow }) {
  const words = t.sessions.strip;
  const parts: [number, (count: number) => string][] = [[row.errors, words.errors], [row.failed_requests, words.failed], [row.slow_requests, words.slow], [row.rage_clicks, words.rage], [row.blank_screens, words.blank]];
  return <span class="caption">{parts.filter(([count]) => count > 0).map(([count, say]) => say(count)).join(', ')}</span>;
}

const isHas = (text: string): text is Has => (kHas as readonly string[]).includes(text);

export default function SessionsPage() {
  const words = t.sessions.list;
  useCrumbs([{ text: t.sessions.title }]);
  const scope = useScope();
  const apps = useApps();
  const { span } = useRange();
  const text = useParameter('text');
  const user = useParameter('user');
  const hasText = useParameter('has');
  const has = useMemo(() => hasText.split(',').filter(isHas), [hasText]);
  const wantedSort = useParameter('sort');
  const sort: SessionSort = kSessionSorts.find((each) => each === wantedSort) ?? 'worst';
  const asked: SessionsQuestion = { app: scope.app || undefined, q: scope.q || undefined, has, user: user || undefined, text: text.trim() || undefined, sort, limit: kPage };
  const key = JSON.stringify([asked, span.start, span.end]);
  const question = useQuestion<SessionsAnswer>(key, (options) => askSessions(asked, span, options));
  const more = useMorePages(key, asked, span, question.answer);
  const input = useRef<HTMLInputElement>(null);

  const rows = useMemo(() => [...(question.answer?.sessions ?? []), ...more.rows], [question.answer, more.rows]);
  useEffect(() => keepResults(rows.map((row) => row.session_id), location.pathname + location.search, 'sessions'), [rows]);
  useKeys(t.sessions.title, [
    { keys: ['Ctrl-F'], label: words.key.find, run: () => (document.activeElement === input.current ? false : input.current?.focus()) },
    { keys: ['o'], label: words.key.sort, run: () => setSort(kSessionSorts[(kSessionSorts.indexOf(sort) + 1) % kSessionSorts.length]!) },
  ]);
  const isFiltered = text !== '' || user !== '' || has.length > 0 || scope.q !== '';
  const clear = () => setQuery({ text: undefined, user: undefined, has: undefined, q: undefined });

  return (
    <>
      <div class="page-title">
        <h1>{t.sessions.title}</h1>
        <AppMenu app={scope.app} apps={apps.answer?.apps} />
        <SearchBox input={input} text={text} />
        <span class="grow" />
        <Found answer={question.answer} />
      </div>
      <div class="sessions-tools">
        <div class="sessions-has" role="group" aria-label={words.has}>
          {kHas.map((each) => (
            <button key={each} type="button" class="button small round" aria-pressed={has.includes(each)} data-has={each}
              onClick={() => setQuery({ has: (has.includes(each) ? has.filter((one) => one !== each) : [...has, each]).join(',') })}>
              {words.has_names[each]}
            </button>
          ))}
        </div>
        <span class="grow" />
        <div class="segmented" role="group" aria-label={words.sort} data-key="o">
          {kSessionSorts.map((each) => (
            <button key={each} type="button" aria-pressed={sort === each} onClick={() => setSort(each)}>{words.sorts[each]}</button>
          ))}
        </div>
      </div>
      <FilterBar scope={scope}>
        {user && (
          <span class="chip">
            <span class="cut"><span class="third">{words.user_filter} </span><b translate={false}>{user}</b></span>
            <button type="button" aria-label={t.app.remove(user)} onClick={() => setQuery({ user: undefined })}><Icon name="close" /></button>
          </span>
        )}
      </FilterBar>
      <Answered question={question}>
        {(answer) =>
          answer.sessions.length === 0 ? (
            <Nothing isFiltered={isFiltered} total={answer.total_count} onClear={clear} />
          ) : (
            <>
              <DataTable name="sessions" label={t.sessions.title} columns={columns()} rows={rows} rowKey={(row) => row.session_id} rowHref={(row) => sessionHref(row)} rowHeight={44} isMain />
              <More more={more} shown={rows.length} answer={answer} />
            </>
          )
        }
      </Answered>
    </>
  );
}

function setSort(sort: SessionSort): void {
  setQuery({ sort: sort === 'worst' ? undefined : sort });
}

/** The search goes into the address a moment after the last letter. */
function SearchBox({ input, text }: { input: { current: HTMLInputElement | null }; text: string }) {
  const [typed, setTyped] = useState(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const written = useRef(text);
  useEffect(() => {
    if (text !== written.current) setTyped(text);
    written.current = text;
  }, [text]);
  const write = (value: string) => {
    written.current = value.trim();
    setQuery({ text: value.trim() || undefined }, 'replace');
  };
  return (
    <form class="field-with-icon sessions-search" role="search" aria-label={t.sessions.list.key.find} onSubmit={(event) => { event.preventDefault(); clearTimeout(timer.current); write(typed); }}>
      <Icon name="search" />
      <input ref={input} class="input" type="search" aria-label={t.sessions.list.search} placeholder={t.sessions.list.search} value={typed} spellcheck={false}
        onInput={(event) => {
          const value = event.currentTarget.value;
          setTyped(value);
          clearTimeout(timer.current);
          if (!event.isComposing) timer.current = setTimeout(() => write(value), kTypingMs);
        }} />
    </form>
  );
}

function Found({ answer }: { answer: SessionsAnswer | undefined }) {
  if (answer === undefined) return null;
  const words = t.sessions.list;
  const text = answer.session_count === answer.total_count ? words.count(answer.session_count) : words.count_of(answer.session_count, answer.total_count);
  return (
    <span class="second number" role="status">
      {answer.exact ? '' : `${words.at_least} `}
      {text}
      {answer.exact && <span class="third">, {words.exact}</span>}
    </span>
  );
}

interface MorePages {
  rows: SessionRow[];
  cursor: string | null;
  isLoading: boolean;
  error: ApiError | undefined;
  load: () => void;
}

/** Pages after the first; they belong to one question and go with it. */
function useMorePages(key: string, asked: SessionsQuestion, span: { start: number; end: number }, first: SessionsAnswer | undefined): MorePages {
  const [held, setHeld] = useState<{ of: SessionsAnswer | undefined; rows: SessionRow[]; cursor: string | null; isLoading: boolean; error: ApiError | undefined }>();
  const mine = held !== undefined && held.of === first ? held : undefined;
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), [key]);
  const cursor = mine ? mine.cursor : (first?.next_cursor ?? null);
  const load = () => {
    if (cursor === null || mine?.isLoading) return;
    const rows = mine?.rows ?? [];
    controller.current = new AbortController();
    const { signal } = controller.current;
    setHeld({ of: first, rows, cursor, isLoading: true, error: undefined });
    askSessions({ ...asked, cursor }, span, { signal }).then(
      (answer) => {
        // A session that is still under way may have moved from one page to the next.
        const known = new Set([...(first?.sessions ?? []), ...rows].map((row) => row.session_id));
        setHeld({ of: first, rows: [...rows, ...answer.sessions.filter((row) => !known.has(row.session_id))], cursor: answer.next_cursor, isLoading: false, error: undefined });
      },
      (error: unknown) => signal.aborted || setHeld({ of: first, rows, cursor, isLoading: false, error: error instanceof ApiError ? error : new ApiError('malformed', String(error)) }),
    );
  };
  return { rows: mine?.rows ?? kNoRows, cursor, isLoading: mine?.isLoading ?? false, error: mine?.error, load };
}
const kNoRows: SessionRow[] = [];

function More({ more, shown, answer }: { more: MorePages; shown: number; answer: SessionsAnswer }) {
  const words = t.sessions.list;
  const left = Math.max(0, answer.session_count - shown);
  if (more.cursor === null && more.rows.length === 0) return null;
  return (
    <div class="sessions-more">
      {more.cursor !== null && (
        <button type="button" class="button" disabled={more.isLoading} onClick={more.load}>
          <Icon name="down" />
          {words.more(Math.min(kPage, left || kPage))}
        </button>
      )}
      <span class="caption number">{words.shown(shown, Math.max(shown, answer.session_count))}</span>
      {more.error && <Strip>{t.app.error.title}</Strip>}
    </div>
  );
}

function Nothing({ isFiltered, total, onClear }: { isFiltered: boolean; total: number; onClear: () => void }) {
  if (isFiltered && total > 0) {
    return (
      <EmptyState icon="sessions" title={t.sessions.list.none} actions={<button type="button" class="button primary" onClick={onClear}>{t.sessions.list.clear}</button>}>
        <p>{t.sessions.list.none_why}</p>
      </EmptyState>
    );
  }
  return <NoReports icon="sessions" />;
}
