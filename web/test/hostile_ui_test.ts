// Everything that a browser reports may be forged: a bundle whose every text is markup, script or a script's address must be shown
// as text on every page, run nothing, link nowhere and fetch nothing from elsewhere.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { openPage, settled, startChromium, type Watched } from './chromium';
import { RunningClew } from './running_clew';

const kMarkup = `"'><img src=x onerror="window.__ran=1"><script>window.__ran=1</script><svg onload=window.__ran=1>{{7*7}}\u202e`;
const kAddress = 'javascript:window.__ran=1//';
const kSession = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
const kTrace = '5aa76d79adce4b8f9ac3b1f0c7d2e3a4';
const kSpan = '17bbf2300d15f737';
const kApp = `shop@${kMarkup}`;

let clew: RunningClew;
let browser: Browser;

const hex = (n: number) => n.toString(16).padStart(16, '0');
const kEvents: readonly Record<string, unknown>[] = [
  { event_type: 'view', type: 'pv', name: kMarkup, url: kAddress, referrer: kAddress, loading_type: kMarkup },
  { event_type: 'view', type: 'perf', url: kAddress, referrer: kAddress, load_event: 4100, first_contentful_paint: 1900, snapshots: kMarkup },
  { event_type: 'view', type: 'webvitals', largest_contentful_paint: 5200, interaction_to_next_paint: 700, cumulative_layout_shift: 0.4, url: kAddress },
  { event_type: 'action', type: 'click', name: kMarkup, target_name: kMarkup, times: 4, duration: 3, snapshots: kMarkup },
  {
    event_type: 'resource', type: 'fetch', url: `https://shop.example/${kMarkup}`, name: kMarkup, method: kMarkup, status_code: 503, success: 0, message: kMarkup, duration: 3900,
    trace_id: kTrace, trace_data: JSON.stringify({ spanId: kSpan, sample: 100, sampled: true, headers: { traceparent: `00-${kTrace}-${kSpan}-01`, [kMarkup]: kMarkup } }), timing_data: kMarkup, properties: { [kMarkup]: kMarkup },
  },
  { event_type: 'resource', type: 'fetch', url: kAddress, name: kAddress, method: 'GET', success: 0, message: kMarkup, duration: 10 },
  { event_type: 'resource', type: 'image', url: kAddress, name: kMarkup, method: 'GET', status_code: 200, success: 1, duration: 900 },
  {
    event_type: 'exception', type: 'error', source: kMarkup, name: kMarkup, message: kMarkup, file: kAddress, line: 1, column: 2,
    stack: `${kMarkup}: ${kMarkup}\n    at ${kMarkup} (${kAddress}:1:41)\n    at pay (https://shop.example/${kMarkup}.js:3:7)`, binary_images: { [kAddress]: kMarkup },
  },
  { event_type: 'longTask', type: kMarkup, duration: 400, name: kMarkup },
  { event_type: 'custom', type: kMarkup, name: kMarkup, group: kMarkup, value: 1, properties: { [kMarkup]: kMarkup } },
];

function bundle(now: number): string {
  return JSON.stringify({
    app: { id: kApp, name: kMarkup, version: kMarkup, env: kMarkup, type: 'browser', channel: kMarkup, framework: kMarkup },
    user: { id: kMarkup, name: kMarkup, tags: kMarkup }, session: { id: kSession }, net: { model: kMarkup },
    view: { id: '0ac67bcc69134461932b8de6b091ea25', name: kMarkup },
    device: { type: kMarkup, brand: kMarkup, model: kMarkup }, os: { type: kMarkup, version: kMarkup, container: kMarkup },
    geo: { country: kMarkup, province: kMarkup, city: kMarkup }, isp: { name: kMarkup }, properties: { [kMarkup]: kMarkup }, _v: kMarkup,
    events: kEvents.map((event, n) => ({ timestamp: now - 20_000 + n * 1_000, event_id: `00-${kSession}-${hex(n + 1)}`, times: 1, ...event })),
  });
}

beforeAll(async () => {
  clew = await RunningClew.start();
  browser = await startChromium();
  const now = Date.now();
  const answer = await fetch(`${clew.url}/rum/web/v2?service_id=${encodeURIComponent(kMarkup)}`, {
    method: 'POST', headers: { 'content-type': 'text/plain;charset=UTF-8', 'user-agent': `Mozilla/5.0 ${kMarkup.replaceAll('\u202e', '')}` }, body: bundle(now),
  });
  expect(answer.status).toBe(204);
  const text = { stringValue: kMarkup };
  const start = BigInt(now - 16_000) * 1_000_000n;
  await clew.send([{
    resource: { attributes: [{ key: 'service.name', value: text }, { key: 'service.version', value: text }] },
    scopeSpans: [{ scope: { name: kMarkup }, spans: [{
      traceId: kTrace, spanId: 'ab00000000000001', parentSpanId: kSpan, name: kMarkup, kind: 2, startTimeUnixNano: String(start), endTimeUnixNano: String(start + 3_000_000_000n),
      status: { code: 2, message: kMarkup }, attributes: [{ key: 'db.query.text', value: text }, { key: kMarkup, value: text }, { key: 'url.full', value: { stringValue: kAddress } }],
      events: [{ name: 'exception', timeUnixNano: String(start + 1_000n), attributes: [{ key: 'exception.type', value: text }, { key: 'exception.stacktrace', value: text }] }],
    }] }],
  }]);
  await clew.waitForTrace(kTrace, 2);
});
afterAll(async () => {
  await browser?.close();
  await clew?.stop();
});

