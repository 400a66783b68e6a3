// A section for each page but Trace and Compare (en_trace.ts).
import { formatCount } from '../format/quantity';
import { plural } from './catalogue';

const health = {
  unwell: 'unwell: failing, or much slower than before',
  attention: 'worth watching',
  healthy: 'healthy',
  silent: 'silent: seen before, nothing in this range',
};

const claims = {
  errors_in_callee: '{error_share} of its calls to {callee} fail',
  errors_in_operation: '{error_share} of {operation} fail',
  slow_callee: 'waits {share} of its time for {callee}, p99 {p99}',
  slow_callee_than: 'waits for {callee}: p99 {p99}, was {before}',
  many_calls: '{operation} {per_request} for each request, likely N+1',
  slow_operation: '{operation} is slow, p99 {p99}',
  slow_operation_than: '{operation} is slow: p99 {p99}, was {before}',
  rate_drop: '{share} of its requests are gone',
  other: 'unlike it was before',
};
const claim_since = (time: string) => `, since ${time}`;

const services = {
  title: 'Services',
  health_filter: 'Show by health',
  health_names: { all: 'All', unwell: 'Unwell', attention: 'Watch', healthy: 'Healthy', silent: 'Silent' },
  filter: 'Filter services',
  baseline: 'Compared with',
  baselines: { previous: 'the period before', day: 'the same time yesterday', week: 'a week before', none: 'nothing' },
  change_tip: 'p99 against the period it is compared with',
  columns: { service: 'Service', rate: 'Rate', errors: 'Errors', callers: 'Callers', callees: 'Calls', seen: 'Last seen', why: 'Why' },
  few: (count: number) => `only ${formatCount(count)} ${plural(count, 'request', 'requests')}: percentiles are a matter of luck`,
  traces_of: (name: string) => `Traces of ${name}`,
  errors_of: (name: string) => `Traces of ${name} with errors`,
  slow_of: (name: string) => `Slow traces of ${name}`,
  rate_shape: 'Rate over the range',
  error_shape: 'Errors over the range',
  p99_shape: 'p99 over the range',
  empty: 'No service has sent spans in this range',
  empty_why: 'Widen the range, or connect a service: it takes two minutes.',
  connect: 'Connect a service',
  none_match: 'No service matches the filter',
};

const query = {
  label: 'TraceQL',
  placeholder: '{ resource.service.name = "checkout" && duration > 500ms }',
  views: 'How the query is written',
  build: 'Filters',
  no_builder: 'This query is more than a list of conditions; it can be edited as text only.',
  run: 'Search',
  offers: 'Completions',
  offers_hint: 'Tab takes the marked one, Enter searches',
  field: 'Attribute',
  operator: 'Operator',
  value: 'Value',
  apply: 'Apply',
  add: 'Add a filter',
  add_first: 'Add a filter: service, duration, status, any attribute …',
  fault: 'The query cannot be read:',
};

const search = {
  title: 'Traces',
  facets: 'Quick filters',
  facet_names: { status: 'Status', 'resource.service.name': 'Service', name: 'Operation', kind: 'Kind', '.http.route': 'HTTP route', '.http.response.status_code': 'HTTP status' },
  facet_tip: 'Click to include, Alt-click to exclude',
  add_facet: 'Add attribute',
  empty_value: '(empty)',
  matching: 'Spans',
  count_title: 'Matching spans',
  count_unit: 'per step',
  heat_title: 'Duration over time',
  heat_unit: 'drag a box: explain, filter, zoom',
  from_rollups: 'exact, from rollups',
  from_scan: 'exact, from all matching spans',
  filter_area: 'Filter by this area',
  views_label: 'Results as',
  views: { list: 'Traces', scatter: 'Scatter', spans: 'Spans' },
  found: (count: number) => `${formatCount(count)} ${plural(count, 'trace', 'traces')}`,
  page_of: (page: number, count: number) => `Page ${page}: ${formatCount(count)} ${plural(count, 'trace', 'traces')}`,
  exact: 'all that match',
  more_there: 'there are more',
  cost: (scanned: string, total: string, time: string) => `read ${scanned} of ${total} spans in ${time}`,
  sort: 'Sort',
  sorts: { newest: 'Newest first', oldest: 'Oldest first', slowest: 'Slowest first', fastest: 'Fastest first', spans: 'Most spans first', errors: 'Most errors first' },
  columns: { time: 'Start', root: 'Root', duration: 'Duration, share of services', spans: 'Spans', services: 'Services', errors: 'Errors' },
  root_missing: 'no root',
  root_missing_why: 'No span without a parent has arrived; this is the earliest one.',
  pages: 'Pages of the result',
  page: (number: number) => `Page ${number}`,
  first_page: 'First page',
  next_page: (count: number) => `Next ${count}`,
  none: 'No traces in this range',
  none_match: 'Nothing matches the query here. Widen the range, or take filters out.',
  none_at_all: 'Nothing has arrived in this range.',
  all_traces: 'All traces',
  scatter_title: 'Traces by start and duration',
  scatter_part: (count: number, order: string) => `Only ${formatCount(count)} traces are shown (${order}); there are more in this range.`,
  spans_left: (left: number, most: number) => `${formatCount(left)} more matching ${plural(left, 'span is', 'spans are')} not shown: at most ${most} of each trace.`,
};

export const pages = { health, claims, claim_since, services, query, search };
