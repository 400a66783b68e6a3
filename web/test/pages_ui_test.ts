// Every page but the trace's in a real browser on the real server with demo traffic: both languages, both themes, desktop and
// phone; what it shows compared with what the API says; no console errors, no accessibility faults, no untranslated words.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { expectFitsPhone, expectGoodLooks, expectNoFaults, kLooks, kPhone, type Look, openPage, overflow, query, rows, settled, startChromium } from './chromium';
import { RunningClew } from './running_clew';

let clew: RunningClew;
let browser: Browser;

/** A page, and what is there once it has its data. */
const kPages: readonly (readonly [name: string, path: string, ready: string])[] = [
  ['services', '/', 'table.data tbody tr.link'],
  ['service', '/services/checkout', '.service-charts .heat'],
  ['service_depends', '/services/catalogue?tab=dependencies', '.panel table.data'],
  ['service_instances', '/services/catalogue?tab=instances', 'table.data tbody tr.link'],
  ['service_errors', '/services/payment?tab=errors', 'table.data tbody tr.link'],
  ['topology', '/topology', '.map-box canvas'],
  ['topology_chosen', '/topology?selected=service:checkout&focus=service:checkout', '.map-panel'],
  ['topology_list', '/topology?view=list', 'table.data tbody tr.link'],
  ['search', '/traces', '.search-charts .heat'],
  ['search_scatter', '/traces?view=scatter', '.heat'],
  ['search_spans', '/traces?view=spans&q=%7B+status+%3D+error+%7D&cols=span.http.route', 'table.data tbody tr.link'],
  ['errors', '/errors?side=backend', 'table.data tbody tr.link'],
  ['live', '/live', 'table.data tbody tr.link'],
  ['connect', '/connect', '.connect-what table.data'],
  ['settings', '/settings', '.setting'],
  ['unknown', '/settings?from=nonsense', '.strip'],
];

beforeAll(async () => {
  clew = await RunningClew.start({ demo: true });
  browser = await startChromium();
});
afterAll(async () => {
  await browser?.close();
  await clew?.stop();
});

const open = (path: string, look: Partial<Look> = {}) => openPage(browser, clew.url + path, look);

describe.each(kPages)('%s', (name, path, ready) => {
  it.each(kLooks)('in %s, %s and %s', async (...look) => {
    const [language, theme] = look;
    const watched = await open(path, { language, theme });
    const { page } = watched;
    await page.locator(ready).first().waitFor();
    await settled(page);
    await expectGoodLooks(page, name, look);
    expectNoFaults(watched);
    await watched.close();
  });
  it('on a phone', async () => {
    const watched = await open(path, kPhone);
    await expectFitsPhone(watched.page, name, ready);
    expectNoFaults(watched);
    await watched.close();
  });
});

describe('services', () => {
  it('lists what the API lists, the troubled first, each claim with its evidence', async () => {
    const { address, question } = clew.filledRange;
    const watched = await open(`/services?${address}`);
    const { page } = watched;
    await rows(page).first().waitFor();
    const { services } = await clew.ask<{ services: { service: string; why?: object; health: string }[] }>(`/services-overview?${question}`);
    await expect.poll(() => rows(page).count()).toBe(services.length);
    const names = await rows(page).locator('td:nth-child(2) .service-name').allTextContents();
    expect([...names].sort()).toEqual(services.map((each) => each.service).sort());
    await expect.poll(() => page.locator('tr.unwell, tr.attention').count()).toBeGreaterThan(0);
    await expect.poll(() => rows(page).first().getAttribute('class')).toMatch(/unwell|attention/);
    // The three faults of the shop: the failing payment, the lock in the stock, the N+1.
    const claims = async () => (await page.locator('td .claim').allTextContents()).join('\n');
    await expect.poll(claims).toMatch(/payment/);
    await expect.poll(claims).toMatch(/N\+1/);
    await page.locator('td .claim', { hasText: 'N+1' }).first().click();
    await page.waitForURL(/\/traces\?/);
    await rows(page).first().waitFor();
    expectNoFaults(watched);
    await watched.close();
  });
  it('filters, sorts, and remembers both in the address; Back undoes', async () => {
    const watched = await open(`/services?${clew.filledRange.address}`);
    const { page } = watched;
    await rows(page).first().waitFor();
    await page.locator('input[type=search]').fill('pay');
    await expect.poll(() => rows(page).count()).toBe(1);
    await expect.poll(() => query(page).get('find')).toBe('pay');
    await page.locator('input[type=search]').fill('');
    await page.getByRole('button', { name: 'p99', exact: true }).click();
    await expect.poll(() => query(page).get('sort')).toBe('-p99_ns');
    const slowestFirst = await rows(page).first().locator('.service-name').first().textContent();
    await page.getByRole('button', { name: 'p99', exact: true }).click();
    await expect.poll(() => rows(page).first().locator('.service-name').first().textContent()).not.toBe(slowestFirst);
    await page.goBack();
    await expect.poll(() => rows(page).first().locator('.service-name').first().textContent()).toBe(slowestFirst);
    await watched.close();
  });
  it('lists services that were heard of before as silent', async () => {
    const watched = await open('/services?from=1600000000000&to=1600003600000');
    await rows(watched.page).first().waitFor();
    await expect.poll(() => watched.page.locator('tr.silent').count()).toBe(await rows(watched.page).count());
    await watched.close();
  });
});

