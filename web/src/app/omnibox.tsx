// One field that finds anything: ids jump at once, TraceQL runs, services, operations, pages and commands are matched locally.
// Commands match in both languages. Results come from an index in memory; only operations are asked from the server.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { ask } from '../api/client';
import type { OperationsAnswer, ServicesAnswer } from '../api/answers';
import { t, toggleLanguage } from '../i18n/catalogue';
import { Icon, type IconName } from '../widget/icon';
import { ServiceSquare } from '../widget/service_name';
import { go, link } from './address';
import { recognise } from './omnibox_parse';
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

function commands(showHelp: () => void): (Found & { words: string })[] {
  const words = t.app.commands;
  const group = t.app.omnibox.group_commands;
  return [
    { group, text: words.theme, words: 'theme dark light 主题 深色 浅色 zt ss qs', icon: 'moon', run: toggleTheme },
    { group, text: words.language, words: 'language chinese english 语言 中文 英文 yy zw yw', icon: 'external', run: toggleLanguage },
    { group, text: words.copy_link, words: 'copy link share 复制 链接 fz lj', icon: 'link', run: () => copyLink(false, spanNow()) },
    { group, text: words.copy_absolute, words: 'copy absolute link 复制 绝对 链接 jd', icon: 'link', run: () => copyLink(true, spanNow()) },
    { group, text: words.reload, words: 'reload refresh 刷新 sx', icon: 'reload', run: reload },
    { group, text: words.zone, words: 'zone utc local time 时区 sq', icon: 'clock', run: () => zonePreference.set(zonePreference.get() === 'utc' ? 'local' : 'utc') },
    { group, text: words.help, words: 'help keys 帮助 快捷键 bz kjj', icon: 'help', run: showHelp },
  ];
}

function matches(text: string, wanted: string): boolean {
  const lower = text.toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((part) => lower.includes(part));
}

function search(text: string, index: { services: string[]; operations: { service: string; name: string }[] }, showHelp: () => void): Found[] {
  const words = t.app.omnibox;
  const wanted = text.trim();
  if (wanted.startsWith('>')) {
    const rest = wanted.slice(1).trim();
    return commands(showHelp).filter((each) => matches(`${each.text} ${each.words}`, rest));
  }
  const pages: Found[] = kPlaces
    .filter((place) => matches(`${t.app.places[place.name]} ${place.name}`, wanted))
    .map((place) => ({ group: words.group_pages, text: t.app.places[place.name], icon: place.icon, run: () => go(link(place.href)) }));
  const services = (wanted ? index.services.filter((name) => matches(name, wanted)) : index.services).slice(0, kResultsOfGroup)
    .map((name): Found => ({ group: words.group_services, text: name, service: name, isData: true, run: () => go(link(['/services', name])) }));
  if (!wanted) return [...services, ...pages];
  const found: Found[] = [];
  const shape = recognise(wanted);
  if (shape.kind === 'trace') {
    found.push({ group: words.group_jump, text: words.open_trace(shape.id), icon: 'traces', run: () => go(link(['/trace', shape.id])) });
  }
  if (shape.kind === 'query') {
    found.push({ group: words.group_jump, text: words.run_query, icon: 'search', detail: wanted, run: () => go(link('/traces', { q: shape.query })) });
  }
  found.push(...services);
  found.push(...index.operations.filter(({ name }) => matches(name, wanted)).slice(0, kResultsOfGroup).map(
    ({ service, name }): Found => ({
      group: words.group_operations, text: name, detail: service, service, isData: true,
      run: () => go(link(['/services', service], { operation: name })),
    }),
  ));
  found.push(...pages);
  if (shape.kind === 'text') {
    const query = `{ name =~ ${JSON.stringify(`(?i).*${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}.*`)} }`;
    found.push({ group: words.group_jump, text: words.find_text(wanted), icon: 'search', run: () => go(link('/traces', { q: query })) });
  }
  found.push(...commands(showHelp).filter((each) => matches(`${each.text} ${each.words}`, wanted)).slice(0, 3));
  return found;
}

/** Names of the range's services, with their operations; fetched when the box is first focused. */
async function loadIndex() {
  const span = spanNow();
  const range = { start: String(Math.floor(span.start)), end: String(Math.ceil(span.end)) };
  const services = (await ask<ServicesAnswer>('/services', range)).services.map((service) => service.name);
  const operations = (
    await Promise.all(
      services.slice(0, 60).map(async (service) => {
        const answer = await ask<OperationsAnswer>('/operations', { service, ...range });
        return [...new Set(answer.operations.map((operation) => operation.name))].map((name) => ({ service, name }));
      }),
    )
  ).flat();
  return { services, operations };
}

export function Omnibox({ focusRef, showHelp }: { focusRef: { current: (() => void) | undefined }; showHelp: () => void }) {
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const [index, setIndex] = useState<{ services: string[]; operations: { service: string; name: string }[] }>({ services: [], operations: [] });
  const input = useRef<HTMLInputElement>(null);
  focusRef.current = () => {
    input.current?.focus();
    input.current?.select();
  };
  useEffect(() => {
    if (!isOpen) return;
    loadIndex().then(setIndex, () => undefined); // Without the index ids, pages and commands still work.
  }, [isOpen]);
  const found = useMemo(() => (isOpen ? search(text, index, showHelp) : []), [isOpen, text, index]);
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
