// Sessions in a real browser on the real server, fed by the demo's simulated visitors: the list, and one session down to the
// SQL statement of a slow request, and back. Both languages and themes, phone, keyboard, accessibility.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { expectFitsPhone, expectGoodLooks, expectNoFaults, kLooks, kPhone, type Look, openPage, query, rows, settled, startChromium } from './chromium';
import { RunningClew } from './running_clew';

interface Trace { trace_id: string | null; span_id: string | null; state: string; reason: string | null; backend: { span_count: number } | null }
interface Event { event_id: string; kind: string; name: string; type: string | null; method: string | null; duration_ns: number | null; view_name: string | null; trace: Trace | null; error: { type: string; message: string } | null }
interface Session { session_id: string; is_live: boolean; user_id: string; user_name: string | null; pain: number; errors: number; start_ns: string; worst: { event_id: string | null } | null }
interface Detail { session: Session; events: Event[]; views: unknown[] }
interface Sessions { sessions: Session[]; session_count: number; next_cursor: string | null }

let clew: RunningClew;
let browser: Browser;
let details: Detail[];
/** A statement of SQL: the demo's carts ask a store of keys, whose statements are other words. */
const kSql = /SELECT|UPDATE|INSERT/;
/** The slowest request whose trace has a statement of SQL, an error, and a request to another origin. */
let slow: { session: string; event: Event };
let failed: { session: string; event: Event } | undefined;
let blind: { session: string; event: Event } | undefined;

beforeAll(async () => {
  clew = await RunningClew.start({ demo: true });
  browser = await startChromium();
  const lists = ['has=slow&limit=20', 'limit=40', 'sort=newest&limit=40'];
  const found = new Set((await Promise.all(lists.map((list) => clew.ask<Sessions>(`/rum/sessions?start=now-1h&${list}`)))).flatMap(({ sessions }) => sessions.map((each) => each.session_id)));
  details = [];
  for (const id of found) {
    const detail = await clew.ask<Detail>(`/rum/sessions/${id}`);
    // Others grow while they are looked at.
    if (!detail.session.is_live) details.push(detail);
  }
  const all = details.flatMap((detail) => detail.events.map((event) => ({ session: detail.session.session_id, event })));
  const traced = all.filter(({ event }) => event.kind === 'request' && event.trace?.state === 'found').sort((a, b) => (b.event.duration_ns ?? 0) - (a.event.duration_ns ?? 0));
  for (const each of traced) {
    const q = `{ trace:id = "${each.event.trace!.trace_id}" && (span.db.statement =~ "(${kSql.source}).*" || span.db.query.text =~ "(${kSql.source}).*") }`;
    if ((await clew.ask<{ traces: unknown[] }>(`/search?q=${encodeURIComponent(q)}&start=now-2h&limit=1`)).traces.length === 0) continue;
    slow = each;
    break;
  }
  failed = all.find(({ event }) => event.kind === 'error' && event.error !== null);
  blind = all.find(({ event }) => event.trace?.state === 'header_not_sent' && ['other_origin', 'allowed_urls'].includes(event.trace.reason ?? ''));
});
afterAll(async () => {
  await browser?.close();
  await clew?.stop();
});

const open = (path: string, look: Partial<Look> = {}) => openPage(browser, clew.url + path, look);
const sessionOf = (of: { session: string; event: Event }) => `/sessions/${of.session}?event=${of.event.event_id}`;

const kPages: readonly (readonly [name: string, path: () => string | undefined, ready: string])[] = [
  ['sessions', () => '/sessions', 'table.data tbody tr.link'],
  ['session', () => `/sessions/${slow.session}`, '.sl-row'],
  ['session_request', () => sessionOf(slow), '.wf.inline .wf-row'],
  ['session_error', () => failed && sessionOf(failed), '.stack-box'],
  ['session_untraced', () => blind && sessionOf(blind), '.sb-reason'],
  ['session_unknown', () => '/sessions/00000000000000000000000000000000', '.state'],
];

describe.each(kPages)('%s', (name, path, ready) => {
  it.each(kLooks)('in %s, %s and %s', async (...look) => {
    const [language, theme] = look;
    const address = path();
    expect(address, 'the demo has no such event').toBeDefined();
    const watched = await open(address!, { language, theme });
    const { page } = watched;
    await page.locator(ready).first().waitFor();
    await settled(page);
    await expectGoodLooks(page, name, look);
    if (name !== 'session_unknown') expectNoFaults(watched);
    await watched.close();
  });
  it('on a phone', async () => {
    const address = path();
    expect(address, 'the demo has no such event').toBeDefined();
    const watched = await open(address!, kPhone);
    await expectFitsPhone(watched.page, name, ready);
    await watched.close();
  });
});

