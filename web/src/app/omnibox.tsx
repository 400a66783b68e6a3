// One field that finds anything: ids jump at once, TraceQL runs, services, operations, pages and commands are matched locally.
// Commands match in both languages. Results come from an index in memory; only operations are asked from the server.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import type { OperationsAnswer, ServicesAnswer } from '../api/answers';
import { ask, nanoseconds } from '../api/client';
import type { AppsAnswer, BreakdownAnswer } from '../api/rum_overview';
import { t, toggleLanguage } from '../i18n/catalogue';
import { Icon, type IconName } from '../widget/icon';
import { ServiceSquare } from '../widget/service_name';
import { go, link } from './address';
import { recognise, type Shape } from './omnibox_parse';
import { kPlaceWords } from './omnibox_words';
import { kPlaces } from './places';
import { zonePreference } from './preferences';
import { copyLink } from './range_control';
import { reload, spanNow } from './range';
import { toggleTheme } from './theme';

interface Found {
  group: string;
  text: string;
  detail?: string;
  icon?: IconName;
  service?: string;
  isData?: boolean;
  run: () => void;
}

const kResultsOfGroup = 6;
const kServicesIndexed = 60;
const kViewsIndexed = 200;
/** How far back a pasted id of a session is looked for. */
const kSessionsBackMs = 30 * 864e5;

function commands(showHelp: () => void): (Found & { words: string })[] {
  const words = t.app.commands;
  const group = t.app.omnibox.group_commands;
  return [
    { group, text: words.theme, words: 'theme dark light 主题 深色 浅色 zt ss qs', icon: 'moon', run: toggleTheme },
    { group, text: words.language, words: 'language chinese english 语言 中文 英文 yy zw yw', icon: 'external', run: toggleLanguage },
    { group, text: words.copy_link, words: 'copy link share 复制 链接 fz lj', icon: 'link', run: () => copyLink(false, spanNow()) },
    { group, text: words.copy_absolute, words: 'copy absolute link 复制 绝对 链接 jd', icon: 'link', run: () => copyLink(true, spanNow()) },
    { group, text: words.browser_errors, words: 'browser errors javascript 浏览器 错误 前端 llq cw qd', icon: 'browser', run: () => go(link('/errors', { side: 'browser' })) },
    { group, text: words.backend_errors, words: 'backend errors exceptions 后端 错误 异常 hd cw', icon: 'errors', run: () => go(link('/errors', { side: 'backend' })) },
    { group, text: words.painful_sessions, words: 'sessions errors users trouble 会话 错误 用户 hh cw', icon: 'sessions', run: () => go(link('/sessions', { has: 'errors' })) },
    { group, text: words.source_maps, words: 'source maps upload sourcemap 源码映射 上传 ymys sc', icon: 'upload', run: () => go(link('/settings')) },
    { group, text: words.reload, words: 'reload refresh 刷新 sx', icon: 'reload', run: reload },
    { group, text: words.zone, words: 'zone utc local time 时区 sq', icon: 'clock', run: () => zonePreference.set(zonePreference.get() === 'utc' ? 'local' : 'utc') },
    { group, text: words.help, words: 'help keys 帮助 快捷键 bz kjj', icon: 'help', run: showHelp },
  ];
}

function matches(text: string, wanted: string): boolean {
  const lower = text.toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((part) => lower.includes(part));
}

/** Names of the range, for matching while typing. */
interface Index {
  services: string[];
  operations: { service: string; name: string }[];
  /** Pages of applications in users' browsers. */
  views: string[];
  apps: { id: string; name: string }[];
}
const kEmptyIndex: Index = { services: [], operations: [], views: [], apps: [] };