describe('search', () => {
  it('says why there is nothing in a range before all data, and offers the whole', async () => {
    const watched = await open('/traces?from=1600000000000&to=1600003600000&q=%7B+status+%3D+error+%7D');
    await watched.page.locator('.state').waitFor();
    await expect.poll(() => watched.page.locator('.state').innerText()).toMatch(/No traces in this range/);
    await watched.page.locator('.state button.primary').click();
    await rows(watched.page).first().waitFor();
    await watched.close();
  });
  it('shows chips and text of one query, counts by facet, and the traces that match', async () => {
    const { address, question } = clew.filledRange;
    const watched = await open(`/traces?${address}`);
    const { page } = watched;
    await page.locator('.facet-value', { hasText: 'error' }).first().click();
    await expect.poll(() => query(page).get('q')).toBe('{ status = error }');
    await page.locator('.builder .chip').waitFor();
    await expect.poll(() => page.locator('.builder .chip').count()).toBe(1);
    await expect.poll(async () => (await page.locator('.error-count').count()) >= Math.min(50, await rows(page).count())).toBe(true);
    await page.getByRole('button', { name: 'TraceQL' }).click();
    await expect.poll(() => page.locator('.query-field input').inputValue()).toBe('{ status = error }');
    await page.locator('.facet-value', { hasText: 'payment' }).first().click();
    await expect.poll(() => page.locator('.query-field input').inputValue()).toBe('{ status = error && resource.service.name = "payment" }');
    const answer = await clew.ask<{ traces: { trace_id: string }[] }>(`/search?limit=50&${question}&q=${encodeURIComponent('{ status = error && resource.service.name = "payment" }')}`);
    expect(answer.traces.length).toBeGreaterThan(0);
    await expect.poll(() => rows(page).count()).toBe(answer.traces.length);
    expectNoFaults(watched);
    await watched.close();
  });
  it('completes attributes and values from the data', async () => {
    const watched = await open('/traces');
    const { page } = watched;
    await page.getByRole('button', { name: 'TraceQL' }).click();
    const field = page.locator('.query-field input');
    await field.fill('{ span.http.rou');
    await page.locator('.offers .item', { hasText: 'span.http.route' }).click();
    await expect.poll(() => field.inputValue()).toBe('{ span.http.route ');
    await page.locator('.offers .item').filter({ hasText: /^=$/ }).click();
    await page.locator('.offers .item', { hasText: '/checkout' }).first().waitFor();
    await page.keyboard.type('"/check');
    await page.locator('.offers .item', { hasText: '/checkout' }).first().click();
    await expect.poll(() => field.inputValue()).toContain('span.http.route = "/checkout"');
    await page.keyboard.type('}');
    await page.keyboard.press('Enter');
    await expect.poll(() => query(page).get('q')).toBe('{ span.http.route = "/checkout" }');
    await rows(page).first().waitFor();
    await watched.close();
  });
  it('marks a syntax error and keeps the last results', async () => {
    const watched = await open('/traces');
    const { page } = watched;
    await rows(page).first().waitFor();
    const before = await rows(page).count();
    await page.getByRole('button', { name: 'TraceQL' }).click();
    await page.locator('.query-field input').fill('{ duration > soon }');
    await page.keyboard.press('Enter');
    await page.locator('.strip.error').waitFor();
    await expect.poll(() => page.locator('.q-fault').textContent()).toBe('soon');
    await expect.poll(() => rows(page).count()).toBe(before);
    await watched.close();
  });
  it('adds a filter with the builder', async () => {
    const watched = await open('/traces');
    const { page } = watched;
    await page.locator('.builder .add').click();
    await page.locator('.condition-form input').first().fill('duration');
    await page.locator('.picks button', { hasText: 'duration' }).first().click();
    await page.locator('.condition-form input').nth(1).fill('1s');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => query(page).get('q')).toBe('{ duration > 1s }');
    await rows(page).first().waitFor();
    await watched.close();
  });
  it('zooms by a drag over the timeline; Back undoes it', async () => {
    const watched = await open('/traces');
    const { page } = watched;
    const plot = page.locator('.search-charts .u-over').first();
    await plot.waitFor();
    const box = await plot.boundingBox();
    if (!box) throw new Error('no plot');
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 40, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => query(page).get('from')).toMatch(/^\d{13}$/);
    const length = Number(query(page).get('to')) - Number(query(page).get('from'));
    expect(length).toBeGreaterThan(0.2 * 36e5);
    expect(length).toBeLessThan(0.4 * 36e5);
    await page.goBack();
    await expect.poll(() => query(page).get('from')).toBeNull();
    await watched.close();
  });
  it('offers what to do with a dragged part of the heat map', async () => {
    const watched = await open('/traces');
    const { page } = watched;
    const map = page.locator('canvas.heat').first();
    await map.waitFor();
    const box = await map.boundingBox();
    if (!box) throw new Error('no map');
    await page.mouse.move(box.x + box.width * 0.4, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 5 });
    await page.mouse.up();
    const menu = page.getByRole('menu');
    await menu.waitFor();
    await expect.poll(() => menu.innerText()).toMatch(/spans?/);
    await menu.getByRole('menuitem', { name: 'Filter by this area' }).click();
    await expect.poll(() => query(page).get('q')).toMatch(/duration >= .* && duration < /);
    await watched.close();
  });
  it('pages on, and shows a column of any attribute', async () => {
    const watched = await open(`/traces?cols=resource.host.name&q=${encodeURIComponent('{ resource.service.name = "frontend" }')}`);
    const { page } = watched;
    await rows(page).first().waitFor();
    await expect.poll(() => page.locator('th', { hasText: 'resource.host.name' }).count()).toBe(1);
    await expect.poll(() => page.locator('.attribute-cell').first().textContent()).toMatch(/^node-/);
    const first = await rows(page).first().locator('a.row-link').getAttribute('href');
    await page.locator('.pager button', { hasText: 'Next' }).click();
    await expect.poll(() => query(page).get('page')).toBe('2');
    await expect.poll(() => rows(page).first().locator('a.row-link').getAttribute('href')).not.toBe(first);
    await watched.close();
  });
});

