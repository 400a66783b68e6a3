// The trace pages in a real browser on the real server: demo traffic, traces made by hand, and one of 100 000 spans.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { accessibilityFaults, expectNoFaults, kPhone, openPage, startChromium, untranslated } from './chromium';
import { largeTrace, resourceSpans, type MadeSpan } from './made_requests';
import { RunningClew } from './running_clew';

let clew: RunningClew;
let browser: Browser;
let shop: { categories: string; failedCheckout: string };

const kLarge = 'aaaabbbbccccddddeeeeffff00001111';
const kBroken = 'aaaabbbbccccddddeeeeffff00002222';
const kDeep = 'aaaabbbbccccddddeeeeffff00003333';
const kFailedCheckout = 'aaaabbbbccccddddeeeeffff00004444';

async function newest(q: string): Promise<string> {
  const answer = await clew.ask<{ traces: { trace_id: string }[] }>(`/search?q=${encodeURIComponent(q)}&limit=1&start=now-2h`);
  const id = answer.traces[0]?.trace_id;
  if (id === undefined) throw new Error(`no trace for ${q}`);
  return id;
}

/** A checkout whose payment fails, as the shop makes them now and then: the test cannot wait for one. */
const failedCheckout: readonly MadeSpan[] = [
  { id: 1, service: 'frontend', name: 'POST /checkout', kind: 2, startMs: 0, endMs: 340, failed: 'the payment was refused' },
  { id: 2, parent: 1, service: 'frontend', name: 'POST', kind: 3, startMs: 1, endMs: 336, failed: '502', attributes: { 'http.request.method': 'POST', 'http.response.status_code': 502 } },
  { id: 3, parent: 2, service: 'checkout', name: 'POST /api/orders', kind: 2, startMs: 3, endMs: 334, failed: '502' },
  { id: 4, parent: 3, service: 'checkout', name: 'GET', kind: 3, startMs: 4, endMs: 9 },
  { id: 5, parent: 4, service: 'cart', name: 'GET /api/carts/{id}', kind: 2, startMs: 5, endMs: 8 },
  { id: 6, parent: 5, service: 'cart', name: 'HGETALL', kind: 3, startMs: 5.5, endMs: 7.5, attributes: { 'db.system.name': 'redis' } },
  { id: 7, parent: 3, service: 'checkout', name: 'shop.Inventory/Reserve', kind: 3, startMs: 10, endMs: 60 },
  { id: 8, parent: 7, service: 'inventory', name: 'shop.Inventory/Reserve', kind: 2, startMs: 12, endMs: 58 },
  { id: 9, parent: 8, service: 'inventory', name: 'SELECT inventory.stock', kind: 3, startMs: 14, endMs: 52, attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT quantity FROM stock WHERE sku = $1 FOR UPDATE' } },
  { id: 10, parent: 3, service: 'checkout', name: 'POST', kind: 3, startMs: 62, endMs: 330, failed: '502' },
  { id: 11, parent: 10, service: 'payment', name: 'POST /api/payments', kind: 2, startMs: 64, endMs: 328, failed: '502' },
  {
    id: 12, parent: 11, service: 'payment', name: 'POST', kind: 3, startMs: 70, endMs: 322, failed: 'the provider answered 502', attributes: { 'server.address': 'api.bank.example' },
    events: [{ name: 'exception', atMs: 321, attributes: { 'exception.type': 'com.shop.payment.ProviderException', 'exception.message': 'the provider answered 502', 'exception.stacktrace': 'com.shop.payment.ProviderException: the provider answered 502\n\tat com.shop.payment.Provider.charge(Provider.java:88)\n\tat com.shop.payment.Payments.post(Payments.java:41)' } }],
  },
];

beforeAll(async () => {
  clew = await RunningClew.start({ demo: true });
  browser = await startChromium();
  shop = {
    categories: await newest('{ name = "GET /category/:name" } '),
    failedCheckout: kFailedCheckout,
  };
  const begin = Date.now() - 20 * 60_000;
  const broken: MadeSpan[] = [
    { id: 1, service: 'entry', name: 'GET /', kind: 2, startMs: 0, endMs: 100 },
    // A clock that is 500 ms ahead.
    { id: 2, parent: 1, service: 'entry', name: 'call', kind: 3, startMs: 10, endMs: 60 },
    { id: 3, parent: 2, service: 'ahead', name: 'answer', kind: 2, startMs: 520, endMs: 560 },
    { id: 5, parent: 77, service: 'lost', name: 'child of nobody', startMs: 30, endMs: 40 },
    { id: 6, parent: 5, service: 'lost', name: 'grandchild', startMs: 31, endMs: 32, attributes: { 'note.text': 'needle in the attributes' } },
  ];
  await clew.send(resourceSpans(kBroken, broken, begin));
  await clew.send(resourceSpans(kFailedCheckout, failedCheckout, begin));
  const deep: MadeSpan[] = Array.from({ length: 3000 }, (_, i) => ({
    id: i + 1, ...(i > 0 ? { parent: i } : {}), service: `level-${i % 3}`, name: `step ${i}`, startMs: i / 100, endMs: 100 - i / 100,
  }));
  await clew.send(resourceSpans(kDeep, deep, begin));
  for (const batch of largeTrace(100_000)) await clew.send(resourceSpans(kLarge, batch, begin));
  await clew.waitForTrace(kLarge, 100_000);
});

afterAll(async () => {
  await browser?.close();
  await clew?.stop();
});

const open = (path: string, look = {}) => openPage(browser, clew.url + path, look);
const rowNames = (page: Page) => page.locator('.wf-rows .wf-row').evaluateAll((rows) =>
  rows.sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex'))).map((row) => row.getAttribute('aria-label') ?? row.textContent ?? ''));
const rowCount = async (page: Page) => Number(await page.locator('[role=treegrid]').getAttribute('aria-rowcount')) - 1;

describe('waterfall', () => {
  it('says N+1 on top and folds the repeated statements', async () => {
    const watched = await open(`/trace/${shop.categories}`);
    const { page } = watched;
    const finding = page.locator('.finding[data-code=n_plus_one]');
    await finding.waitFor();
    await expect.poll(() => finding.textContent()).toMatch(/N\+1: catalogue .* SELECT catalogue\.prices \d+ times/);
    const group = page.locator('.wf-row.group');
    await expect.poll(() => group.getAttribute('aria-label')).toMatch(/SELECT catalogue\.prices, \d+ spans, Σ .*, max .*, likely N\+1/);
    const folded = await rowCount(page);
    await group.click();
    await expect.poll(() => rowCount(page)).toBeGreaterThan(folded + 4);
    await finding.click();
    await page.locator('.wf-row.pointed, .wf-row.selected').first().waitFor();
    expectNoFaults(watched);
    await watched.close();
  });

  it('leads from the error count to the cause with its stack trace', async () => {
    const watched = await open(`/trace/${shop.failedCheckout}`);
    const { page } = watched;
    await page.locator('.verdict-errors').click();
    await page.locator('.detail .exception').waitFor();
    await expect.poll(() => page.locator('.wf-row.selected').getAttribute('class')).toContain('cause');
    await expect.poll(() => page.locator('.detail .exception pre').textContent()).toMatch(/\n\s+at /);
    await page.waitForURL(/span=[0-9a-f]{16}/);
    // The link reopens exactly this.
    await page.reload();
    await page.locator('.detail .exception').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.detail').waitFor({ state: 'detached' });
    expectNoFaults(watched);
    await watched.close();
  });

  it('is walked, folded and searched with keys', async () => {
    const watched = await open(`/trace/${shop.failedCheckout}`);
    const { page } = watched;
    await page.locator('.wf-row').first().waitFor();
    const all = await rowCount(page);
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => rowCount(page)).toBe(1);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => rowCount(page)).toBe(all);
    await page.keyboard.press('j');
    await expect.poll(() => page.locator('.wf-row.selected').getAttribute('aria-rowindex')).toBe('3');
    await page.keyboard.press('p');
    await expect.poll(() => rowCount(page)).toBeLessThan(all);
    await page.keyboard.press('o');
    await expect.poll(() => rowCount(page)).toBe(all);
    await page.keyboard.press('Control+f');
    await page.keyboard.type('inventory');
    await page.locator('.find-count').filter({ hasText: /\d+ matches/ }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.wf-row.selected').getAttribute('aria-label')).toMatch(/inventory/i);
    await expect.poll(() => page.locator('.find-count').textContent()).toMatch(/^\d+\/\d+/);
    await page.getByRole('button', { name: 'Only matches' }).click();
    await expect.poll(() => rowCount(page)).toBeLessThan(all);
    await page.getByRole('button', { name: 'Show all spans' }).click();
    await expect.poll(() => rowCount(page)).toBe(all);
    expectNoFaults(watched);
    await watched.close();
  });

  it('filters to what matters and says what it left out', async () => {
    const watched = await open(`/trace/${shop.failedCheckout}`);
    const { page } = watched;
    await page.locator('.wf-row').first().waitFor();
    const all = await rowCount(page);
    await page.locator('[data-pill=errors]').click();
    await page.locator('.trace-page > .strip').waitFor();
    const errors = await rowCount(page);
    expect(errors).toBeLessThan(all);
    await expect.poll(async () => (await rowNames(page)).filter((name) => /, error$/.test(name)).length).toBe(errors);
    await expect.poll(() => new URL(page.url()).searchParams.get('only')).toBe('errors');
    await page.goBack();
    await page.locator('[data-pill=errors][aria-pressed=true]').waitFor({ state: 'detached' });
    expectNoFaults(watched);
    await watched.close();
  });

  it('shows spans without parents and corrects clocks on request', async () => {
    const watched = await open(`/trace/${kBroken}`);
    const { page } = watched;
    await page.getByText('parent not received (2 spans below)').waitFor();
    const button = page.getByRole('button', { name: 'Correct clocks' });
    await button.click();
    await page.getByRole('button', { name: 'As recorded' }).waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get('clocks')).toBe('corrected');
    expectNoFaults(watched);
    await watched.close();
  });

  it('finds what only attributes say', async () => {
    const watched = await open(`/trace/${kBroken}?find=needle+in`);
    const { page } = watched;
    await page.locator('.find-count').filter({ hasText: '1 match' }).waitFor();
    await page.keyboard.press('n');
    await expect.poll(() => page.locator('.wf-row.selected').getAttribute('aria-label')).toMatch(/grandchild/);
    await page.locator('.attribute').filter({ hasText: 'needle in the attributes' }).waitFor();
    expectNoFaults(watched);
    await watched.close();
  });

  it('zooms by dragging and the address keeps the window', async () => {
    const watched = await open(`/trace/${shop.failedCheckout}`);
    const { page } = watched;
    const time = await page.locator('.wf-time').boundingBox();
    await page.mouse.move(time!.x + 100, time!.y + 60);
    await page.mouse.down();
    await page.mouse.move(time!.x + 300, time!.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/zoom=\d+-\d+/);
    await page.getByRole('button', { name: 'Rows in view only' }).waitFor();
    await page.keyboard.press('0');
    await page.waitForURL((url) => !url.searchParams.has('zoom'));
    expectNoFaults(watched);
    await watched.close();
  });
});