/** What an id leads to. `isSession` is the server's word on one that may be either; until then both are offered, traces first. */
function jumps(shape: Shape, isSession: boolean | undefined): Found[] {
  const words = t.app.omnibox;
  const group = words.group_jump;
  const trace = (id: string): Found => ({ group, text: words.open_trace(id), icon: 'traces', run: () => go(link(['/trace', id])) });
  const session = (id: string, event?: string): Found => ({ group, text: words.open_session(id), icon: 'sessions', run: () => go(link(['/sessions', id], { event })) });
  switch (shape.kind) {
    case 'trace': return [trace(shape.id)];
    case 'id': return isSession === undefined ? [trace(shape.id), session(shape.session)] : [isSession ? session(shape.session) : trace(shape.id)];
    case 'session': return [session(shape.session, shape.event)];
    case 'user': return [{ group, text: words.sessions_of(shape.user), icon: 'sessions', run: () => go(link('/sessions', { user: shape.user })) }];
    case 'query': return [{ group, text: words.run_query, icon: 'search', detail: shape.query, run: () => go(link('/traces', { q: shape.query })) }];
    default: return [];
  }
}

function search(text: string, index: Index, isSession: boolean | undefined, showHelp: () => void): Found[] {
  const words = t.app.omnibox;
  const wanted = text.trim();
  if (wanted.startsWith('>')) {
    const rest = wanted.slice(1).trim();
    return commands(showHelp).filter((each) => matches(`${each.text} ${each.words}`, rest));
  }
  const pages: Found[] = kPlaces
    .filter((place) => matches(`${t.app.places[place.name]} ${kPlaceWords[place.name]}`, wanted))
    .map((place) => ({ group: words.group_pages, text: t.app.places[place.name], icon: place.icon, run: () => go(link(place.href)) }));
  const services = (wanted ? index.services.filter((name) => matches(name, wanted)) : index.services).slice(0, kResultsOfGroup)
    .map((name): Found => ({ group: words.group_services, text: name, service: name, isData: true, run: () => go(link(['/services', name])) }));
  if (!wanted) return [...services, ...pages];
  const found: Found[] = [];
  const shape = recognise(wanted);
  found.push(...jumps(shape, isSession));
  found.push(...services);
  found.push(...index.operations.filter(({ name }) => matches(name, wanted)).slice(0, kResultsOfGroup).map(
    ({ service, name }): Found => ({
      group: words.group_operations, text: name, detail: service, service, isData: true,
      run: () => go(link(['/services', service], { operation: name })),
    }),
  ));
  found.push(...index.views.filter((view) => matches(view, wanted)).slice(0, kResultsOfGroup).map(
    (view): Found => ({ group: words.group_views, text: view, icon: 'browser', isData: true, run: () => go(link('/rum/page', { view })) }),
  ));
  found.push(...index.apps.filter(({ id, name }) => matches(`${name} ${id}`, wanted)).slice(0, kResultsOfGroup).map(
    ({ id, name }): Found => ({ group: words.group_apps, text: name || id, detail: name ? id : '', icon: 'vitals', isData: true, run: () => go(link('/rum', { app: id })) }),
  ));
  found.push(...pages);
  if (shape.kind === 'text' || shape.kind === 'path') {
    const query = `{ name =~ ${JSON.stringify(`(?i).*${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}.*`)} }`;
    found.push({ group: words.group_jump, text: words.find_text(wanted), icon: 'search', run: () => go(link('/traces', { q: query })) });
    if (index.apps.length) found.push({ group: words.group_jump, text: words.find_sessions(wanted), icon: 'sessions', run: () => go(link('/sessions', { text: wanted })) });
  }
  found.push(...commands(showHelp).filter((each) => matches(`${each.text} ${each.words}`, wanted)).slice(0, 3));
  return found;
}

/** Names of the range's services with their operations, of applications and their pages; fetched when the box is first focused. */
async function loadIndex(): Promise<Index> {
  const span = spanNow();
  const range = { start: nanoseconds(span.start), end: nanoseconds(span.end) };
  // Without browsers, or on a server that knows none, the rest still works.
  const browsers = Promise.all([
    ask<AppsAnswer>('/rum/apps', range).then((answer) => answer.apps.map(({ id, name }) => ({ id, name }))),
    ask<BreakdownAnswer>('/rum/breakdown', { ...range, by: 'view.name', sort: 'views', limit: kViewsIndexed }).then((answer) => answer.rows.map((row) => row.value).filter(Boolean)),
  ]).catch((): [Index['apps'], string[]] => [[], []]);
  const services = (await ask<ServicesAnswer>('/services', range)).services.map((service) => service.name);
  const operations = (
    await Promise.all(
      services.slice(0, kServicesIndexed).map(async (service) => {
        const answer = await ask<OperationsAnswer>('/operations', { service, ...range });
        return [...new Set(answer.operations.map((operation) => operation.name))].map((name) => ({ service, name }));
      }),
    )
  ).flat();
  const [apps, views] = await browsers;
  return { services, operations, apps, views };
}

