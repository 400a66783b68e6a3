// All words of the UI. `en.ts` is the source; `zh.ts` must have the same keys with the same arguments or it does not compile.
//
// Use: import { t } from '../i18n/catalogue' and `t.app.reload` or `t.search.found(12)` while rendering, never at the top of a
// module (the language is loaded later and may change). Whole sentences with arguments, no concatenation. What comes from data
// is not translated and its element says translate="no", which is also how the test for untranslated strings knows it.
import type { ComponentChild } from 'preact';

import { languagePreference } from '../app/preferences';
import { makeStore } from '../app/store';
import type { en } from './en';

type Widen<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Widen<T[K]> };
export type Catalogue = Widen<typeof en>;
export type Section<K extends keyof Catalogue> = Catalogue[K];

export type Language = 'en' | 'zh';

// eslint-disable-next-line import/no-mutable-exports -- A live binding is what makes `t` this short.
export let t: Catalogue;
export const languageStore = makeStore<Language>('en');

export function wantedLanguage(): Language {
  const choice = languagePreference.get();
  if (choice !== 'system') return choice;
  return navigator.languages.some((name) => name.toLowerCase().startsWith('zh')) &&
    !navigator.languages[0]?.toLowerCase().startsWith('en')
    ? 'zh'
    : 'en';
}

/** Loads the catalogue of one language, the only one that is ever fetched, and makes it `t`. */
export async function loadLanguage(language: Language): Promise<void> {
  t = language === 'zh' ? (await import('./zh')).zh : (await import('./en')).en;
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  languageStore.set(language);
}

/** For tests of pure parts, without a browser. */
export function useCatalogue(catalogue: Catalogue): void {
  t = catalogue;
}

export function toggleLanguage(): void {
  languagePreference.set(languageStore.get() === 'zh' ? 'en' : 'zh');
}

/** A sentence with elements in it: fill('in {service}', { service: <a …/> }). */
export function fill(sentence: string, parts: Record<string, ComponentChild>): ComponentChild[] {
  return sentence.split(/(\{[a-z_0-9]+\})/i).map((piece) => {
    const name = /^\{([a-z_0-9]+)\}$/i.exec(piece)?.[1];
    return name !== undefined && name in parts ? parts[name] : piece;
  });
}

/** English plural: one(1, 'span', 'spans'). */
export function plural(count: number, one: string, other: string): string {
  return count === 1 ? one : other;
}