/** Times of the large trace, printed for docs/performance.md; nothing here fails a test. */
async function measure(page: Page): Promise<Record<string, number>> {
  return page.evaluate(async () => {
    const figures: Record<string, number> = {};
    const asked = performance.getEntriesByType('resource').find((entry) => entry.name.includes('/columns')) as PerformanceResourceTiming;
    figures['page opened → rows painted, ms'] = (globalThis as unknown as { painted: number }).painted;
    figures['response → rows painted, ms'] = figures['page opened → rows painted, ms'] - asked.responseEnd;
    // One frame's work: from the frame's begin until everything it caused is done.
    const frame = () => new Promise<number>((done) => requestAnimationFrame((begin) => setTimeout(() => done(performance.now() - begin))));
    const spread = (values: number[], share: number) => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)]!;
    const box = document.querySelector('.wf-scroll')!;
    const frames: number[] = [];
    for (let i = 0; i < 120; i++) {
      box.scrollTop += 137;
      frames.push(await frame());
    }
    figures['scrolling, p50 of a frame, ms'] = spread(frames, 0.5);
    figures['scrolling, p95 of a frame, ms'] = spread(frames, 0.95);
    const settle = () => new Promise((done) => setTimeout(done, 400));
    for (const [name, key] of [['one level shallower', 'p'], ['one level deeper', 'o'], ['only the critical path', 'C'], ['all again', 'C'], ['next error', 'e'], ['flame graph', '2'], ['operations', '3'], ['waterfall', '1']] as const) {
      const begin = performance.now();
      document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      await frame();
      figures[`${name}, ms`] = performance.now() - begin;
      await settle();
    }
    figures['JS heap, MB'] = ((performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0) / 1e6;
    return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10) / 10]));
  });
}

