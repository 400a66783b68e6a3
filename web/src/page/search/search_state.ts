// What the search page shows, as its address says it.
import { addressStore, setQuery } from '../../app/address';
import { useStore } from '../../app/store';
import { kMissing } from '../../format/quantity';

export const kViews = ['list', 'scatter', 'spans'] as const;
export type View = (typeof kViews)[number];
export const kSorts = ['newest', 'oldest', 'slowest', 'fastest', 'spans', 'errors'] as const;
export type SortName = (typeof kSorts)[number];
export const kPageSize = 50;
export const kScatterSize = 1000;

export interface SearchState {
  q: string;
  view: View;
  sort: SortName;
  /** Attributes shown as columns, as TraceQL writes them. */
  columns: readonly string[];
  page: number;
  cursor: string;
  /** Begin and end of the first page in ns, so that further pages ask the same. */
  fixed: { start: string; end: string } | undefined;
}

const oneOf = <T extends string>(names: readonly T[], text: string | null, fallback: T): T => (names.includes(text as T) ? (text as T) : fallback);

export function readState(query: URLSearchParams): SearchState {
  const [start, end] = (query.get('fixed') ?? '').split('-');
  const sort = query.get('sort');
  return {
    q: query.get('q') ?? '',
    view: oneOf(kViews, query.get('view'), 'list'),
    sort: oneOf(kSorts, sort === 'duration' ? 'slowest' : sort, 'newest'),
    columns: (query.get('cols') ?? '').split(',').filter(Boolean),
    page: Math.max(1, Number(query.get('page')) || 1),
    cursor: query.get('cursor') ?? '',
    fixed: start && end ? { start, end } : undefined,
  };
}
export function useSearchState(): SearchState {
  return readState(useStore(addressStore).query);
}

/** Another question begins at its first page. */
export function change(parts: { q?: string; view?: View; sort?: SortName; columns?: readonly string[] }, how: 'push' | 'replace' = 'push'): void {
  setQuery(
    {
      ...(parts.q === undefined ? {} : { q: parts.q === '{ }' ? undefined : parts.q }),
      ...(parts.view === undefined ? {} : { view: parts.view === 'list' ? undefined : parts.view }),
      ...(parts.sort === undefined ? {} : { sort: parts.sort === 'newest' ? undefined : parts.sort }),
      ...(parts.columns === undefined ? {} : { cols: parts.columns.join(',') || undefined }),
      page: undefined, cursor: undefined, fixed: undefined,
    },
    how,
  );
}

export const kSortParameters: Record<SortName, { sort: string; order: string }> = {
  newest: { sort: 'start', order: 'desc' },
  oldest: { sort: 'start', order: 'asc' },
  slowest: { sort: 'duration', order: 'desc' },
  fastest: { sort: 'duration', order: 'asc' },
  spans: { sort: 'span_count', order: 'desc' },
  errors: { sort: 'error_count', order: 'desc' },
};

/** The values of one attribute over matched spans: the first, and how many others. */
export function valueSummary(values: readonly string[]): string {
  const distinct = [...new Set(values)];
  if (!distinct.length) return kMissing;
  return distinct.length === 1 ? (distinct[0] ?? '') : `${distinct[0]} +${distinct.length - 1}`;
}
