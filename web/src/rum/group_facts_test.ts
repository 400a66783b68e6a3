import { describe, expect, it } from 'vitest';

import type { ErrorGroupRow, Frame } from '../api/rum_errors';
import { applyChange, byImpact, countsAfter, firstWithSource, foldFrames, isFailure, isNew, mapUseOf, positionText, releaseMarks, shellWord, shortFile, sortOf, statesOf, stepTimes, undoOf, uploadCommand } from './group_facts';

const row: ErrorGroupRow = {
  group_id: '00000000000000e1', app: 'shop@1', app_name: 'shop-web', type: 'TypeError', message: 'x is undefined', culprit: null, source: 'onError', kind: 'error',
  count: 12, users: 3, sessions: 4, first_ns: '1000000000000', last_ns: '2000000000000', first_version: '2.3.1', versions: [{ version: '2.3.1', count: 12 }], state: 'open',
  state_since_ns: null, resolved_in_version: null, regressed_ns: null, series: [1, 2], pages: [], browsers: [], likely_cause: null, sample: null, note: null,
};
const frame = (name: string, inApp: boolean, context = 0): Frame => ({
  function: name, file: `https://x/${name}.js`, line: 1, column: 2, in_app: inApp,
  source: context ? { function: name, file: `${name}.ts`, line: 3, column: 4, context: Array.from({ length: context }, (_, line) => ({ line, text: '' })) } : null,
});

describe('views of the list', () => {
  it('ask for the states they show', () => {
    expect(statesOf('unresolved')).toEqual(['open', 'regressed']);
    expect(statesOf('new')).toEqual(['open', 'regressed']);
    expect(statesOf('ignored')).toEqual(['ignored']);
    expect([sortOf('new', 'impact'), sortOf('new', 'users'), sortOf('open', 'impact')]).toEqual(['first', 'users', 'impact']);
  });
  it('call new what was first seen in the range', () => {
    expect([isNew(row, 999_999), isNew(row, 1_000_000), isNew(row, 1_000_001)]).toEqual([true, true, false]);
  });
});

describe('impact', () => {
  const range = { start: 0, end: 6_000_000 };
  const hit = (name: string, users: number, sessions: number, lastMs: number) => ({ name, users, sessions, last_ns: `${lastMs}000000` });
  it('is users by recency', () => {
    const rows = [hit('old', 30, 40, 3_000_000), hit('now', 10, 10, 6_000_000), hit('nobody known', 0, 5, 6_000_000), hit('long ago', 60, 70, 0)];
    expect(byImpact(rows, range).map((row) => row.name)).toEqual(['now', 'nobody known', 'old', 'long ago']);
  });
  it('leaves equal ones as they came', () => {
    expect(byImpact([hit('a', 2, 2, 6_000_000), hit('b', 2, 9, 6_000_000)], range).map((row) => row.name)).toEqual(['a', 'b']);
  });
});

describe('positions in code', () => {
  it('keep what a reader needs of the file', () => {
    expect(['webpack:///./src/cart/checkout.ts', 'https://cdn.example/assets/app-4f1.js?v=2', '../src/a.ts', 'app.js', 'https://x/', ''].map(shortFile)).toEqual(
      ['cart/checkout.ts', 'assets/app-4f1.js', 'src/a.ts', 'app.js', 'https://x/', '']);
  });
  it('are written as editors read them', () => {
    expect(positionText({ file: 'src/cart/checkout.ts', line: 412, column: 7 })).toBe('cart/checkout.ts:412:7');
    expect(positionText({ file: 'src/cart/checkout.ts', line: 412, column: null }, true)).toBe('src/cart/checkout.ts:412');
    expect(positionText({ file: null, line: 1, column: 1 })).toBe('');
    expect(positionText(null)).toBe('');
  });
});

