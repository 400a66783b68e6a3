// Errors of users' browsers in Chromium on the real server with the demo's shop: the list and its states, one error from stack to
// session and trace, source maps uploaded in the settings, and where browsers stand on the pages of services.
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { expectFitsPhone, expectGoodLooks, expectNoFaults, kLooks, kPhone, kPictures, type Look, openPage, query, rows, settled, startChromium } from './chromium';
import { RunningClew } from './running_clew';

interface Group {
  group_id: string;
  app: string;
  type: string;
  message: string;
  state: string;
  users: number;
  count: number;
  versions: { version: string; count: number }[];
  likely_cause: { trace_id: string | null; service: string | null } | null;
}
interface Groups {
  groups: Group[];
  by_state: Record<string, number>;
}

let clew: RunningClew;
let browser: Browser;

beforeAll(async () => {
  clew = await RunningClew.start({ demo: true });
  browser = await startChromium();
});
afterAll(async () => {
  await browser?.close();
  await clew?.stop();
});

const open = (path: string, look: Partial<Look> = {}) => openPage(browser, clew.url + path, look);
const groups = (state = 'open,regressed') => clew.ask<Groups>(`/rum/error-groups?start=now-1h&limit=200&state=${state}`);
async function groupOf(type: string): Promise<Group> {
  const found = (await groups('open,regressed,resolved,ignored')).groups.find((each) => each.type === type);
  if (!found) throw new Error(`the demo has no ${type}`);
  return found;
}
async function stateOf(id: string): Promise<string | undefined> {
  return (await groups('open,regressed,resolved,ignored')).groups.find((each) => each.group_id === id)?.state;
}

const kPages: readonly (readonly [name: string, path: () => Promise<string>, ready: string])[] = [
  ['browser_errors', async () => '/errors', '.group-name'],
  ['browser_errors_none', async () => '/errors?side=browser&state=ignored', '.state'],
  ['browser_error', async () => `/errors/${(await groupOf('TypeError')).group_id}`, '.frames'],
  ['browser_error_raw', async () => `/errors/${(await groupOf('PaymentError')).group_id}?stack=raw`, '.group-raw'],
  ['source_maps', async () => '/settings', '.map-upload'],
];

describe.each(kPages)('%s', (name, pathOf, ready) => {
  it.each(kLooks)('in %s, %s and %s', async (...look) => {
    const [language, theme] = look;
    const watched = await open(await pathOf(), { language, theme });
    const { page } = watched;
    await page.locator(ready).first().waitFor();
    await settled(page);
    await expectGoodLooks(page, name, look);
    expectNoFaults(watched);
    await watched.close();
  });
  it('on a phone', async () => {
    const watched = await open(await pathOf(), kPhone);
    await expectFitsPhone(watched.page, name, ready);
    expectNoFaults(watched);
    await watched.close();
  });
});

