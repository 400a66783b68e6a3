// Errors of browsers and mini-programs in groups, their state, and the source maps that make their stacks readable:
// /rum/error-groups, /rum/source-maps.
import type { QueryStats } from './answers';
import { ask, kApi, questionUrl, send, sendJson, type AskOptions } from './client';
import { scopeParameters, type RumScope } from './rum_overview';

export type GroupState = 'open' | 'resolved' | 'ignored' | 'regressed';
export const kGroupStates: readonly GroupState[] = ['open', 'resolved', 'ignored', 'regressed'];
export type GroupSort = 'impact' | 'count' | 'newest' | 'users' | 'first';
export const kGroupSorts: readonly GroupSort[] = ['impact', 'count', 'users', 'newest', 'first'];

export interface Position {
  function: string | null;
  file: string | null;
  line: number | null;
  column: number | null;
}
export interface LikelyCause {
  method: string;
  name: string;
  status_code: string | number | null;
  trace_id: string | null;
  span_id?: string | null;
  service: string | null;
  operation: string | null;
  count: number;
}
export interface ErrorGroupRow {
  group_id: string;
  app: string;
  app_name: string;
  type: string;
  /** Normalised: numbers and ids taken out. */
  message: string;
  /** The uppermost frame of the application's own code. */
  culprit: Position | null;
  source: string | null;
  kind: string;
  count: number;
  users: number;
  sessions: number;
  first_ns: string;
  last_ns: string;
  first_version: string | null;
  versions: { version: string; count: number }[];
  state: GroupState;
  state_since_ns: string | null;
  resolved_in_version: string | null;
  regressed_ns: string | null;
  series: number[];
  pages: { view: string; count: number }[];
  browsers: { name: string; count: number }[];
  likely_cause: LikelyCause | null;
  sample: { session_id: string; event_id: string; trace_id: string | null; at_ns: string } | null;
  assignee?: string | null;
  note: string | null;
}
export interface Steps {
  start_ns: string;
  step_ns: number;
  count: number;
}
export interface ErrorGroupsAnswer {
  groups: ErrorGroupRow[];
  group_count: number;
  by_state: Record<GroupState, number>;
  new_count: number;
  steps: Steps;
  stats: QueryStats;
  exact: boolean;
}

export interface Frame extends Position {
  in_app: boolean;
  /** Where the frame stands in the source, if a map says so. */
  source: (Position & { context: { line: number; text: string }[] }) | null;
}
export type MapState = 'applied' | 'missing' | 'wrong_version' | 'none';
export interface SourceMapUse {
  state: MapState;
  file?: string | null;
  version?: string | null;
  debug_id?: string | null;
  /** Versions that have a map of the file. */
  available?: string[];
}
export interface Share {
  value: string;
  count: number;
  users?: number | null;
}
export interface ErrorSample {
  session_id: string;
  event_id: string;
  at_ns: string;
  user_id: string | null;
  user_name?: string | null;
  version: string | null;
  browser: string | null;
  os: string | null;
  country: string | null;
  view_name: string | null;
  url: string | null;
  trace_id: string | null;
  message: string;
}
export interface Crumb {
  at_ns: string;
  kind: string;
  name: string;
  event_id?: string | null;
  type?: string | null;
  method?: string | null;
  status_code?: string | number | null;
  duration_ns?: number | null;
  message?: string | null;
  trace_id?: string | null;
  success?: number | null;
}
export const kShareKeys = ['browser', 'os', 'version', 'country', 'page'] as const;
export type ShareKey = (typeof kShareKeys)[number];
export interface ErrorGroupAnswer {
  group: ErrorGroupRow;
  frames: Frame[];
  raw_stack: string | null;
  message: string;
  source_map: SourceMapUse | MapState | null;
  samples: ErrorSample[];
  breadcrumbs: Crumb[];
  by: Partial<Record<ShareKey, Share[]>>;
  steps?: Steps | null;
  releases?: { version: string; first_ns: string }[] | null;
  stats: QueryStats;
}

/** As many as the page shows; beyond, it says so. */
export const kGroupLimit = 200;
const kPoints = 40;

export const askGroups = (scope: RumScope, states: readonly GroupState[], sort: GroupSort, options: AskOptions<ErrorGroupsAnswer>) =>
  ask<ErrorGroupsAnswer>('/rum/error-groups', { ...scopeParameters(scope), state: states, sort, limit: kGroupLimit, points: kPoints }, options);

export const askGroup = (id: string, scope: RumScope, options: AskOptions<ErrorGroupAnswer>) =>
  ask<ErrorGroupAnswer>(`/rum/error-groups/${encodeURIComponent(id)}`, { ...scopeParameters(scope), points: 60 }, options);

export interface StateChange {
  state: Exclude<GroupState, 'regressed'>;
  resolved_in_version?: string;
  note?: string;
  /** Puts a former state back as it was: since when. */
  state_since_ns?: string;
}
export const putGroup = (id: string, change: StateChange) => sendJson<unknown>('PUT', `/rum/error-groups/${encodeURIComponent(id)}`, change);

export interface SourceMap {
  id: string;
  app: string | null;
  version: string | null;
  file: string;
  debug_id: string | null;
  bytes: number;
  uploaded_ns?: string | null;
}
/** A map at most, unpacked. */
export const kSourceMapBytesMax = 64 * 1024 * 1024;
export const askSourceMaps = (signal: AbortSignal | undefined) => ask<{ source_maps: SourceMap[] }>('/rum/source-maps', {}, { signal });
export const sourceMapsOf = (answer: { source_maps: SourceMap[] }): SourceMap[] => answer.source_maps;
export const deleteSourceMap = (id: string) => send<unknown>('DELETE', `/rum/source-maps/${encodeURIComponent(id)}`, '', 'application/json');
export function uploadSourceMap(of: { app: string; version: string; file: string }, body: Blob): Promise<unknown> {
  return send<unknown>('POST', questionUrl('/rum/source-maps', { ...of }).slice(kApi.length), body, 'application/json');
}
