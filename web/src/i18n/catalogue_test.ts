// The two languages are complete (the types see to that), different where they should be, and the only source of words.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'vite';
import { describe, expect, it } from 'vitest';

import { en } from './en';
import { zh } from './zh';

type Leaf = string | ((...args: never[]) => string);
function leaves(tree: object, path = ''): Map<string, Leaf> {
  const found = new Map<string, Leaf>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'object' && value !== null) for (const [inner, leaf] of leaves(value, `${path}${key}.`)) found.set(inner, leaf);
    else found.set(path + key, value as Leaf);
  }
  return found;
}
const english = leaves(en);
const chinese = leaves(zh);
const say = (leaf: Leaf | undefined) => (typeof leaf === 'function' ? leaf(...(Array.from({ length: leaf.length }, () => 7) as never[])) : (leaf ?? ''));

// Words that are the same in both languages.
const kSame = /^(HTTP|RPC|UTC|TraceQL|OpenTelemetry|Jaeger|Zipkin|SkyWalking|English|简体中文|[{} a-z_]*)$|traceql|placeholder/i;

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/_test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
const root = join(import.meta.dirname, '..');

describe('catalogue', () => {
  it('has the same sentences in both languages', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });
  it('is Chinese in Chinese', () => {
    const untranslated = [...chinese].filter(([key, leaf]) => {
      const text = say(leaf);
      return text === say(english.get(key)) && /[A-Za-z]{2}/.test(text.replace(/\{[a-z_0-9]+\}/gi, '')) && !kSame.test(text) && !kSame.test(key);
    });
    expect(untranslated.map(([key]) => key).filter((key) => !/families|languages|range\.unreadable|p99|p50/.test(key))).toEqual([]);
  });
  it('names the same arguments in both languages', () => {
    const names = (text: string) => [...new Set(text.match(/\{[a-z_0-9]+\}/gi) ?? [])].sort();
    for (const [key, leaf] of english) expect(names(say(chinese.get(key))), key).toEqual(names(say(leaf)));
  });
  it('writes Chinese with full-width punctuation and spaces beside Latin', () => {
    for (const [key, leaf] of chinese) {
      const text = say(leaf);
      expect(text, key).not.toMatch(/[\u4e00-\u9fff][,;!?]/);
      expect(text, key).not.toMatch(/[\u4e00-\u9fff][A-Za-z]|[A-Za-z][\u4e00-\u9fff]/);
    }
  });
  it('is the only place of words: no literals in markup', () => {
    const literals: string[] = [];
    for (const path of sources(root).filter((each) => each.endsWith('.tsx'))) {
      const text = readFileSync(path, 'utf8');
      const note = (value: string, start: number) => {
        // Names that are the same in every language may stand in the markup.
        if (/[A-Za-z\u4e00-\u9fff]{2,}/.test(value.replace(/\{ [^}]* \}|\bCtrl-/g, '').replace(/\b(Clew|TraceQL|OpenAPI|p50|p90|p95|p99|API|ms|sh)\b/g, ''))) {
          literals.push(`${path.slice(root.length + 1)}:${text.slice(0, start).split('\n').length}: ${value.trim()}`);
        }
      };
      new Visitor({
        JSXText: (node) => note(node.value, node.start),
        JSXAttribute(node) {
          const name = node.name.type === 'JSXIdentifier' ? node.name.name : '';
          if (['title', 'alt', 'placeholder', 'aria-label', 'data-tip', 'label'].includes(name) && node.value?.type === 'Literal' && typeof node.value.value === 'string') note(node.value.value, node.start);
        },
      }).visit(parseSync(path, text).program);
    }
    expect(literals).toEqual([]);
  });
  it('has no sentence that nobody says', () => {
    const text = sources(root).filter((path) => !/i18n.(en|zh)/.test(path)).map((path) => readFileSync(path, 'utf8')).join('\n');
    const unused = [...english.keys()].filter((key) => {
      const parts = key.split('.');
      const last = parts.at(-1) ?? '';
      // Tables of words are looked up by a key that is data: claims[code], kinds[kind].
      const isTable = parts.length > 1 && new RegExp(`\\b${parts.at(-2)}\\b(?!\\.|:)`).test(text) || new RegExp(`= t\\.${parts.slice(0, -1).join('\\.')};`).test(text);
      return !new RegExp(`\\.${last}\\b`).test(text) && !isTable;
    });
    expect(unused).toEqual([]);
  }, 60_000);  // Every word is looked for in every source.
});
