// The pages about users, /rum and /rum/page, in a real browser on the real server with the demo's simulated visitors: both
// languages and themes, desktop and phone; figures compared with what the API says; from a slow page to the session.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { expectFitsPhone, expectGoodLooks, expectNoFaults, kLooks, kPhone, type Look, openPage, query, rows, settled, startChromium, untranslated } from './chromium';
import { RunningClew } from './running_clew';

let clew: RunningClew;
let browser: Browser;
let slowPage: string;
const kRange = 'start=now-1h&end=now';

interface Row { value: string; views: number; lcp_p75: number | null }
interface Overview { now: { sessions: number; views: number }; vitals: { name: string; count: number }[] }

beforeAll(async () => {
  clew = await RunningClew.start({ demo: true });
  browser = await startChromium();
  const { rows } = await clew.ask<{ rows: Row[] }>(`/rum/breakdown?by=view.name&sort=lcp&limit=20&${kRange}`);
  slowPage = rows.filter((row) => row.views > 20 && row.value !== '')[0]?.value ?? '/';
});
afterAll(async () => {
  await browser?.close();
  await clew?.stop();
});

const open = (path: string, look: Partial<Look> = {}) => openPage(browser, clew.url + path, look);

/** A page and what is there once it has its data. */
const kPages: readonly (readonly [name: string, path: () => string, ready: string])[] = [
  ['rum', () => '/rum', '.vital-card'],
  ['rum_release', () => '/rum?baseline=release', '.vital-card'],
  ['rum_pages', () => '/rum?tab=pages', 'table.data tbody tr.link'],
  ['rum_versions', () => '/rum?tab=pages&by=resource.service.version', 'table.data tbody tr.link'],
  ['rum_requests', () => '/rum?tab=requests', 'table.data tbody tr.link'],
  ['rum_resources', () => '/rum?tab=resources', 'table.data tbody tr.link'],
  ['rum_page', () => `/rum/page?view=${encodeURIComponent(slowPage)}`, '.vital-card'],
  ['rum_empty', () => '/rum?from=1600000000000&to=1600003600000', '.state'],
  ['connect_browser', () => '/connect?with=browser-arms-npm', '.steps'],
];

describe.each(kPages)('%s', (name, path, ready) => {
  it.each(kLooks)('in %s, %s and %s', async (...look) => {
    const [language, theme] = look;
    const watched = await open(path(), { language, theme });
    const { page } = watched;
    await page.locator(ready).first().waitFor();
    await settled(page);
    await expectGoodLooks(page, name, look);
    expectNoFaults(watched);
    await watched.close();
  });
  it('on a phone', async () => {
    const watched = await open(path(), kPhone);
    await expectFitsPhone(watched.page, name, ready);
    expectNoFaults(watched);
    await watched.close();
  });
});