/** Whether an id that may be a trace or a session is a session; undefined until the server has said. */
function useIsSession(shape: Shape): boolean | undefined {
  const id = shape.kind === 'id' ? shape.session : undefined;
  const [told, setTold] = useState<{ id: string; isSession: boolean }>();
  useEffect(() => {
    if (id === undefined) return undefined;
    const mine = new AbortController();
    const now = Date.now();
    const asked = { q: `{ .session.id = ${JSON.stringify(id)} }`, limit: 1, start: nanoseconds(now - kSessionsBackMs), end: nanoseconds(now) };
    ask<{ sessions: { session_id: string }[] }>('/rum/sessions', asked, { signal: mine.signal }).then(({ sessions }) => setTold({ id, isSession: sessions.length > 0 }), () => undefined);
    return () => mine.abort();
  }, [id]);
  return id !== undefined && told?.id === id ? told.isSession : undefined;
}

export function Omnibox({ focusRef, showHelp }: { focusRef: { current: (() => void) | undefined }; showHelp: () => void }) {
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const [index, setIndex] = useState<Index>(kEmptyIndex);
  const isSession = useIsSession(useMemo(() => recognise(text), [text]));
  const input = useRef<HTMLInputElement>(null);
  focusRef.current = () => {
    input.current?.focus();
    input.current?.select();
  };
  useEffect(() => {
    if (!isOpen) return;
    loadIndex().then(setIndex, () => undefined); // Without the index ids, pages and commands still work.
  }, [isOpen]);
  const found = useMemo(() => (isOpen ? search(text, index, isSession, showHelp) : []), [isOpen, text, index, isSession]);
  const close = () => {
    setOpen(false);
    setText('');
    input.current?.blur();
  };
  const run = (each: Found | undefined) => {
    if (!each) return;
    close();
    each.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === 'Escape') close();
    else if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
    else if (event.key === 'Enter') run(found[at]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  let group = '';
  return (
    <div class="omnibox" role="search">
      <label class="field">
        <Icon name="search" />
        <input ref={input} type="text" role="combobox" aria-expanded={isOpen} aria-controls="omnibox-found" aria-autocomplete="list" autocomplete="off" spellcheck={false}
          aria-activedescendant={isOpen && found[at] ? `found-${at}` : undefined} aria-label={t.app.omnibox.label} placeholder={t.app.omnibox.placeholder} value={text}
          onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} onKeyDown={onKeyDown}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
            setOpen(true);
          }} />
        <kbd>/</kbd>
      </label>
      {isOpen && (
        // Pressing must not take the focus from the field before the click arrives.
        <div class="found" onMouseDown={(event) => event.preventDefault()}>
          <div id="omnibox-found" class="menu" role="listbox" aria-label={t.app.omnibox.label}>
            {found.length === 0 && <div class="heading">{t.app.omnibox.nothing}</div>}
            {found.map((each, place) => {
              const heading = each.group !== group && (group = each.group);
              return [
                heading && (
                  <div class="heading" role="presentation" key={`group-${place}`}>
                    {heading}
                  </div>
                ),
                <div key={place} id={`found-${place}`} class="item" role="option" aria-selected={place === at} onClick={() => run(each)} onPointerMove={() => setAt(place)}>
                  {each.service !== undefined ? <ServiceSquare name={each.service} /> : each.icon && <Icon name={each.icon} />}
                  <span class="cut" translate={!each.isData}>
                    {each.text}
                  </span>
                  {each.detail && (
                    <span class="third cut" translate={false}>
                      {each.detail}
                    </span>
                  )}
                </div>,
              ];
            })}
            {!text && <div class="heading">{t.app.omnibox.hint}</div>}
          </div>
        </div>
      )}
    </div>
  );
}
