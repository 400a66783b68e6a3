// Findings as sentences, from the server's code and arguments.
import { formatDuration } from '../format/duration';
import { formatBytes, formatShare } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { data } from './data_words';
import type { Finding } from './load_trace';

export function findingSentence({ code, arguments: a }: Finding): string {
  const words = t.trace.findings;
  const service = data(a.service ?? '');
  const operation = data(a.operation ?? '');
  switch (code) {
    case 'error_cause': {
      const what = data([a.exception_type?.split('.').at(-1), a.message].filter(Boolean).join(': '));
      return words.error_cause({ service, operation, what });
    }
    case 'n_plus_one':
      return words.n_plus_one({
        callee: data(a.callee ?? ''), operation, count: a.count ?? 0, total: formatDuration(a.total_ns),
        parent: data([a.parent_service ?? a.service, a.parent_operation].filter(Boolean).join(' ')),
      });
    case 'retry_storm':
      return words.retry_storm({ callee: data(a.callee ?? ''), operation, attempts: a.attempts ?? a.count ?? 0, total: formatDuration(a.total_ns) });
    case 'serial_calls':
      return words.serial_calls({
        operation: [service, operation].filter(Boolean).join(' '), count: a.count ?? 0, total: formatDuration(a.total_ns), parallel: formatDuration(a.parallel ?? a.max_ns),
      });
    case 'slowest_self_time':
      return words.slowest_self_time({ service, operation, duration: formatDuration(a.duration_ns), share: formatShare(a.share) });
    case 'gap':
      return words.gap({ service, operation, duration: formatDuration(a.duration_ns) });
    case 'broken_parent':
      return words.broken_parent({ count: a.count ?? 0 });
    case 'clock_skew':
      return words.clock_skew({ service, skew: formatDuration(Math.abs(a.skew_ns ?? 0)), parent: data(a.parent_service ?? '') });
    case 'network':
      return words.network({ share: formatShare(a.share), duration: formatDuration(a.duration_ns) });
    case 'browser_queue':
      return words.browser_queue({ share: formatShare(a.share), duration: formatDuration(a.duration_ns) });
    case 'redirect':
      return words.redirect({ duration: formatDuration(a.duration_ns) });
    case 'connection': {
      const parts = ([['DNS', a.dns_ns], [words.connect, a.connect_ns], ['TLS', a.tls_ns]] as const).filter(([, ns]) => (ns ?? 0) > 0).map(([name, ns]) => `${name} ${formatDuration(ns)}`);
      return words.connection({ duration: formatDuration(a.duration_ns), parts: parts.join(' · ') });
    }
    case 'download':
      return words.download({ duration: formatDuration(a.duration_ns), size: a.bytes ? formatBytes(a.bytes) : '' });
    default:
      return words.other(code);
  }
}
