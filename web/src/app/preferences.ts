// What one reader likes: theme, density, zone, column widths. Kept in this browser, never in links.
import { makeStore, type Store } from './store';

const kPrefix = 'clew.';

function read(name: string): unknown {
  try {
    const text = localStorage.getItem(kPrefix + name);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined; // Storage may be forbidden or hold what another version wrote.
  }
}

/** A stored preference. `accept` says which stored values are still meaningful; anything else gives the default. */
export function preference<T>(name: string, initial: T, accept: (value: unknown) => value is T): Store<T> {
  const stored = read(name);
  const store = makeStore<T>(accept(stored) ? stored : initial);
  store.listen((value) => {
    try {
      localStorage.setItem(kPrefix + name, JSON.stringify(value));
    } catch {
      // Without storage the choice holds until the page is left.
    }
  });
  return store;
}

export function oneOf<const T extends string>(...names: T[]): (value: unknown) => value is T {
  return (value): value is T => typeof value === 'string' && (names as string[]).includes(value);
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

export const flagPreference = (name: string, initial: boolean) => preference(name, initial, isBoolean);
export const numberPreference = (name: string, initial: number) => preference(name, initial, isNumber);

export type Theme = 'system' | 'light' | 'dark';
export const themePreference = preference<Theme>('theme', 'system', oneOf('system', 'light', 'dark'));

export type Zone = 'local' | 'utc';
export const zonePreference = preference<Zone>('zone', 'local', oneOf('local', 'utc'));

export type LanguageChoice = 'system' | 'en' | 'zh';
export const languagePreference = preference<LanguageChoice>('language', 'system', oneOf('system', 'en', 'zh'));

export const railOpenPreference = flagPreference('rail', false);