describe('a trace of 100 000 spans', () => {
  it('is measured', async () => {
    const watched = await open('/services');
    const { page } = watched;
    await page.addInitScript(() => {
      const wait = () => requestAnimationFrame(() => (document.querySelector('.wf-row') ? requestAnimationFrame((now) => Object.assign(globalThis, { painted: now })) : wait()));
      wait();
    });
    await page.goto(`${clew.url}/trace/${kLarge}`);
    await page.locator('.finding').first().waitFor();
    await page.waitForFunction(() => 'painted' in globalThis);
    console.log(JSON.stringify(await measure(page), null, 1));
    await expect.poll(() => page.locator('.wf-row').count()).toBeGreaterThan(10);
    expectNoFaults(watched);
    await watched.close();
  });

  it('opens, scrolls to its end, folds, finds; the page holds only what is in sight', async () => {
    const watched = await open(`/trace/${kLarge}`);
    const { page } = watched;
    await page.locator('.wf-row').first().waitFor();
    await expect.poll(() => rowCount(page)).toBe(100_000);
    await expect.poll(() => page.locator('.wf-row').count()).toBeLessThan(120);
    await page.locator('.wf-scroll').evaluate((box) => (box.scrollTop = box.scrollHeight));
    await page.locator('[aria-rowindex="100001"]').waitFor();
    await expect.poll(() => page.locator('.wf-sticky .wf-row').count()).toBeGreaterThan(0);
    await page.keyboard.press('p');
    await expect.poll(() => rowCount(page)).toBeLessThan(100_000);
    await page.keyboard.press('o');
    await page.locator('[data-pill=errors]').click();
    await page.getByText(/199 of 100\sk spans match/).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('operation 17');
    await page.locator('.find-count').filter({ hasText: /matches/ }).waitFor();
    for (const view of ['2', '3', '4', '1']) {
      await page.locator('body').evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await page.keyboard.press(view);
    }
    await page.locator('.wf-row').first().waitFor();
    expectNoFaults(watched);
    await watched.close();
  });

  it('stands 3 000 levels', async () => {
    const watched = await open(`/trace/${kDeep}`);
    await watched.page.locator('.wf-row').first().waitFor();
    await expect.poll(() => rowCount(watched.page)).toBe(3000);
    await watched.page.locator('.wf-scroll').evaluate((box) => (box.scrollTop = box.scrollHeight));
    await watched.page.locator('[aria-rowindex="3001"]').waitFor();
    await watched.page.keyboard.press('2');
    await watched.page.locator('.flame-pane canvas').first().waitFor();
    expectNoFaults(watched);
    await watched.close();
  });
});