describe('the list', () => {
  it('is in the order of pain, each row with its course in words and a link to its worst moment', async () => {
    const watched = await open('/sessions?app=*');
    const { page } = watched;
    await rows(page).first().waitFor();
    const pains = (await page.locator('.pain > span').allTextContents()).map(Number);
    expect(pains.length).toBeGreaterThan(10);
    expect(pains).toEqual([...pains].sort((a, b) => b - a));
    await expect.poll(() => page.locator('.session-strip').first().getAttribute('aria-label')).toMatch(/\d+ views?/);
    const worst = page.locator('a.worst').first();
    expect(new URL((await worst.getAttribute('href')) ?? '', clew.url).searchParams.get('event')).toBeTruthy();
    await worst.click();
    await page.waitForURL(/\/sessions\/[^?]+\?.*event=/);
    await page.locator('.sl-row.open').waitFor();
    await page.goBack();
    await rows(page).first().waitFor();
    expectNoFaults(watched);
    await watched.close();
  });
  it('filters by what went wrong and by text, counts what the API counts, and shows further pages', async () => {
    const watched = await open('/sessions?app=*');
    const { page } = watched;
    await rows(page).first().waitFor();
    await page.locator('[data-has=rage]').click();
    await expect.poll(() => query(page).get('has')).toBe('rage');
    const { session_count } = await clew.ask<Sessions>('/rum/sessions?start=now-1h&has=rage&limit=1');
    await expect.poll(async () => Number(/\d+/.exec((await page.locator('.page-title [role=status]').innerText()).replaceAll(',', ''))?.[0])).toBeGreaterThanOrEqual(session_count - 5);
    await page.locator('[data-has=rage]').click();
    const user = details[0]!.session.user_id;
    await page.locator('.sessions-search input').fill(user);
    await expect.poll(() => query(page).get('text')).toBe(user);
    await expect.poll(() => rows(page).count()).toBeLessThan(10);
    await expect.poll(() => rows(page).first().innerText()).toContain(details[0]!.session.user_name ?? user);
    await page.locator('.sessions-search input').fill('nobody has ever written this');
    await page.locator('.state').waitFor();
    await page.locator('.state button.primary').click();
    await rows(page).first().waitFor();
    const before = await rows(page).count();
    await page.locator('.sessions-more button').click();
    await expect.poll(() => rows(page).count()).toBeGreaterThan(before);
    expectNoFaults(watched);
    await watched.close();
  });
});

