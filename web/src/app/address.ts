// The address is the state: its path names the thing, its query the view. This is the only file that touches `history`.
//
// Push for what a reader would want Back to undo (page, range, filter, selection of a trace), replace for the rest (scroll,
// zoom, panel). The parameters `from` and `to` (app/range.ts) ride along on every link within the UI.
import { makeStore, useStore } from './store';

export interface Address {
  path: string;
  query: URLSearchParams;
}

/** What a change of parameters sets; `undefined` or '' takes a parameter out. */
export type Change = Record<string, string | readonly string[] | undefined>;

export function parseAddress(text: string): Address {
  const url = new URL(text, 'http://x');
  return { path: url.pathname, query: url.searchParams };
}

export function formatAddress(path: string, query: URLSearchParams): string {
  // TraceQL stays readable where the standard allows it.
  const text = query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/');
  return text ? `${path}?${text}` : path;
}

export function withChange(query: URLSearchParams, change: Change): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(change)) {
    next.delete(name);
    if (value === undefined || value === '') continue;
    for (const each of typeof value === 'string' ? [value] : value) next.append(name, each);
  }
  return next;
}

const inBrowser = typeof location !== 'undefined';
export const addressStore = makeStore<Address>(parseAddress(inBrowser ? location.href : '/'));

function show(path: string, query: URLSearchParams, how: 'push' | 'replace'): void {
  const text = formatAddress(path, query);
  if (how === 'push') history.pushState(null, '', text);
  else history.replaceState(null, '', text);
  addressStore.set({ path, query });
}

/** Goes to an address within the UI, as a click on a link would. */
export function go(href: string, how: 'push' | 'replace' = 'push'): void {
  const { path, query } = parseAddress(href);
  const elsewhere = path !== addressStore.get().path;
  show(path, query, how);
  if (elsewhere) scrollTo(0, 0);
}

/** Changes parameters of this page's address. */
export function setQuery(change: Change, how: 'push' | 'replace' = 'push'): void {
  const { path, query } = addressStore.get();
  const next = withChange(query, change);
  if (next.toString() !== query.toString()) show(path, next, how);
}

/** Parameters that every page understands and every link keeps. */
export const kKeptParameters = ['from', 'to'] as const;

/** A link to a page: `link('/services', name)`, with the range of this page and the parameters given. */
export function link(parts: string | readonly string[], change: Change = {}): string {
  const list = typeof parts === 'string' ? [parts] : parts;
  const path = list.map((part, index) => (index === 0 ? part : '/' + encodeURIComponent(part))).join('');
  const kept = new URLSearchParams();
  for (const name of kKeptParameters) {
    const value = addressStore.get().query.get(name);
    if (value) kept.set(name, value);
  }
  return formatAddress(path, withChange(kept, change));
}

/** A parameter of the address. */
export function useParameter(name: string, fallback = ''): string {
  return useStore(addressStore).query.get(name) ?? fallback;
}
export function useParameters(name: string): string[] {
  return useStore(addressStore).query.getAll(name);
}

/** True where a click on a link should be left to the browser: new tab, download, another site. */
export function isForBrowser(event: MouseEvent, anchor: HTMLAnchorElement): boolean {
  return (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey ||
    anchor.target !== '' ||
    anchor.hasAttribute('download') ||
    anchor.origin !== location.origin ||
    anchor.pathname.startsWith('/api/')
  );
}

export function startAddress(): void {
  addEventListener('popstate', () => addressStore.set(parseAddress(location.href)));
  // Plain <a href> everywhere: middle click, copying and screen readers work; clicks stay within the page.
  document.addEventListener('click', (event) => {
    const anchor = (event.target as Element | null)?.closest?.('a[href]');
    if (!(anchor instanceof HTMLAnchorElement) || isForBrowser(event, anchor)) return;
    event.preventDefault();
    go(anchor.href);
  });
}