describe('changes of state', () => {
  it('show at once what the server will say', () => {
    expect(applyChange(row, { state: 'resolved', resolved_in_version: '2.4.0' }, 5)).toMatchObject({ state: 'resolved', resolved_in_version: '2.4.0', state_since_ns: '5000000' });
    expect(applyChange({ ...row, resolved_in_version: '2.4.0', note: 'why' }, { state: 'open' }, 5)).toMatchObject({ state: 'open', resolved_in_version: null, note: 'why' });
  });
  it('are taken back to what was', () => {
    expect(undoOf(row)).toEqual({ state: 'open', note: '' });
    expect(undoOf({ ...row, state: 'ignored', note: 'bots', state_since_ns: '7' })).toEqual({ state: 'ignored', note: 'bots', state_since_ns: '7' });
    expect(undoOf({ ...row, state: 'regressed', resolved_in_version: '2.3.0', state_since_ns: '9' })).toEqual({ state: 'resolved', note: '', resolved_in_version: '2.3.0', state_since_ns: '9' });
  });
  it('move the counts of the tabs', () => {
    const counts = { open: 2, resolved: 0, ignored: 1, regressed: 0 };
    const changed = new Map([[row.group_id, { ...row, state: 'resolved' as const }], ['elsewhere', { ...row, state: 'ignored' as const }]]);
    expect(countsAfter(counts, [row], changed)).toEqual({ open: 1, resolved: 1, ignored: 1, regressed: 0 });
    expect(countsAfter(counts, [row], new Map())).toEqual(counts);
  });
});

describe('stacks', () => {
  it('fold runs of library frames, never all of them', () => {
    const frames = [frame('a', true), frame('b', false), frame('c', false), frame('d', true), frame('e', false)];
    expect(foldFrames(frames).map((part) => (part.kind === 'frame' ? part.frame.function : part.frames.length))).toEqual(['a', 2, 'd', 'e']);
    expect(foldFrames(frames).map((part) => part.index)).toEqual([0, 1, 3, 4]);
    expect(foldFrames([frame('b', false), frame('c', false)])).toHaveLength(2);
    expect(foldFrames([])).toEqual([]);
  });
  it('open at the application\'s own source', () => {
    expect(firstWithSource([frame('a', false, 3), frame('b', true), frame('c', true, 3)])).toBe(2);
    expect(firstWithSource([frame('a', false, 3), frame('b', true)])).toBe(0);
    expect(firstWithSource([frame('a', true)])).toBe(-1);
  });
  it('say how source maps were used, whatever form the answer has', () => {
    expect(mapUseOf('missing', [])).toEqual({ state: 'missing' });
    expect(mapUseOf(null, [frame('a', true, 1)])).toEqual({ state: 'applied' });
    expect(mapUseOf(null, [frame('a', true)])).toEqual({ state: 'none' });
    expect(mapUseOf({ state: 'wrong_version', available: ['1'] }, [])).toEqual({ state: 'wrong_version', available: ['1'] });
  });
  it('give a line for the shell in which nothing is run that a sender chose', () => {
    expect(uploadCommand('ws01@0123', '2.3.1', 'http://127.0.0.1:7070')).toBe('clew sourcemaps upload --app ws01@0123 --version 2.3.1 --url http://127.0.0.1:7070 dist/');
    expect(shellWord("a'; rm -rf $(x) '")).toBe(`'a'\\''; rm -rf $(x) '\\'''`);
    expect(uploadCommand('a', '', 'u')).toContain('--version VERSION');
  });
});

describe('trend', () => {
  const steps = { start_ns: '1000000000000', step_ns: 60e9, count: 10 };
  it('marks releases inside it only', () => {
    const first = (minutes: number) => String(1_000_000 + minutes * 60_000) + '000000';
    expect(releaseMarks([{ version: 'old', first_ns: first(0) }, { version: 'b', first_ns: first(5) }, { version: 'a', first_ns: first(3) }, { version: 'late', first_ns: first(11) }], steps).map((mark) => mark.label)).toEqual(['a', 'b']);
    expect(releaseMarks(null, steps)).toEqual([]);
  });
  it('has times', () => {
    expect(stepTimes(steps, 3)).toEqual([1_000_000, 1_060_000, 1_120_000]);
  });
});

describe('statuses', () => {
  it('fail from 400 on, and where the network did', () => {
    expect([200, '304', 404, '503', 0, '0', '', null, undefined].map((status) => isFailure(status))).toEqual([false, false, true, true, true, true, false, false, false]);
    expect(isFailure(200, 0)).toBe(true);
  });
});