/** Shows a page, opens what can be opened on it, and says what it did that it must not do. */
async function harmOf(path: string): Promise<string[]> {
  const elsewhere: string[] = [];
  const watched: Watched = await openPage(browser, 'about:blank');
  const { page } = watched;
  page.on('request', (request) => {
    if (!request.url().startsWith(clew.url) && !/^(about|blob|data):/.test(request.url())) elsewhere.push(`fetches ${request.url()}`);
  });
  page.on('dialog', (dialog) => void dialog.dismiss());
  await page.goto(clew.url + path);
  await page.locator('main').waitFor();
  await settled(page);
  // Details that open in place.
  const closed = page.locator('main [aria-expanded="false"]');
  for (let n = Math.min(await closed.count(), 12); n > 0; --n) {
    await closed.first().click({ timeout: 500 }).catch(() => undefined);
    await page.keyboard.press('Escape').catch(() => undefined);
  }
  await settled(page);
  const found = await page.evaluate(() => {
    const harm: string[] = [];
    const ancestors = function* (each: Element) {
      for (let above = each.parentElement; above && above !== document.body; above = above.parentElement) yield above;
    };
    if ('__ran' in window) harm.push('a script ran');
    if (document.querySelector('img[src="x"], [onerror], [onload], body script:not([src])')) harm.push('markup became an element');
    for (const each of document.querySelectorAll('a[href], img[src], iframe, form[action]')) {
      const address = each.getAttribute('href') ?? each.getAttribute('src') ?? '';
      if (/^\s*(javascript|data|vbscript):/i.test(address)) harm.push(`links to ${address}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) {
      const wide = [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && ![...ancestors(each)].some((above) => getComputedStyle(above).overflowX !== 'visible'));
      harm.push(`wider than the window: ${wide.slice(0, 6).map((each) => `${each.tagName}.${each.className}`).join(' ')}`);
    }
    return harm;
  });
  await watched.close();
  return [...found, ...elsewhere, ...watched.faults.map((fault) => `console: ${fault}`)];
}

it('shows hostile reports as text on every page', async () => {
  const errors = () => clew.ask<{ groups: { group_id: string }[] }>('/rum/error-groups?start=now-1h');
  await expect.poll(async () => (await errors()).groups.length).toBeGreaterThan(0);
  const { groups } = await errors();
  const app = encodeURIComponent(kApp);
  const view = encodeURIComponent(kMarkup);
  const pages = [
    `/rum?app=${app}`, `/rum?app=${app}&tab=pages`, `/rum?app=${app}&tab=requests`, `/rum?app=${app}&tab=resources`, `/rum/page?app=${app}&view=${view}`,
    '/sessions', `/sessions?text=${view}`, `/sessions/${kSession}`, `/sessions/${kSession}?event=00-${kSession}-${hex(5)}`, `/errors?side=browser&app=${app}`, ...groups.map((group) => `/errors/${group.group_id}`),
    `/errors?side=backend`, '/services', '/services/rum-browser', `/services/${view}`, '/topology', '/topology?view=list', '/traces', `/traces?q=${encodeURIComponent('{ name = "' + kMarkup.replaceAll('"', '\\"') + '" }')}`,
    `/trace/${kTrace}?span=${kSpan}`, `/trace/${kTrace}?span=ab00000000000001`, `/trace/${kTrace}?view=flame`, `/trace/${kTrace}?view=list`, '/connect', '/settings',
  ];
  const harm: Record<string, string[]> = {};
  for (const path of pages) {
    const found = await harmOf(path);
    if (found.length > 0) harm[path] = found;
  }
  expect(harm).toEqual({});
});

it('answers of the door and of the questions reflect nothing as a page', async () => {
  const refused = await fetch(`${clew.url}/rum/web/v2`, { method: 'POST', body: `{"events":"${kAddress}<script>1</script>` });
  expect(refused.headers.get('content-type') ?? '').not.toMatch(/html/);
  expect(await refused.text()).not.toMatch(/<script/);
  const asked = await fetch(`${clew.url}/api/v1/rum/sessions/${encodeURIComponent(kMarkup)}`);
  expect(asked.headers.get('content-type')).toMatch(/json/);
  expect(asked.headers.get('x-content-type-options')).toBe('nosniff');
});
