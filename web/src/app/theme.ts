// Light or dark on the root element, as `data-theme`; canvases hear of a change and resolve their colours again.
import { themePreference } from './preferences';
import { makeStore } from './store';

export type Shade = 'light' | 'dark';
const systemDark = matchMedia('(prefers-color-scheme: dark)');

function wanted(): Shade {
  const theme = themePreference.get();
  if (theme !== 'system') return theme;
  return systemDark.matches ? 'dark' : 'light';
}

export const shadeStore = makeStore<Shade>(wanted());

function apply(): void {
  document.documentElement.dataset['theme'] = wanted();
  shadeStore.set(wanted());
}

export function startTheme(): void {
  apply();
  themePreference.listen(apply);
  systemDark.addEventListener('change', apply);
}

/** Light to dark and back; what the system wishes no longer counts then. */
export function toggleTheme(): void {
  themePreference.set(wanted() === 'dark' ? 'light' : 'dark');
}

/** The value of a colour token such as `--error`, for a canvas. Resolved once for each theme. */
const resolved = new Map<string, string>();
let resolvedFor: Shade | undefined;
export function token(name: string): string {
  const shade = shadeStore.get();
  if (resolvedFor !== shade) {
    resolved.clear();
    resolvedFor = shade;
  }
  let value = resolved.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    resolved.set(name, value);
  }
  return value;
}