describe('compare and explain', () => {
  const kSlow = encodeURIComponent('{ name = "POST /checkout" && duration > 1s }');
  const kBase = encodeURIComponent('{ name = "POST /checkout" }');

  for (const [language, theme] of [['en', 'light'], ['en', 'dark'], ['zh', 'light'], ['zh', 'dark']] as const) {
    it(`says what differs: ${language}, ${theme}`, async () => {
      const slow = await newest('{ name = "POST /checkout" && duration > 1s }');
      const watched = await open(`/compare?a=${slow}&b=${shop.failedCheckout}`, { language, theme });
      const { page } = watched;
      await page.locator('.compare-lane canvas').first().waitFor();
      await page.locator('.compare-rows tbody tr').first().waitFor();
      await expect.poll(() => page.locator('.compare-sentence').textContent()).toMatch(language === 'en' ? /^A (takes .* (longer|less) than B|and B take)/ : /^A (比 B|与 B)/);
      await expect.poll(() => accessibilityFaults(page)).toEqual([]);
      if (language === 'zh') await expect.poll(() => untranslated(page)).toEqual([]);
      const shownRows = await page.locator('.compare-rows tbody tr').count();
      await page.locator('button[aria-pressed=true]').click();
      await expect.poll(() => page.locator('.compare-rows tbody tr').count()).toBeGreaterThanOrEqual(shownRows);

      await page.goto(`${clew.url}/explain?a=${kSlow}&base=${kBase}&from=now-2h`);
      await page.locator('.explain-verdict').waitFor();
      await expect.poll(() => page.locator('.explain-verdict').textContent()).toMatch(/inventory/);
      await expect.poll(() => page.locator('.compared-bar.a').count()).toBeGreaterThan(3);
      await expect.poll(() => accessibilityFaults(page)).toEqual([]);
      if (language === 'zh') await expect.poll(() => untranslated(page)).toEqual([]);
      // A value leads to its traces.
      const href = await page.locator('.compared-value a').first().getAttribute('href');
      expect(decodeURIComponent(href ?? '')).toMatch(/^\/traces\?/);
      expectNoFaults(watched);
      await watched.close();
    });
  }

  it('asks for ids when there are none', async () => {
    const watched = await open('/compare');
    await watched.page.getByLabel('Trace A').fill(shop.categories);
    await watched.page.getByLabel('Trace B').fill(shop.failedCheckout);
    await watched.page.getByRole('button', { name: 'Compare' }).click();
    await watched.page.locator('.compare-sentence').waitFor();
    expectNoFaults(watched);
    await watched.close();
  });
});

