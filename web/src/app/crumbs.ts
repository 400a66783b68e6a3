// The breadcrumb: a page says which causes led to what it shows; the frame draws them. Also the window's title.
import { useEffect } from 'preact/hooks';
import type { ComponentChild } from 'preact';

import { makeStore } from './store';

export interface Crumb {
  text: string;
  href?: string;
  /** A dot, a square: drawn before the text. */
  mark?: ComponentChild;
  /** The text comes from data. */
  isData?: boolean;
}

export const crumbStore = makeStore<readonly Crumb[]>([]);

export function useCrumbs(crumbs: readonly Crumb[]): void {
  const key = JSON.stringify(crumbs.map(({ text, href }) => [text, href]));
  useEffect(() => {
    crumbStore.set(crumbs);
    document.title = [...crumbs.map((crumb) => crumb.text).reverse(), 'Clew'].join(' · ');
  }, [key]);
}