describe('the list', () => {
  it('has the groups of the API in the order of their impact, with place, users and cause', async () => {
    const { address, question } = clew.filledRange;
    const watched = await open(`/errors?${address}`);
    const { page } = watched;
    await rows(page).first().waitFor();
    const answer = await clew.ask<Groups>(`/rum/error-groups?${question}&limit=200&state=open,regressed`);
    await expect.poll(() => rows(page).count()).toBe(answer.groups.length);
    const names = await page.locator('.group-name b').allTextContents();
    expect([...new Set(names)].sort()).toEqual(expect.arrayContaining([...new Set(answer.groups.map((each) => each.type).filter(Boolean))].sort()));
    await expect.poll(() => page.locator('.group-name .mono').first().innerText()).toMatch(/:\d+/);
    const caused = answer.groups.find((each) => each.likely_cause?.trace_id);
    expect(caused, 'an error with its cause').toBeTruthy();
    const link = page.locator('a.likely-cause').first();
    await expect.poll(() => link.innerText()).toMatch(/likely caused by/);
    await link.click();
    await page.waitForURL(/\/trace\/[0-9a-f]{32}/);
    await page.locator('.wf-row').first().waitFor();
    expectNoFaults(watched);
    await watched.close();
  });
  it('changes a state in place; it survives a reload; undo puts it back', async () => {
    const { group_id: id } = await groupOf('RangeError');
    const watched = await open('/errors');
    const { page } = watched;
    const row = page.locator('tr', { has: page.locator(`a[href*="${id}"]`) });
    await row.waitFor();
    await row.locator('.state-cell button').click();
    await page.getByRole('menuitem', { name: /^Ignore/ }).click();
    await row.locator('.state-cell', { hasText: 'ignored' }).waitFor();
    await expect.poll(() => stateOf(id)).toBe('ignored');
    await page.reload();
    await rows(page).first().waitFor();
    await expect.poll(() => row.count()).toBe(0);
    await page.locator('.error-views button', { hasText: 'Ignored' }).click();
    await row.waitFor();
    await expect.poll(() => query(page).get('state')).toBe('ignored');
    // Reopened with the keys, taken back with the notice, then with its key; and reopened for good.
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    await page.locator('.toast button', { hasText: 'Undo' }).waitFor();
    await expect.poll(() => stateOf(id)).toBe('open');
    await page.locator('.toast button').click();
    await expect.poll(() => stateOf(id)).toBe('ignored');
    await page.locator('.toast', { hasText: 'As it was before' }).waitFor();
    await row.locator('.state-cell', { hasText: 'ignored' }).waitFor();
    await page.keyboard.press('o');
    await page.locator('.toast button', { hasText: 'Undo' }).waitFor();
    await page.keyboard.press('u');
    await expect.poll(() => stateOf(id)).toBe('ignored');
    await page.locator('.toast', { hasText: 'As it was before' }).waitFor();
    await page.keyboard.press('o');
    await expect.poll(() => stateOf(id)).toBe('open');
    expectNoFaults(watched);
    await watched.close();
  });
  it('narrows to an application, a filter and a sort; all are in the address', async () => {
    const watched = await open('/errors?q=' + encodeURIComponent('{ .user_agent.name = "no such browser" }'));
    const { page } = watched;
    await page.locator('.state').waitFor();
    await expect.poll(() => page.locator('.rum-chip').innerText()).toMatch(/no such browser/);
    await page.locator('.state').getByRole('button', { name: 'Clear' }).click();
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: /Sort/ }).click();
    await page.getByRole('menuitemradio', { name: 'Most often' }).click();
    await expect.poll(() => query(page).get('sort')).toBe('count');
    await expect.poll(async () => {
      const counts = (await groups()).groups.map((each) => each.count);
      return Math.max(...counts);
    }).toBeGreaterThan(0);
    expectNoFaults(watched);
    await watched.close();
  });
  it('leaves the backend as it was, and finds the side of older links', async () => {
    const watched = await open('/errors?service=payment');
    const { page } = watched;
    await page.locator('tr.link', { hasText: 'CardDeclinedException' }).first().waitFor();
    await page.getByRole('link', { name: 'Browser', exact: true }).click();
    await page.locator('.group-name').first().waitFor();
    await expect.poll(() => query(page).get('side')).toBe('browser');
    expectNoFaults(watched);
    await watched.close();
  });
});

describe('one error', () => {
  it('shows stack, trail and spread, and leads to the session at its moment', async () => {
    const group = await groupOf('TypeError');
    const watched = await open(`/errors/${group.group_id}`);
    const { page } = watched;
    await page.locator('.frames').waitFor();
    await expect.poll(() => page.locator('h1').innerText()).toMatch(/^TypeError/);
    await expect.poll(() => page.locator('.frame.own').first().innerText()).toMatch(/applyVoucher/);
    await expect.poll(() => page.locator('.trail li').count()).toBeGreaterThan(1);
    await expect.poll(() => page.locator('.share-block').count()).toBeGreaterThanOrEqual(4);
    await page.getByRole('button', { name: 'As sent' }).click();
    await expect.poll(() => page.locator('.group-raw').innerText()).toMatch(/applyVoucher.*\.js:1:/);
    const session = rows(page).first().locator('a.row-link');
    await expect.poll(() => session.getAttribute('href')).toMatch(/^\/sessions\/[^?]+\?(?:.*&)?event=/);
    expectNoFaults(watched);
    await watched.close();
  });
  it('is resolved in a version, with a note; both survive a reload', async () => {
    const group = await groupOf('PaymentError');
    const watched = await open(`/errors/${group.group_id}`);
    const { page } = watched;
    await page.locator('.group-title').waitFor();
    await page.keyboard.press('X');
    await page.locator('.version-form input').fill('99.0.0');
    await page.locator('.version-form').getByRole('button', { name: 'Apply' }).click();
    await page.locator('.group-title .pill', { hasText: 'resolved in 99.0.0' }).waitFor();
    await expect.poll(() => stateOf(group.group_id)).toBe('resolved');
    await page.locator('#group-note').fill('a reload helps <b>users</b>');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.toast', { hasText: 'Note saved' }).waitFor();
    await page.reload();
    await page.locator('.group-title .pill', { hasText: 'resolved in 99.0.0' }).waitFor();
    await expect.poll(() => page.locator('#group-note').inputValue()).toBe('a reload helps <b>users</b>');
    await page.getByRole('button', { name: 'Reopen' }).click();
    await expect.poll(() => stateOf(group.group_id)).toBe('open');
    expectNoFaults(watched);
    await watched.close();
  });
  it('is readable once its source map is there, and says so before', async () => {
    const group = await groupOf('TypeError');
    const version = group.versions[0]?.version ?? '';
    const watched = await open(`/errors/${group.group_id}`);
    const { page } = watched;
    await page.locator('.map-strip').waitFor();
    await expect.poll(() => page.locator('.map-strip code').innerText()).toBe(`clew sourcemaps upload --app ${group.app} --version ${version} --url ${clew.url} dist/`);
    // One segment of line 1: column 48211 of the script is line 42, column 9 of the source, where "applyVoucher" stands.
    const source = Array.from({ length: 60 }, (_, line) => (line === 41 ? '  const off = voucher.discount.amount;' : `// line ${line + 1}`)).join('\n');
    const map = { version: 3, file: 'cart.js', sources: ['src/cart/voucher.ts'], sourcesContent: [source], names: ['applyVoucher'], mappings: `${vlq(48000)}${vlq(0)}${vlq(41)}${vlq(9)}${vlq(0)}` };
    await page.goto(`${clew.url}/settings`);
    await page.locator('.map-upload input.input').first().fill(group.app);
    await page.locator('.map-upload input.input').nth(1).fill(version);
    await page.locator('input[type=file]').setInputFiles({ name: `cart.${version}.js.map`, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(map)) });
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.locator('tr', { hasText: `cart.${version}.js` }).waitFor();
    await page.goto(`${clew.url}/errors/${group.group_id}?q=${encodeURIComponent(`{ resource.service.version = "${version}" }`)}`);
    await page.locator('.pill.good', { hasText: 'source map applied' }).waitFor();
    await expect.poll(() => page.locator('.source .at').first().innerText()).toMatch(/42\s+const off = voucher\.discount\.amount;/);
    await page.screenshot({ path: resolve(kPictures, 'browser_error_mapped_en_light.png') });
    // Deleting asks once more.
    await page.goto(`${clew.url}/settings`);
    const remove = page.locator('tr', { hasText: `cart.${version}.js` }).getByRole('button');
    await remove.click();
    await page.getByText('Delete?').click();
    await page.locator('tr', { hasText: `cart.${version}.js` }).waitFor({ state: 'detached' });
    expectNoFaults(watched);
    await watched.close();
  });
  it('says so where there is no such error', async () => {
    const watched = await open('/errors/00000000000000ff');
    await watched.page.getByText('There is no such error').waitFor();
    await watched.close();
  });
});

