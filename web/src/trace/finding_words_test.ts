import { describe, expect, it } from 'vitest';

import { useCatalogue } from '../i18n/catalogue';
import { en } from '../i18n/en';
import { zh } from '../i18n/zh';
import { data, withData } from './data_words';
import { findingSentence } from './finding_words';
import type { Finding } from './load_trace';

const finding = (code: string, values: Finding['arguments']): Finding => ({ code, severity: 'high', span_ids: [], rows: [], span_total: 0, arguments: values });
const plain = (text: string) => text.replace(/[\u2068\u2069]/g, '').replace(/\u2009/g, ' ');

const kFindings = [
  finding('n_plus_one', { service: 'catalogue', operation: 'SELECT prices', callee: 'postgres', count: 27, total_ns: 48.5e6, parent_service: 'catalogue', parent_operation: 'GET /list' }),
  finding('error_cause', { service: 'payment', operation: 'POST', exception_type: 'java.net.http.HttpTimeoutException', message: 'request timed out' }),
  finding('retry_storm', { service: 'checkout', operation: 'charge', callee: 'payment', attempts: 4, total_ns: 2e9 }),
  finding('serial_calls', { service: 'web', operation: 'GET /', count: 6, total_ns: 600e6, parallel: 120e6 }),
  finding('slowest_self_time', { service: 'inventory', operation: 'lock', duration_ns: 763e6, share: 0.192 }),
  finding('gap', { service: 'web', operation: 'GET /', duration_ns: 100e6, share: 0.5 }),
  finding('broken_parent', { count: 1 }),
  finding('clock_skew', { service: 'ahead', parent_service: 'entry', skew_ns: -500e6, count: 3 }),
  finding('network', { duration_ns: 620e6, share: 0.62 }),
  finding('browser_queue', { duration_ns: 310e6, share: 0.31 }),
  finding('connection', { duration_ns: 250e6, share: 0.25, dns_ns: 100e6, connect_ns: 0, tls_ns: 150e6 }),
  finding('download', { duration_ns: 400e6, bytes: 1048576 }),
  finding('redirect', { duration_ns: 120e6 }),
  finding('of_tomorrow', {}),
];

describe('findings in words', () => {
  it('are sentences in English', () => {
    useCatalogue(en);
    expect(kFindings.map((each) => plain(findingSentence(each)))).toEqual([
      'N+1: catalogue GET /list runs SELECT prices 27 times one after another, Σ 48.5 ms',
      'payment failed in POST: HttpTimeoutException: request timed out',
      'Retries: charge of payment was tried 4 times, Σ 2.00 s',
      'web GET / makes 6 independent calls in series (600 ms); in parallel they would take 120 ms',
      '19.2 % of the time is inventory lock itself (763 ms)',
      '100 ms of web GET / is covered by no span: instrumentation may be missing',
      '1 span names a parent that was not received',
      'The clock of ahead is 500 ms off against entry',
      '62.0 % of the request was under way on the network: 620 ms between the browser and the backend',
      'The browser held the request back for 310 ms (31.0 %): its connections or its main thread were busy',
      'Setting up the connection took 250 ms: DNS 100 ms · TLS 150 ms',
      'Downloading the answer took 400 ms for 1.00 MiB',
      'Redirects took 120 ms',
      'Finding of_tomorrow',
    ]);
  });

  it('are sentences in Chinese, with names apart from words', () => {
    useCatalogue(zh);
    expect(plain(findingSentence(kFindings[0]!))).toBe('N+1：catalogue GET /list 依次执行 SELECT prices 27 次，Σ 48.5 ms');
    const parts = withData(`甲 ${data('service one')} 乙`);
    expect(parts.filter((part) => typeof part === 'string')).toEqual(['甲 ', ' 乙']);
  });
});