describe('every view', () => {
  for (const language of ['en', 'zh'] as const) {
    for (const theme of ['light', 'dark'] as const) {
      it(`is accessible and translated: ${language}, ${theme}`, async () => {
        for (const view of ['waterfall', 'flame', 'operations', 'map', 'events']) {
          const watched = await open(`/trace/${shop.failedCheckout}?view=${view}`, { language, theme });
          const { page } = watched;
          await page.locator('.finding').first().waitFor();
          if (view === 'waterfall') {
            await page.locator('.verdict-errors').click();
            await page.locator('.detail .exception').waitFor();
          }
          await page.locator({ waterfall: '.wf-row', flame: '.flame-pane canvas', operations: 'table.data tbody tr', map: '.trace-map .node', events: '.event-row' }[view]!).first().waitFor();
          await expect.poll(() => accessibilityFaults(page), { message: `${view} ${language} ${theme}` }).toEqual([]);
          if (language === 'zh') await expect.poll(() => untranslated(page), { message: view }).toEqual([]);
          expectNoFaults(watched);
          await watched.close();
        }
      });
    }
  }

  it('fits a phone', async () => {
    for (const view of ['waterfall', 'flame', 'operations', 'map', 'events']) {
      const watched = await open(`/trace/${shop.failedCheckout}?view=${view}`, kPhone);
      await watched.page.locator('.finding').first().waitFor();
      const wide = await watched.page.evaluate(() => [...document.querySelectorAll('body, main, main *')]
        .filter((element) => element.getBoundingClientRect().right > 391 && !element.closest('svg, .trace-map-picture, .flame-trail, .wf-rows, .findings, .table-box, .shares'))
        .map((element) => element.className).slice(0, 5));
      expect(wide, view).toEqual([]);
      expectNoFaults(watched);
      await watched.close();
    }
  });

  it('opens a trace file and shows it like any other', async (context) => {
    const otlp = JSON.stringify({ resourceSpans: resourceSpans('aaaabbbbccccddddeeeeffff00005555', [
      { id: 1, service: 'from-a-file', name: 'GET /file', kind: 2, startMs: 0, endMs: 10 },
      { id: 2, parent: 1, service: 'from-a-file', name: 'inside', startMs: 1, endMs: 5, attributes: { 'note.text': 'of the file' } },
    ], Date.now()) });
    const probe = await fetch(`${clew.url}/api/v1/traces/open`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: otlp });
    if (probe.status === 404 || probe.status === 405) context.skip();
    const watched = await open('/open');
    const { page } = watched;
    await page.locator('.open-page h1').waitFor();
    await expect.poll(() => accessibilityFaults(page)).toEqual([]);
    await page.locator('input[type=file]').setInputFiles({ name: 'trace.json', mimeType: 'application/json', buffer: Buffer.from(otlp) });
    await page.waitForURL(/\/trace\/aaaabbbbccccddddeeeeffff00005555\?.*open=/);
    await page.locator('.wf-row').nth(1).click();
    await page.locator('.attribute').filter({ hasText: 'of the file' }).waitFor();
    expectNoFaults(watched);
    await watched.close();
  });

  it('says that there is no such trace', async () => {
    const { page, close } = await open('/trace/00000000000000000000000000000001');
    await page.getByText('There is no such trace').waitFor();
    await close();
  });
});