/** A number as source maps write it. */
function vlq(value: number): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += digits[rest ? digit | 32 : digit];
  } while (rest);
  return text;
}

describe('elsewhere', () => {
  it('browsers stand left on the map and lead to their applications', async () => {
    const watched = await open('/topology?selected=browser:rum-browser');
    const { page } = watched;
    await page.locator('.map-panel').waitFor();
    await page.locator('.map-panel a[href*="/rum?"]').first().waitFor();
    await page.locator('.map-panel .call-list a.member').first().waitFor();
    const { nodes } = await clew.ask<{ nodes: { id: string; rank: number }[] }>('/topology/layout');
    const lane = nodes.filter((node) => node.id.startsWith('browser:')).map((node) => node.rank);
    expect(lane.length).toBeGreaterThan(0);
    expect(Math.max(...lane)).toBeLessThan(Math.min(...nodes.filter((node) => !node.id.startsWith('browser:')).map((node) => node.rank)));
    expectNoFaults(watched);
    await watched.close();
  });
  it('their rows of services have views and vitals', async () => {
    const watched = await open('/services');
    const { page } = watched;
    const figures = page.locator('tr', { hasText: 'rum-browser' }).locator('.browser-figures');
    await page.locator('tr', { hasText: 'rum-browser' }).first().waitFor();
    if (await figures.count()) await expect.poll(() => figures.innerText()).toMatch(/views · LCP[\s\S]*INP/);
    await page.goto(`${clew.url}/services/rum-browser`);
    await page.locator('.service-title .browser-figures').waitFor();
    await page.locator('.service-title a.primary').click();
    await page.waitForURL(/\/rum\?/);
    expectNoFaults(watched);
    await watched.close();
  });
  it('the omnibox finds sessions, users, pages and commands in both languages', async () => {
    const { sessions } = await clew.ask<{ sessions: { session_id: string; user_id: string; entry_view: string }[] }>('/rum/sessions?start=now-1h&limit=1');
    const session = sessions[0];
    if (!session) throw new Error('the demo has no sessions');
    const watched = await open('/settings');
    const { page } = watched;
    await page.locator('.setting').first().waitFor();
    const found = page.locator('.found .item');
    await page.keyboard.press('/');
    await page.keyboard.type(session.session_id);
    await page.waitForFunction(() => [...document.querySelectorAll('.found .item')].some((item) => /Open session/.test(item.textContent ?? '')) && ![...document.querySelectorAll('.found .item')].some((item) => /Open trace/.test(item.textContent ?? '')));
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/sessions/${session.session_id}`));
    await page.keyboard.press('Control+k');
    await page.keyboard.type(session.user_id);
    if (session.user_id.startsWith('uid_')) await found.filter({ hasText: 'Sessions of user' }).first().waitFor();
    await page.locator('.omnibox input').fill(session.entry_view);
    await found.filter({ hasText: session.entry_view }).first().waitFor();
    for (const typed of ['>浏览器', '>source']) {
      await page.locator('.omnibox input').fill(typed);
      await found.first().waitFor();
    }
    expectNoFaults(watched);
    await watched.close();
  });
});
