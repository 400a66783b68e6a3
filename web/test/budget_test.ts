// What the browser has to load: the first page at most 180 kB, each page's own chunk at most 40 kB, as sent (gzip).
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const kFirstLoad = 180_000;
const kChunk = 40_000;
const folder = resolve(import.meta.dirname, '../../build/web/dist');
const files = readdirSync(join(folder, 'ui'));
const size = (name: string) => gzipSync(readFileSync(join(folder, 'ui', name)), { level: 9 }).length;
const text = (name: string) => readFileSync(join(folder, 'ui', name), 'utf8');

/** A file and what it imports at once, not what it may import later. */
function closure(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const match of text(name).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) if (match[1]) closure(match[1], found);
  return found;
}

describe('budgets', () => {
  it('the first page loads at most 180 kB', () => {
    const page = readFileSync(join(folder, 'index.html'), 'utf8');
    const named = [...page.matchAll(/\/ui\/([^"]+\.(?:js|css))"/g)].map((match) => match[1] as string);
    expect(named.length).toBeGreaterThan(1);
    const services = files.find((name) => /^services_page-.*\.js$/.test(name));
    const english = files.find((name) => /^en-.*\.js$/.test(name));
    expect(services && english).toBeTruthy();
    const loaded = new Set<string>(named.filter((name) => name.endsWith('.css')));
    for (const name of [...named.filter((each) => each.endsWith('.js')), services as string, english as string]) for (const each of closure(name)) loaded.add(each);
    for (const name of files.filter((each) => each.startsWith('services_page') && each.endsWith('.css'))) loaded.add(name);
    const total = size('icon.svg') + [...loaded].reduce((sum, name) => sum + size(name), 0);
    expect(total).toBeLessThanOrEqual(kFirstLoad);
  });
  it('no chunk is larger than 40 kB', () => {
    for (const name of files) expect(size(name), name).toBeLessThanOrEqual(kChunk);
  });
  it('speaks one language at a time', () => {
    const first = files.filter((name) => /^index-.*\.js$/.test(name)).map(text).join('');
    expect(first).not.toMatch(/[\u4e00-\u9fff]{6}/);
  });
});