describe('service', () => {
  it('narrows charts to an operation and leads to its traces', async () => {
    const watched = await open('/services/catalogue');
    const { page } = watched;
    await page.locator('.service-charts .heat').waitFor();
    await page.locator('a.row-link', { hasText: 'SELECT catalogue.prices' }).click();
    await expect.poll(() => query(page).get('operation')).toBe('SELECT catalogue.prices');
    await page.locator('.service-filter .chip').waitFor();
    await page.locator('.service-filter a').click();
    await page.waitForURL(/\/traces\?/);
    await expect.poll(() => query(page).get('q')).toContain('name = "SELECT catalogue.prices"');
    expectNoFaults(watched);
    await watched.close();
  });
  it('names the statements that it runs too often', async () => {
    const watched = await open('/services/catalogue?tab=dependencies');
    const statement = watched.page.locator('tr', { hasText: 'FROM prices WHERE product_id' }).first();
    await statement.waitFor();
    await expect.poll(() => statement.innerText()).toMatch(/×\d/);
    await watched.close();
  });
  it('says so where nobody has heard of it', async () => {
    const watched = await open('/services/nobody-here');
    await watched.page.locator('.state').waitFor();
    await expect.poll(() => watched.page.locator('.state').innerText()).toMatch(/not sent anything|No requests/);
    await watched.close();
  });
});

describe('topology', () => {
  it('has as many calls in its list as the API', async () => {
    const { address, question } = clew.filledRange;
    const watched = await open(`/topology?view=list&${address}`);
    await rows(watched.page).first().waitFor();
    const { edges } = await clew.ask<{ edges: object[] }>(`/topology?${question}`);
    await expect.poll(() => rows(watched.page).count()).toBe(edges.length);
    await watched.close();
  });
  it('holds still: a second viewer sees the same places, and a dragged node stays', async () => {
    const watched = await open('/topology');
    const { page } = watched;
    await page.locator('.map-box canvas').first().waitFor();
    const layout = () => clew.ask<{ version: number; nodes: { id: string; rank: number; slot: number; pinned: boolean }[] }>('/topology/layout');
    await expect.poll(async () => (await layout()).nodes.length).toBeGreaterThan(5);
    const before = await layout();
    await page.locator('.map-box').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.map-panel').waitFor();
    await page.getByRole('button', { name: 'Pin', exact: true }).click();
    await expect.poll(async () => (await layout()).nodes.filter((node) => node.pinned).length).toBe(1);
    const other = await open('/topology');
    await other.page.locator('.map-box canvas').first().waitFor();
    const after = await layout();
    for (const node of before.nodes) expect(after.nodes.find((each) => each.id === node.id)).toMatchObject({ rank: node.rank, slot: node.slot });
    expectNoFaults(other);
    await other.close();
    await watched.close();
  });
  it('keeps only what fails, and counts the rest', async () => {
    const { address, question } = clew.filledRange;
    const watched = await open(`/topology?view=list&only=errors&${address}`);
    await rows(watched.page).first().waitFor();
    const { edges } = await clew.ask<{ edges: { error_count: number }[] }>(`/topology?${question}`);
    await expect.poll(() => rows(watched.page).count()).toBe(edges.filter((edge) => edge.error_count > 0).length);
    await expect.poll(() => watched.page.locator('.topology-bar .caption').innerText()).toMatch(/hiding \d+/);
    await watched.close();
  });
});

