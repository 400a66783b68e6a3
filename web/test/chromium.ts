// Debian's Chromium without a screen, and pages that fail a test when anything is written to the console as an error.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { expect } from 'vitest';

const kFlags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CLEW_CHROMIUM'] ?? '/usr/bin/chromium', args: kFlags });
}

export interface Look {
  language: 'en' | 'zh';
  theme: 'light' | 'dark';
  width: number;
  height: number;
}
export const kDesktop: Look = { language: 'en', theme: 'light', width: 1440, height: 900 };
export const kPhone: Look = { language: 'en', theme: 'light', width: 390, height: 844 };

export interface Watched {
  page: Page;
  /** Errors of console and scripts so far; a test ends with none. */
  faults: string[];
  close(): Promise<void>;
}

export async function openPage(browser: Browser, url: string, look: Partial<Look> = {}): Promise<Watched> {
  const { language, theme, width, height } = { ...kDesktop, ...look };
  const context = await browser.newContext({
    viewport: { width, height }, locale: language === 'zh' ? 'zh-CN' : 'en-US', colorScheme: theme, reducedMotion: 'reduce', timezoneId: 'UTC',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(`${message.text()} ${message.location().url}`));
  page.on('pageerror', (error) => faults.push(String(error.stack)));
  await page.goto(url);
  return { page, faults, close: () => context.close() };
}

/** What axe finds wrong, as "rule: selector" lines. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[] }> } }).axe;
    const { violations } = await run.run();
    return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
  });
}

/** Texts with Latin words that are neither data (translate="no") nor names that stay as they are. */
export async function untranslated(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const kept = /“rum”|LCP|INP|CLS|FCP|TTFB|FID|DNS|TLS|CORS|ARMS|Faro|SkyWalking|OpenTelemetry|Android|iOS|Clew|Trace|Span|TraceQL|OTLP|JSON|Jaeger|SQL|HTTP|RPC|UTC|Apdex|ID|SDK|N\+1|P\d\d|Esc|Ctrl-F|Enter|min|EN|English|[KMGT]iB|https?:\/\/\S+/g;
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!element || element.closest('[translate="no"], script, style, kbd, code, pre, noscript, title')) continue;
      if (/[A-Za-z]{3,}/.test((node.textContent ?? '').replace(kept, ''))) found.push(node.textContent ?? '');
    }
    return found;
  });
}

/** Where pictures of pages go, for people to look at. */
export const kPictures = resolve(import.meta.dirname, '../../build/web/pictures');
mkdirSync(kPictures, { recursive: true });

export const rows = (page: Page) => page.locator('table.data tbody tr.link');
export const query = (page: Page) => new URL(page.url()).searchParams;
/** Nothing is still loading. */
export const settled = (page: Page) => page.waitForFunction(() => !document.querySelector('.grey-block, .grey-chart, .sb-loading, [aria-busy="true"]'));
/** By how much something is wider than the window: no sideways scrolling of the page itself. */
export const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Each language with the theme that the page opens in and the other one. */
export const kLooks = [
  ['en', 'light', 'dark'],
  ['zh', 'dark', 'light'],
] as const;

/** What every page must be in both themes of its language, once its data is there; leaves pictures. */
export async function expectGoodLooks(page: Page, name: string, [language, theme, other]: readonly [Look['language'], Look['theme'], Look['theme']]): Promise<void> {
  await expect.poll(() => page.locator('html').getAttribute('lang')).toBe(language === 'zh' ? 'zh-CN' : 'en');
  await expect.poll(() => page.title()).toMatch(/Clew$/);
  if (language === 'zh') await expect.poll(() => untranslated(page)).toEqual([]);
  else expect((await page.locator('body').innerText()).replaceAll(/简体中文/g, '')).not.toMatch(/[\u4e00-\u9fff]{2}/u);
  await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
  for (const shade of [theme, other]) {
    await page.emulateMedia({ colorScheme: shade });
    await page.locator(`html[data-theme="${shade}"]`).waitFor({ state: 'attached' });
    await expect.poll(() => accessibilityFaults(page)).toEqual([]);
    await page.screenshot({ path: resolve(kPictures, `${name}_${language}_${shade}.png`) });
  }
}

/** Fits a phone, once it is there; leaves a picture. */
export async function expectFitsPhone(page: Page, name: string, ready: string): Promise<void> {
  await page.locator(ready).first().waitFor({ state: 'attached' });
  await settled(page);
  await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: resolve(kPictures, `${name}_phone.png`) });
}

export function expectNoFaults(watched: Watched): void {
  expect(watched.faults).toEqual([]);
}
