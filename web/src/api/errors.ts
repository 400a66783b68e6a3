// Errors by type and normalised message: /error-groups.
import type { Span } from '../app/range';
import { learnColours } from '../app/service_colours';
import { ask, nanoseconds, type AskOptions } from './client';

export interface ErrorGroup {
  id: string;
  /** Empty where the span failed without an exception. */
  type: string;
  message: string;
  sample_message: string;
  service: string;
  operation: string;
  count: number;
  first_seen_ns: string;
  last_seen_ns: string;
  series: number[];
  services: { name: string; color: number; count: number }[];
  traces: { trace_id: string; span_id: string; time_ns: string }[];
  /** It starts here: most of its spans have no failed child. */
  is_cause: boolean;
  stacktrace?: string;
  q: string;
}
export interface ErrorGroupsAnswer {
  series_start_ns: string;
  step_ns: number;
  point_count: number;
  error_span_count: number;
  group_count: number;
  groups: ErrorGroup[];
  exact: boolean;
}

export async function askErrorGroups(filter: { q?: string; service?: string | undefined }, span: Span, options: AskOptions<ErrorGroupsAnswer>): Promise<ErrorGroupsAnswer> {
  const answer = await ask<ErrorGroupsAnswer>('/error-groups', { ...filter, start: nanoseconds(span.start), end: nanoseconds(span.end), points: 60 }, options);
  learnColours(answer.groups.flatMap((group) => group.services.map((each) => [each.name, each.color] as const)));
  return answer;
}