describe('errors', () => {
  it('show where an error starts, its stack and its newest trace', async () => {
    const watched = await open('/errors?side=backend');
    const { page } = watched;
    await page.locator('tr', { hasText: 'PSQLException' }).first().click();
    await page.locator('.error-detail').waitFor();
    await expect.poll(() => page.locator('.error-detail .stack-trace').innerText()).toMatch(/at org\.postgresql/);
    await expect.poll(() => query(page).get('error')).toMatch(/^[0-9a-f]+$/);
    await page.locator('.error-detail a.primary').click();
    await page.waitForURL(/\/trace\/[0-9a-f]{32}\?.*span=/);
    await watched.close();
  });
});

describe('connect', () => {
  it('gives the lines of each language and sees what arrives', async () => {
    const watched = await open('/connect');
    const { page } = watched;
    await page.getByRole('button', { name: 'Zipkin' }).click();
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await expect.poll(() => query(page).get('with')).toBe('go-zipkin');
    await expect.poll(() => page.locator('.steps').innerText()).toContain('main.go');
    await page.locator('.first-span.waiting').waitFor();
    await page.getByRole('button', { name: 'OpenTelemetry' }).click();
    await page.getByRole('button', { name: 'Node.js', exact: true }).click();
    // The shop sends over the same door.
    await page.locator('.first-span.arrived').waitFor();
    await page.locator('.connect-what tr', { hasText: 'checkout' }).first().waitFor();
    expectNoFaults(watched);
    await watched.close();
  });
});

describe('everywhere', () => {
  it('keys lead to pages, the omnibox finds services and ids, ? lists the keys', async () => {
    const watched = await open('/settings');
    const { page } = watched;
    await page.locator('.setting').first().waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.waitForURL(/\/traces/);
    await rows(page).first().waitFor();
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
    await expect.poll(() => page.locator('dialog').innerText()).toMatch(/Search everything/);
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await page.keyboard.type('invent');
    await page.locator('.found .item', { hasText: 'inventory' }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/services\/inventory/);
    const { traces } = await clew.ask<{ traces: { trace_id: string }[] }>('/search?limit=1');
    await page.keyboard.press('Control+k');
    await page.keyboard.type(traces[0]?.trace_id ?? '');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/trace/${traces[0]?.trace_id}`));
    expectNoFaults(watched);
    await watched.close();
  });
  it('language and theme change at once and stay', async () => {
    const watched = await open('/services');
    const { page } = watched;
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: '切换到中文' }).click();
    await page.locator('h1', { hasText: '服务' }).waitFor();
    await page.getByRole('button', { name: '深色主题' }).click();
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.reload();
    await page.locator('h1', { hasText: '服务' }).waitFor();
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
    await watched.close();
  });
  it('the range control sets a range that every link keeps', async () => {
    const watched = await open('/services');
    const { page } = watched;
    await rows(page).first().waitFor();
    await page.keyboard.press('t');
    await page.getByRole('button', { name: /last 15/ }).click();
    await expect.poll(() => query(page).get('from')).toBe('now-15m');
    await rows(page).first().waitFor();
    await page.getByRole('link', { name: 'Traces', exact: true }).first().click();
    await page.waitForURL(/\/traces/);
    await expect.poll(() => query(page).get('from')).toBe('now-15m');
    await page.keyboard.press('Z');
    await expect.poll(() => query(page).get('from')).toBe('now-30m');
    await watched.close();
  });
  it('says when the server does not answer, keeps what it has, and recovers', async () => {
    const watched = await open('/services');
    const { page } = watched;
    await rows(page).first().waitFor();
    await page.route('**/api/v1/services-overview*', (route) => route.abort());
    await page.keyboard.press('r');
    await page.locator('.strip.error').waitFor();
    await expect.poll(() => rows(page).count()).toBeGreaterThan(5);
    await page.unroute('**/api/v1/services-overview*');
    await page.locator('.strip.error button').click();
    await page.locator('.strip.error').waitFor({ state: 'detached' });
    await watched.close();
  });
  it('draws from 1280 px up without overlap', async () => {
    for (const width of [1280, 1920]) {
      const watched = await open('/services', { width });
      await rows(watched.page).first().waitFor();
      await expect.poll(() => overflow(watched.page)).toBeLessThanOrEqual(0);
      await watched.close();
    }
  });
});
