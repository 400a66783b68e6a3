// The frame around every page: rail, top bar, help, tooltip, notice; and the page that the address names.
import { Component, type ComponentChildren, type ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { languageStore, t, toggleLanguage } from '../i18n/catalogue';
import { Icon } from '../widget/icon';
import { EmptyState, LoadingBlocks, Strip } from '../widget/states';
import { TooltipLayer } from '../widget/tooltip';
import { addressStore, go, link } from './address';
import { crumbStore, useCrumbs } from './crumbs';
import { KeyHelp } from './key_help';
import { useKeys } from './keys';
import { closeNotice, noticeStore } from './notice';
import { Omnibox } from './omnibox';
import { kPlaces, pageAt, type Page, type PageProps, type PlaceName } from './places';
import { railOpenPreference } from './preferences';
import { copyLink, RangeControl, RefreshControl } from './range_control';
import { refreshStore, reload, shiftRange, spanNow, useRange, widenRange } from './range';
import { useStore } from './store';
import { shadeStore, toggleTheme } from './theme';

function Rail({ place }: { place: PlaceName | undefined }) {
  const isOpen = useStore(railOpenPreference);
  useStore(addressStore); // The links carry the range.
  const entry = (each: (typeof kPlaces)[number]) => (
    <a key={each.name} class="place" href={link(each.href)} aria-current={each.name === place ? 'page' : undefined} aria-label={t.app.places[each.name]}
      data-tip={isOpen ? undefined : t.app.places[each.name]} data-key={each.key}>
      <Icon name={each.icon} />
      <span class="word">{t.app.places[each.name]}</span>
    </a>
  );
  return (
    <nav class={isOpen ? 'rail open' : 'rail'} aria-label={t.app.navigation}>
      <a class="brand" href={link('/services')} aria-label="Clew" translate={false}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <circle cx="12" cy="12" r="9" fill="none" stroke="var(--accent)" stroke-width="2.4" />
          <path d="M4.5 15c4.5-7 10.5-7 15 0M6 18c4.5-5.5 7.5-5.5 12 0M5 10.500c4.5-4.5 9.5-4.5 14 0" fill="none" stroke="var(--accent)" stroke-width="1.5" />
        </svg>
        <span class="word">Clew</span>
      </a>
      {kPlaces.filter((each) => !each.isBottom).map(entry)}
      <span class="gap" />
      {kPlaces.filter((each) => each.isBottom).map(entry)}
      <button type="button" class="place toggle" aria-expanded={isOpen} aria-label={isOpen ? t.app.close_rail : t.app.open_rail} data-tip={isOpen ? undefined : t.app.open_rail}
        onClick={() => railOpenPreference.set(!isOpen)}>
        <Icon name="rail" />
        <span class="word">{t.app.close_rail}</span>
      </button>
    </nav>
  );
}

function Crumbs() {
  const crumbs = useStore(crumbStore);
  return (
    <nav class="crumbs-box cut" aria-label={t.app.breadcrumb}>
      <ol class="crumbs">
        {crumbs.map((crumb, index) => (
          <li key={index} aria-current={index === crumbs.length - 1 ? 'page' : undefined}>
            {crumb.mark}
            {crumb.href ? (
              <a class="cut" href={crumb.href} translate={!crumb.isData}>
                {crumb.text}
              </a>
            ) : (
              <span class="cut" translate={!crumb.isData}>
                {crumb.text}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** A fault in a page leaves the frame usable. */
class Guard extends Component<{ children: ComponentChildren; at: string }, { failed?: string }> {
  override state: { failed?: string } = {};
  override componentDidCatch(error: unknown) {
    console.error(error);
    this.setState({ failed: this.props.at });
  }
  override render() {
    if (this.state.failed !== this.props.at) return this.props.children;
    return (
      <EmptyState icon="failed" title={t.app.page_broken} actions={<button class="button" type="button" onClick={() => location.reload()}>{t.app.reload}</button>}>
        <p>{t.app.page_broken_why}</p>
      </EmptyState>
    );
  }
}

// Loaded once each; a page that was shown before appears without a blank moment.
const loaded = new Map<Page, ComponentType<PageProps>>();

function PageOf({ page, parts }: { page: Page; parts: readonly string[] }) {
  const [, setLoads] = useState(0);
  const [failed, setFailed] = useState(false);
  const Shown = loaded.get(page);
  useEffect(() => {
    if (loaded.has(page)) return;
    setFailed(false);
    page.load().then(
      (module) => {
        loaded.set(page, module.default);
        setLoads((n) => n + 1);
      },
      () => setFailed(true), // The server was replaced by another version, or is gone.
    );
  }, [page]);
  if (Shown) return <Shown parts={parts} />;
  if (!failed) return <LoadingBlocks />;
  return (
    <EmptyState icon="failed" title={t.app.error.title} actions={<button class="button" type="button" onClick={() => location.reload()}>{t.app.reload}</button>}>
      <p>{t.app.error.codes.unreachable}</p>
    </EmptyState>
  );
}

function UnknownPage() {
  useCrumbs([{ text: t.app.unknown_page }]);
  return (
    <EmptyState icon="search" title={t.app.unknown_page} actions={<a class="button primary" href="/services">{t.app.places.services}</a>}>
      <p>{t.app.unknown_page_why}</p>
    </EmptyState>
  );
}

export function Frame() {
  const address = useStore(addressStore);
  const shade = useStore(shadeStore);
  const language = useStore(languageStore);
  const notice = useStore(noticeStore);
  const { malformed } = useRange();
  const [helpShown, setHelpShown] = useState(false);
  const focusOmnibox = useRef<(() => void) | undefined>(undefined);
  const openRange = useRef<(() => void) | undefined>(undefined);
  const found = pageAt(address.path);
  const words = t.app.keys;
  useKeys(t.app.help_keys_everywhere, [
    { keys: ['/', 'Ctrl-K'], label: words.search, run: () => focusOmnibox.current?.() },
    { keys: ['?'], label: words.help, run: () => setHelpShown(true) },
    ...kPlaces.filter((place) => place.key).map((place) => ({ keys: [place.key ?? ''], label: words.go(t.app.places[place.name]), run: () => go(link(place.href)) })),
    { keys: ['t'], label: words.time, run: () => openRange.current?.() },
    { keys: ['['], label: words.shift_back, run: () => shiftRange(-1) },
    { keys: [']'], label: words.shift_forward, run: () => shiftRange(1) },
    { keys: ['Z'], label: words.widen, run: widenRange },
    { keys: ['r'], label: words.reload, run: reload },
    { keys: ['l'], label: words.live, run: () => refreshStore.set(refreshStore.get() ? 0 : 10) },
    { keys: ['y l'], label: words.copy_link, run: () => copyLink(false, spanNow()) },
  ]);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        document.getElementById('main')?.focus();
      }}>
        {t.app.skip}
      </a>
      <Rail place={found?.page.place} />
      <header class="bar">
        <Crumbs />
        <Omnibox focusRef={focusOmnibox} showHelp={() => setHelpShown(true)} />
        <RangeControl opener={(open) => (openRange.current = open)} />
        <RefreshControl />
        <button type="button" class="button quiet icon-only" aria-label={shade === 'dark' ? t.app.to_light : t.app.to_dark} data-tip={shade === 'dark' ? t.app.to_light : t.app.to_dark} onClick={toggleTheme}>
          <Icon name={shade === 'dark' ? 'sun' : 'moon'} />
        </button>
        <button type="button" class="button quiet icon-only" lang={language === 'zh' ? 'en' : 'zh-CN'} aria-label={`${t.app.other_language}: ${t.app.to_other_language}`} data-tip={t.app.to_other_language} translate={false} onClick={toggleLanguage}>
          {t.app.other_language}
        </button>
        <button type="button" class="button quiet icon-only wide-only" aria-label={t.app.help} data-tip={t.app.help} data-key="?" onClick={() => setHelpShown(true)}>
          <Icon name="help" />
        </button>
      </header>
      <main id="main" tabIndex={-1} class={found?.page.isFull ? 'full' : undefined}>
        {malformed && <Strip>{t.app.range.malformed}</Strip>}
        <Guard at={address.path}>{found ? <PageOf key={found.page.pattern} page={found.page} parts={found.parts} /> : <UnknownPage />}</Guard>
      </main>
      {helpShown && <KeyHelp onClose={() => setHelpShown(false)} />}
      <TooltipLayer />
      <div role="status" aria-live="polite">
        {notice && (
          <div class="toast fading">
            {notice.text}
            {notice.action && (
              <button type="button" onClick={() => {
                closeNotice();
                notice.action?.run();
              }}>
                {notice.action.label}
                {notice.action.key && <kbd>{notice.action.key}</kbd>}
              </button>
            )}
          </div>
        )}
      </div>
    </>
  );
}
