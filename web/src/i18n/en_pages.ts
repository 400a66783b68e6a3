// A section for each page but Trace and Compare (en_trace.ts).
import { formatCount } from '../format/quantity';
import { plural } from './catalogue';

const services = {
  title: 'Services',
  health_filter: 'Show by health',
  health: { unwell: 'unwell: errors, or slower than usual', healthy: 'healthy', silent: 'silent: seen before, nothing in this range' },
  health_names: { all: 'All', unwell: 'Unwell', healthy: 'Healthy', silent: 'Silent' },
  filter: 'Filter services',
  baseline: 'Compared with',
  baselines: { previous: 'the period before', day: 'the same time yesterday', none: 'nothing' },
  change_tip: 'p99 against the period it is compared with',
  columns: { service: 'Service', rate: 'Rate', errors: 'Errors', callers: 'Callers', callees: 'Calls', seen: 'Last seen', why: 'Why' },
  few: (count: number) => `only ${formatCount(count)} ${plural(count, 'request', 'requests')}: percentiles are a matter of luck`,
  traces_of: (name: string) => `Traces of ${name}`,
  errors_of: (name: string) => `Traces of ${name} with errors`,
  slow_of: (name: string) => `Slow traces of ${name}`,
  rate_shape: 'Rate over the range',
  error_shape: 'Errors over the range',
  p99_shape: 'p99 over the range',
  since: (time: string) => ` since ${time}`,
  claims: {
    failing_callee: '{share} of its calls to {callee} fail',
    own_errors: '{share} of requests fail in its own code',
    n_plus_one: 'calls {statement} {per_request} per request, likely N+1',
    slow_callee: 'waits for {callee}, {share} of its time',
    own_time: 'spends {share} of its time in its own code',
    slower: 'p99 is {factor} of what it was',
    slow_operation: '{operation} takes {p99} at p99',
    other: 'unlike it was before',
  },
  empty: 'No service has sent spans in this range',
  empty_why: 'Widen the range, or connect a service: it takes two minutes.',
  connect: 'Connect a service',
  none_match: 'No service matches the filter',
};

export const pages = { services };