describe('the overview', () => {
  it('says what the API says', async () => {
    // A range that has ended, so that nothing arrives between the two questions.
    const to = Date.now() - 120_000;
    const from = to - 1_800_000;
    const watched = await open(`/rum?from=${from}&to=${to}`);
    const { page } = watched;
    await page.locator('.vital-card').first().waitFor();
    // Unless another is chosen, the overview is of the application with most sessions.
    const app = query(page).get('app') ?? '';
    expect(app).not.toBe('');
    const answer = await clew.ask<Overview>(`/rum/overview?app=${encodeURIComponent(app)}&start=${from}000000&end=${to}000000`);
    // The filled hour counts, not only what visitors have done since.
    expect(answer.now.views).toBeGreaterThan(answer.now.sessions);
    expect(answer.now.sessions).toBeGreaterThan(50);
    const tile = (title: string) => page.locator('.tile', { has: page.locator('dt', { hasText: new RegExp(`^${title}$`) }) }).locator('.tile-figure');
    const count = async (title: string) => Number((await tile(title).innerText()).replaceAll(',', ''));
    await expect.poll(() => count('Sessions')).toBe(answer.now.sessions);
    await expect.poll(() => count('Page views')).toBe(answer.now.views);
    for (const name of ['lcp', 'inp', 'cls', 'fcp', 'ttfb']) await expect.poll(() => page.locator(`[data-vital="${name}"]`).count(), { message: name }).toBe(1);
    // The shares of good, fair and poor are those of all views that reported the vital.
    const shares = await page.locator('[data-vital="lcp"] .vital-shares > span').allInnerTexts();
    expect(shares.map((text) => Number.parseFloat(text)).reduce((sum, each) => sum + each, 0)).toBeCloseTo(100, 0);
    await expect.poll(() => page.locator('.rum-finding').count()).toBeGreaterThan(0);
    expectNoFaults(watched);
    await watched.close();
  });
  it('draws the period before as dashed lines, unless it is compared with nothing', async () => {
    const watched = await open('/rum?from=now-20m&to=now');
    const { page } = watched;
    await page.locator('.rum-trends .legend button', { hasText: 'Views before' }).waitFor();
    await expect.poll(() => page.locator('.rum-trends .legend button', { hasText: /before$/ }).count()).toBe(3);
    await expect.poll(() => page.locator('.rum-trends .unit').first().innerText()).toMatch(/^per \d+/);
    await page.goto(`${clew.url}/rum?from=now-20m&to=now&baseline=none`);
    await page.locator('.rum-trends .legend button').first().waitFor();
    await expect.poll(() => page.locator('.rum-trends .legend button', { hasText: /before$/ }).count()).toBe(0);
    expectNoFaults(watched);
    await watched.close();
  });
  it('filters by a row of a breakdown; a chip turns round and goes; Back undoes', async () => {
    const watched = await open('/rum');
    const { page } = watched;
    const breakdown = page.locator('.rum-breakdown');
    await breakdown.locator('tbody tr.link').first().waitFor();
    const before = await page.locator('.tile-figure').nth(2).innerText();
    await breakdown.locator('tbody tr.link').nth(1).click();
    await page.locator('.rum-chip').waitFor();
    await expect.poll(() => query(page).get('q')).toMatch(/^\{ \.user_agent\.name = "/);
    await expect.poll(() => page.locator('.tile-figure').nth(2).innerText()).not.toBe(before);
    await page.locator('.rum-chip .turn').click();
    await expect.poll(() => query(page).get('q')).toMatch(/!= "/);
    await page.goBack();
    await expect.poll(() => query(page).get('q')).toMatch(/ = "/);
    await page.locator('.rum-chip > button').last().click();
    await expect.poll(() => query(page).get('q')).toBeNull();
    expectNoFaults(watched);
    await watched.close();
  });
  it('adds a filter from the menu, its values counted', async () => {
    const watched = await open('/rum?tab=pages');
    const { page } = watched;
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: 'Add filter' }).click();
    await page.locator('.filter-menu input').fill('operating');
    await page.keyboard.press('Enter');
    const value = page.locator('.filter-menu .menu .item').first();
    await value.waitFor();
    const text = (await value.locator('.cut').innerText()).trim();
    await value.click();
    await expect.poll(() => query(page).get('q')).toBe(`{ .os.type = "${text}" }`);
    await expect.poll(() => page.locator('.rum-chip').innerText()).toContain(text);
    await watched.close();
  });
  it('remembers the application, and its links keep it', async () => {
    const watched = await open('/rum');
    const { page } = watched;
    await page.locator('.vital-card').first().waitFor();
    await page.getByRole('button', { name: /^Application/ }).click();
    await page.locator('.menu [role="menuitemradio"]').nth(1).click();
    await expect.poll(() => query(page).get('app')).not.toBeNull();
    const app = query(page).get('app') ?? '';
    await rows(page).first().waitFor();
    await page.goto(`${clew.url}/rum`);
    await page.locator('.vital-card').first().waitFor();
    await expect.poll(async () => (await page.locator('.crumbs').innerText()).length).toBeGreaterThan('Pages & vitals'.length);
    await expect.poll(() => page.locator('a[href*="/sessions?"]').first().getAttribute('href')).toContain(`app=${encodeURIComponent(app)}`);
    await watched.close();
  });
  it('keys lead there', async () => {
    const watched = await open('/settings');
    await watched.page.locator('.setting').first().waitFor();
    await watched.page.keyboard.press('g');
    await watched.page.keyboard.press('p');
    await watched.page.waitForURL(/\/rum/);
    await watched.page.locator('.vital-card').first().waitFor();
    await watched.close();
  });
});

describe('requests and resources', () => {
  it('open their details beside the table, and the session of the slowest', async () => {
    const watched = await open('/rum?tab=requests');
    const { page } = watched;
    await rows(page).first().waitFor();
    await rows(page).first().locator('button').first().click();
    await page.locator('.rum-detail').waitFor();
    await expect.poll(() => query(page).get('request')).not.toBeNull();
    await expect.poll(() => page.locator('.rum-detail .bars li').count()).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    await page.locator('.rum-detail').waitFor({ state: 'detached' });
    await rows(page).first().locator('.request-name a').first().click();
    await page.waitForURL(/\/sessions\/[^?]+\?.*event=/);
    await watched.close();
  });
  it('sort by what the reader asks for, in the address', async () => {
    const watched = await open('/rum?tab=resources');
    const { page } = watched;
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: 'Size', exact: true }).click();
    await expect.poll(() => query(page).get('sort')).toBe('-bytes');
    await page.locator('table.data tbody tr.link button').first().click();
    await page.locator('.rum-detail .phases li').first().waitFor();
    await watched.close();
  });
});

