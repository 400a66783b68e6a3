// The pages about users with sessions drawn by hand: one of thousands of events and one of a single event, names of any length, an
// application that sent nothing, a filter that is none, a change that too few make.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { expectNoFaults, kPhone, type Look, openPage, overflow, query, settled, startChromium } from './chromium';
import { RunningClew } from './running_clew';

const kLarge = 'b16b00b5000000000000000000004000';
const kLong = '10a60000000000000000000000000000';
const kSingle = '0e000000000000000000000000000001';
const kEvents = 4000;
const kBundle = 500;

let clew: RunningClew;
let browser: Browser;

const hex = (n: number, length = 16) => n.toString(16).padStart(length, '0');
const eventId = (session: string, n: number) => `00-${session}-${hex(n)}`;
/** A name that goes on and on. */
const lengthy = (word: string, length: number) => Array.from({ length: Math.ceil(length / word.length) }, () => word).join('-').slice(0, length);

interface Bundle {
  session: string;
  app: Record<string, string>;
  view?: string;
  user?: Record<string, string>;
  events: Record<string, unknown>[];
}
async function send({ session, app, view = '/', user = {}, events }: Bundle): Promise<void> {
  const answer = await fetch(`${clew.url}/rum/web/v2?workspace=default`, {
    method: 'POST', headers: { 'content-type': 'text/plain;charset=UTF-8', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36' },
    body: JSON.stringify({
      app: { version: '1.0.0', env: 'prod', type: 'browser', ...app }, user, session: { id: session }, net: { model: '4g' }, view: { id: hex(view.length + 1, 32), name: view },
      device: { type: 'pc' }, os: { type: 'Linux' }, geo: { city: lengthy('city', 80), country: lengthy('country', 60) }, isp: {}, properties: {}, _v: '0.0.37', events,
    }),
  });
  expect(answer.status, await answer.text()).toBe(204);
}

function largeEvent(n: number, timestamp: number): Record<string, unknown> {
  const common = { timestamp, event_id: eventId(kLarge, n), times: 1 };
  if (n % 500 === 0) return { ...common, event_type: 'view', type: 'pv', name: '/', url: 'https://shop.example/', loading_type: 'route_change' };
  switch (n % 4) {
    case 0: return { ...common, event_type: 'action', type: 'click', name: `click ${n}`, target_name: `//button[${n}]` };
    case 1: return { ...common, event_type: 'resource', type: 'fetch', name: `/api/items/${n}`, url: `https://shop.example/api/items/${n}`, method: 'GET', status_code: n % 97 === 0 ? 503 : 200, success: n % 97 === 0 ? 0 : 1, duration: 20 };
    case 2: return { ...common, event_type: 'custom', type: 'shop', name: `step ${n}` };
    default: return { ...common, event_type: 'longTask', type: 'longtask', duration: 60, name: 'self' };
  }
}

const kLongView = `/${lengthy('very-long-page', 280)}`;
const longEvents = (now: number): Record<string, unknown>[] => [
  { event_type: 'view', type: 'pv', name: kLongView, url: `https://shop.example/${lengthy('url', 900)}`, loading_type: 'initial_load' },
  { event_type: 'view', type: 'webvitals', largest_contentful_paint: 5200, interaction_to_next_paint: 700, cumulative_layout_shift: 0.4 },
  { event_type: 'action', type: 'click', name: `click on ${lengthy('button', 200)}`, target_name: lengthy('div', 300), times: 5 },
  { event_type: 'resource', type: 'fetch', name: `/api/${lengthy('segment', 400)}`, url: `https://${lengthy('host', 60)}.example/api/${lengthy('segment', 900)}`, method: 'POST', status_code: 503, success: 0, message: lengthy('failed', 300), duration: 12900 },
  {
    event_type: 'exception', type: 'error', source: 'onError', name: lengthy('VeryLongError', 120), message: lengthy('message that goes on', 600), file: `https://shop.example/assets/${lengthy('chunk', 200)}.js`, line: 1, column: 48211,
    stack: `E: x\n    at ${lengthy('functionName', 150)} (https://shop.example/assets/${lengthy('chunk', 200)}.js:1:48211)`,
  },
].map((event, n) => ({ timestamp: now - 60_000 + n * 4_000, event_id: eventId(kLong, n + 1), times: 1, ...event }));

beforeAll(async () => {
  clew = await RunningClew.start({ settings: ['rum.events_per_second=1000000', 'rum.events_per_second_of_address=1000000'] });
  browser = await startChromium();
  const now = Date.now();
  // Within ten minutes: a clock that seems to be further behind is put right.
  for (let from = 0; from < kEvents; from += kBundle) {
    await send({ session: kLarge, app: { id: 'large@app', name: 'large' }, user: { id: 'u-1', name: 'Ada' }, events: Array.from({ length: kBundle }, (_, n) => largeEvent(from + n, now - 420_000 + (from + n) * 100)) });
  }
  await send({ session: kLong, app: { id: 'long@app', name: `An application whose name is ${lengthy('long', 120)}`, version: `1.0.0-${lengthy('build', 80)}` }, view: kLongView, user: { id: `u-${lengthy('user', 150)}`, name: `Ada ${lengthy('Lovelace', 150)}` }, events: longEvents(now) });
  await send({ session: kSingle, app: { id: 'single@app', name: 'single' }, events: [{ timestamp: now - 5_000, event_id: eventId(kSingle, 1), times: 1, event_type: 'custom', type: 'shop', name: 'the only event' }] });
});
afterAll(async () => {
  await browser?.close();
  await clew?.stop();
});

const open = (path: string, look: Partial<Look> = {}) => openPage(browser, clew.url + path, look);

describe('a session of thousands of events', () => {
  it('has the rows in sight alone, all of them in reach', async () => {
    const watched = await open(`/sessions/${kLarge}`);
    const { page } = watched;
    await page.locator('.sl-row').first().waitFor();
    await expect.poll(() => page.locator('.sl-body').getAttribute('aria-rowcount').then(Number)).toBeGreaterThan(kEvents * 0.9);
    await expect.poll(() => page.locator('.sl-row').count()).toBeLessThan(150);
    await page.locator('.sl').evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.locator(`[data-event="${eventId(kLarge, kEvents - 1)}"]`).waitFor();
    await page.locator('.session-tools input[type="text"]').fill(`step ${kEvents - 2}`);
    await expect.poll(() => page.locator('.sl-row').count()).toBe(1);
    await page.locator('.sl-row', { hasText: `step ${kEvents - 2}` }).waitFor();
    expectNoFaults(watched);
    await watched.close();
  });
  it('opens at an event in its midst, with what is around it', async () => {
    const at = kEvents / 2 + 1;
    const watched = await open(`/sessions/${kLarge}?event=${eventId(kLarge, at)}`);
    const { page } = watched;
    await page.locator('.sl-row.open').waitFor();
    for (const n of [at - 2, at, at + 2]) await expect.poll(() => page.locator(`[data-event="${eventId(kLarge, n)}"]`).isVisible(), { message: `${n}` }).toBe(true);
    expectNoFaults(watched);
    await watched.close();
  });
});

it('a session of one event is a session', async () => {
  const watched = await open(`/sessions/${kSingle}`);
  const { page } = watched;
  await page.locator('.sl-row', { hasText: 'the only event' }).waitFor();
  await expect.poll(() => page.locator('.sl-row').count()).toBe(1);
  await page.locator('.sl-row').click();
  await page.locator('#event-detail').waitFor();
  expectNoFaults(watched);
  await watched.close();
});

describe('long names', () => {
  const of = 'app=long@app';
  const kPages: readonly (readonly [name: string, path: string, ready: string])[] = [
    ['overview', `/rum?${of}`, '.vital-card'],
    ['pages', `/rum?${of}&tab=pages`, 'table.data tbody tr'],
    ['requests', `/rum?${of}&tab=requests`, 'table.data tbody tr'],
    ['page', `/rum/page?${of}&view=${encodeURIComponent(kLongView)}`, '.vital-card'],
    ['sessions', `/sessions?${of}`, 'table.data tbody tr'],
    ['session', `/sessions/${kLong}?event=${eventId(kLong, 5)}`, '.sl-row.open'],
    ['errors', `/errors?side=browser&${of}`, '.group-name'],
  ];
  it.each(kPages)('leave %s its width', async (_, path, ready) => {
    for (const look of [{}, kPhone]) {
      const watched = await open(path, look);
      const { page } = watched;
      await page.locator(ready).first().waitFor({ state: 'attached' });
      await settled(page);
      await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
      // Nothing that can be pressed lies beyond the right edge, unless a box around it scrolls.
      const beyond = () => page.evaluate(() => [...document.querySelectorAll('main button, main a')].filter((element) => {
        const { left, width } = element.getBoundingClientRect();
        const scrolls = (box: Element | null): boolean => box !== null && box !== document.body && (/auto|scroll|hidden/.test(getComputedStyle(box).overflowX) || scrolls(box.parentElement));
        return width > 0 && left + width > innerWidth + 1 && !scrolls(element.parentElement);
      }).map((element) => element.textContent));
      await expect.poll(beyond).toEqual([]);
      expectNoFaults(watched);
      await watched.close();
    }
  });
  it('leave an error’s message its room beside its versions', async () => {
    const watched = await open(`/errors?side=browser&${of}`);
    const name = watched.page.locator('.group-name').first();
    await expect.poll(async () => (await name.boundingBox())?.width ?? 0).toBeGreaterThan(300);
    await watched.close();
  });
});

it('an application that sent nothing says so, and what does send', async () => {
  const watched = await open('/rum?app=nobody@app');
  const { page } = watched;
  await page.locator('.state h2').waitFor();
  await expect.poll(() => page.locator('.tile, .rum-finding').count()).toBe(0);
  await page.locator('.state a.button').click();
  await expect.poll(() => query(page).get('app')).not.toBe('nobody@app');
  await page.locator('.tile').first().waitFor();
  expectNoFaults(watched);
  await watched.close();
});

it('a filter that is none can be taken out where it is refused', async () => {
  const watched = await open(`/rum?app=large@app&q=${encodeURIComponent('{ broken')}`);
  const { page } = watched;
  await page.locator('.state[role="alert"] .button.primary').click();
  await expect.poll(() => query(page).get('q')).toBeNull();
  await page.locator('.tile').first().waitFor();
  // The refusal itself is an error of the console.
  expect(watched.faults.filter((fault) => !fault.includes('400'))).toEqual([]);
  await watched.close();
});

it('a change is shown where both sides have enough', async () => {
  const watched = await open('/settings');
  const { page } = watched;
  const row = (value: string, lcp_count: number, before_lcp_count: number) => ({
    value, views: lcp_count, sessions: lcp_count, users: lcp_count, errors: 0, error_sessions: 0, requests: 0, failed_requests: 0, exits: 0, lcp_p75: 4e9, inp_p75: null, cls_p75: null, fcp_p75: null, ttfb_p75: null, load_p75: null,
    request_p75: null, apdex: null, poor_views: 0, lcp_count, before_lcp_p75: 2e9, before_lcp_count, before_errors: 0, q: '',
  });
  await page.route('**/api/v1/rum/breakdown*', (route) => route.fulfill({ json: { by: 'view.name', rows: [row('/many', 500, 400), row('/few', 490, 3)], value_count: 2, exact: true, stats: {} } }));
  await page.goto(`${clew.url}/rum?app=large@app&tab=pages`);
  const change = (view: string) => page.locator('table.data tbody tr', { hasText: view }).locator('.change');
  await expect.poll(() => change('/many').innerText()).toMatch(/^\+100/);
  await expect.poll(() => change('/many').getAttribute('class')).toMatch(/worse/);
  await expect.poll(() => change('/few').innerText()).toBe('–');
  await expect.poll(() => change('/few').getAttribute('data-tip')).toMatch(/490 now, 3 before/);
  expectNoFaults(watched);
  await watched.close();
});