describe('a session', () => {
  it('counts its failures as its header does: what was reported three times is three', async () => {
    const of = details.find(({ session, events }) => session.errors > events.filter(({ kind }) => kind === 'error').length) ?? details[0]!;
    const watched = await open(`/sessions/${of.session.session_id}`);
    const { page } = watched;
    await page.locator('[data-filter=errors]').waitFor();
    const { errors, failed_requests } = of.session as Session & { failed_requests: number };
    expect(Number(await page.locator('[data-filter=errors] .number').innerText())).toBe(errors + failed_requests);
    await watched.close();
  });
  it('has the same times of browser, network and backend as the page of the trace', async () => {
    const watched = await open(sessionOf(slow));
    const { page } = watched;
    const label = await page.locator('.sl-row.open .split').getAttribute('aria-label');
    await page.goto(`${clew.url}/trace/${slow.event.trace!.trace_id}`);
    await page.locator('.verdict .session-way').waitFor();
    await expect.poll(() => page.locator('.verdict .split').getAttribute('aria-label')).toBe(label);
    expectNoFaults(watched);
    await watched.close();
  });
  it('opens a request’s trace in place, on the same time axis, with its topology beside it, down to the statement', async () => {
    const watched = await open(`/sessions/${slow.session}`);
    const { page } = watched;
    await page.locator('.sl-row').first().waitFor();
    await page.locator('[data-filter=requests]').click();
    await page.locator(`[data-event="${slow.event.event_id}"]`).click();
    await page.locator('.wf.inline .wf-row').first().waitFor();
    await expect.poll(() => query(page).get('event')).toBe(slow.event.event_id);
    // A dozen rows at first.
    await expect.poll(() => page.locator('.wf.inline .wf-row').count()).toBeLessThanOrEqual(12);
    await page.locator('.side-map svg .node').first().waitFor();
    await expect.poll(() => page.locator('.side-map svg .node').count()).toBeGreaterThan(2);
    // The browser's own span and the row of the request lie on one another: same begin, same end, to the pixel.
    const placeOfBars = () => page.evaluate(() => {
      const parts = [...document.querySelectorAll('.sl-row.open .sl-time .sl-bar')].map((bar) => bar.getBoundingClientRect());
      const time = document.querySelector('.wf.inline .wf-time')!.getBoundingClientRect();
      const axis = document.querySelector('.sl-row.open .sl-time')!.getBoundingClientRect();
      const canvas = document.querySelectorAll<HTMLCanvasElement>('.wf.inline .wf-time canvas')[1]!;
      const pixels = canvas.getContext('2d')!.getImageData(0, 12 * (canvas.height / time.height), canvas.width, 1).data;
      let first = -1;
      for (let x = 0; x < canvas.width && first < 0; x++) if (pixels[x * 4 + 3]! > 0) first = x;
      return { left: Math.min(...parts.map((rect) => rect.left)), timeLeft: time.left, timeRight: time.right, axisLeft: axis.left, axisRight: axis.right, firstPixel: time.left + (first * time.width) / canvas.width };
    });
    const apart = async () => {
      const bars = await placeOfBars();
      return { left: Math.abs(bars.timeLeft - bars.axisLeft) > 1, right: Math.abs(bars.timeRight - bars.axisRight) > 1, drawn: Math.abs(bars.firstPixel - bars.left) > 3 };
    };
    await expect.poll(apart).toEqual({ left: false, right: false, drawn: false });
    // One click on a statement shows it, also where equal ones are folded.
    await page.locator('.wf.inline .wf-row', { hasText: kSql }).first().click();
    await page.locator('#span-detail pre.sql').waitFor();
    await expect.poll(() => page.locator('#span-detail pre.sql').innerText()).toMatch(kSql);
    await expect.poll(() => query(page).get('span')).toMatch(/^[0-9a-f]{16}$/);
    // All of it, and the whole page of the trace with the same span.
    const span = query(page).get('span');
    await page.locator('.sb-line a.button').click();
    await page.waitForURL(/\/trace\//);
    await expect.poll(() => query(page).get('span')).toBe(span);
    await page.locator('.wf-row.selected').waitFor();
    expectNoFaults(watched);
    await watched.close();
  });
  it('reopens from its address: event, span, axis; the axis changes and the trace goes with it', async () => {
    const watched = await open(`${sessionOf(slow)}&axis=session`);
    const { page } = watched;
    await page.locator('.wf.inline .wf-row').first().waitFor();
    const width = () => page.locator('.sl-row.open .sl-bar').first().evaluate((bar) => bar.parentElement!.getBoundingClientRect().width / bar.getBoundingClientRect().width);
    const onSession = await width();
    await page.locator('.sl-head .segmented button').nth(1).click();
    await expect.poll(() => query(page).get('axis')).toBeNull();
    await expect.poll(width).toBeLessThan(onSession);
    expectNoFaults(watched);
    await watched.close();
  });
  it('is walked by keys: events, into the trace, out again, the next trouble, the window', async () => {
    const watched = await open(`/sessions/${slow.session}`);
    const { page } = watched;
    await page.locator('.sl-row').first().waitFor();
    await page.keyboard.press('n');
    await expect.poll(() => query(page).get('event')).toBeTruthy();
    await page.keyboard.press('Escape');
    await expect.poll(() => query(page).get('event')).toBeNull();
    await page.keyboard.press('4');
    await expect.poll(() => query(page).get('show')).toBe('requests');
    await page.keyboard.press('1');
    await page.goto(clew.url + sessionOf(slow));
    await page.locator('.wf.inline .wf-row').first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.wf-row.selected').waitFor();
    await page.keyboard.press('j');
    await page.locator('#span-detail').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.wf-row.selected').count()).toBe(0);
    await page.keyboard.press('j');
    await page.locator('.sl-row.cursor').waitFor();
    const box = (await page.locator('.so').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.1, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 12, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => query(page).get('win')).toMatch(/^\d+-\d+$/);
    const before = query(page).get('win');
    await page.keyboard.press(']');
    await expect.poll(() => query(page).get('win')).not.toBe(before);
    await page.keyboard.press('0');
    await expect.poll(() => query(page).get('win')).toBeNull();
    expectNoFaults(watched);
    await watched.close();
  });
  it('says why a request has no trace, with the lines that change it', async () => {
    const watched = await open(sessionOf(blind!));
    const { page } = watched;
    await page.locator('.sb-reason').waitFor();
    const text = await page.locator('.sb-reason').innerText();
    expect(text).toMatch(/allowedUrls: \[\{ match: 'https?:\/\//);
    expect(text).toMatch(/Access-Control-Allow-Headers: traceparent, tracestate/);
    expectNoFaults(watched);
    await watched.close();
  });
  it('shows an error with its position, its stack and its group, and every attribute as it was sent', async () => {
    const watched = await open(sessionOf(failed!));
    const { page } = watched;
    await page.locator('.stack-box').waitFor();
    await expect.poll(() => page.locator('.stack-box').innerText()).toContain(failed!.event.error!.message.slice(0, 20));
    await expect.poll(() => page.locator('.stack-box a.button').getAttribute('href')).toMatch(/^\/errors\/[0-9a-f]{16}/);
    await page.locator('#event-detail .attribute').first().waitFor();
    await expect.poll(() => page.locator('#event-detail').innerText()).toContain('exception.type');
    expectNoFaults(watched);
    await watched.close();
  });
});

describe('the way back', () => {
  it('leads from a trace to the user’s session at that request', async () => {
    const watched = await open(`/trace/${slow.event.trace!.trace_id}`);
    const { page } = watched;
    await page.locator('.session-way').waitFor();
    await expect.poll(() => page.locator('.crumbs li').count()).toBeGreaterThan(2);
    await page.locator('.session-way').click();
    await page.waitForURL(new RegExp(`/sessions/${slow.session}\\?.*event=`));
    await page.locator('.wf.inline .wf-row').first().waitFor();
    await expect.poll(() => query(page).get('event')).toBe(slow.event.event_id);
    expectNoFaults(watched);
    await watched.close();
  });
});