describe('a slow page', () => {
  it('leads from the overview to a suspect, and from there to the session at the request, its trace inline, the statement shown', async () => {
    const watched = await open('/rum');
    const { page } = watched;
    await page.locator('.rum-slow-pages tbody tr.link').first().waitFor();
    const row = page.locator('.rum-slow-pages tbody tr.link', { hasText: slowPage }).first();
    await row.locator('a').first().click();
    await page.waitForURL(/\/rum\/page\?/);
    await expect.poll(() => query(page).get('view')).toBe(slowPage);
    await page.locator('.rum-time-goes tbody tr.link').first().waitFor();
    // Own times are shares of the whole: no more than all of it.
    const shares = await page.locator('.rum-time-goes tbody tr.link td:nth-child(5)').allInnerTexts();
    expect(shares.map((text) => Number.parseFloat(text)).reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(100.5);
    const suspect = page.locator('.rum-time-goes tbody tr.link', { hasText: 'SELECT' }).first();
    // The statement as it was normalised: its words without the places of values.
    const table = /FROM (\w+)/.exec(await suspect.innerText())?.[1] ?? '';
    await suspect.locator('a.row-link').first().click();
    await page.waitForURL(/\/sessions\/[^?]+\?.*event=/);
    await expect.poll(() => query(page).get('span')).toMatch(/^[0-9a-f]{16}$/);
    await page.locator('.sb').first().waitFor();
    await page.locator('pre, code', { hasText: new RegExp(`FROM\\s+${table}\\b`) }).first().waitFor();
    expectNoFaults(watched);
    await watched.close();
  });
  it('says that a page has no views', async () => {
    const watched = await open('/rum/page?view=%2Fno-such-page');
    await watched.page.locator('.state').waitFor();
    await watched.close();
  });
});

describe('an installation that no browser has reported to', () => {
  it.each([['/rum'], ['/rum?tab=requests'], ['/rum/page?view=%2Fcheckout'], ['/sessions'], ['/errors?side=browser']])('%s says so and how to connect one', async (path) => {
    const empty = await RunningClew.start();
    try {
      for (const language of ['en', 'zh'] as const) {
        const watched = await openPage(browser, empty.url + path, { language });
        const way = watched.page.locator('.state a.button.primary');
        await way.waitFor();
        await expect.poll(() => way.getAttribute('href')).toMatch(/^\/connect\?.*with=browser-/);
        if (language === 'zh') await expect.poll(() => untranslated(watched.page)).toEqual([]);
        expectNoFaults(watched);
        await watched.close();
      }
    } finally {
      await empty.stop();
    }
  });
});
