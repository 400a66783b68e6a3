import { describe, expect, it } from 'vitest';

import { formatAddress, parseAddress, withChange } from './address';
import { keyName } from './keys';
import { recognise } from './omnibox_parse';
import { pageAt } from './places';
import { lengthUntilNow, parseInstant, rangeOf, relativeText } from './range';

describe('address', () => {
  it('survives the way there and back', () => {
    const { path, query } = parseAddress('/traces?q=%7B%20name%20%3D%20%22a%20%26%26%20b%22%20%7D&cols=span.a,span.b&from=now-6h');
    expect(path).toBe('/traces');
    expect(query.get('q')).toBe('{ name = "a && b" }');
    expect(parseAddress(formatAddress(path, query))).toEqual({ path, query });
    expect(formatAddress(path, query)).toContain('cols=span.a,span.b');
  });
  it('changes only what it is told to', () => {
    const before = new URLSearchParams('a=1&b=2&b=3');
    expect(withChange(before, { a: undefined, c: 'x' }).toString()).toBe('b=2&b=3&c=x');
    expect(withChange(before, { b: ['4', '5'], a: '' }).toString()).toBe('b=4&b=5');
    expect(before.toString()).toBe('a=1&b=2&b=3');
  });
  it('names pages, with odd characters in their parts', () => {
    expect(pageAt('/')?.page.place).toBe('services');
    expect(pageAt('/services/a%2Fb%20%E6%9C%8D')?.parts).toEqual(['a/b 服']);
    expect(pageAt('/traces/')?.page.pattern).toBe('/traces');
    expect(pageAt('/services/%E6')).toBeUndefined();
    expect(pageAt('/nothing/here')).toBeUndefined();
  });
});

describe('time range', () => {
  const now = 1_700_000_000_000;
  it('reads relative and absolute ends', () => {
    expect(parseInstant('now-1h', now)).toBe(now - 36e5);
    expect(parseInstant('now+5m', now)).toBe(now + 3e5);
    expect(parseInstant('1699990000000', now)).toBe(1_699_990_000_000);
    expect(parseInstant('2023-11-14T22:00:00Z', now)).toBe(Date.UTC(2023, 10, 14, 22));
    for (const text of ['', 'yesterday', 'now-1y', 'now-', '12']) expect(parseInstant(text, now), text).toBeUndefined();
  });
  it('falls back to the last hour and says so', () => {
    expect(rangeOf(new URLSearchParams('from=nonsense'))).toEqual({ range: { from: 'now-1h', to: 'now' }, malformed: true });
    expect(rangeOf(new URLSearchParams('from=now&to=now-1h')).malformed).toBe(true);
    expect(rangeOf(new URLSearchParams('from=now-2d')).malformed).toBe(false);
  });
  it('writes lengths so that they read back', () => {
    for (const length of [15e3, 6e4, 15 * 6e4, 36e5, 12 * 36e5, 864e5, 7 * 864e5]) expect(lengthUntilNow({ from: relativeText(length), to: 'now' })).toBe(length);
    expect(lengthUntilNow({ from: 'now-1h', to: 'now-5m' })).toBeUndefined();
  });
});

describe('keys', () => {
  const event = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });
  it('are named as the help shows them', () => {
    expect(keyName(event('j'))).toBe('j');
    expect(keyName(event('ArrowRight', { shiftKey: true }))).toBe('Shift-→');
    expect(keyName(event('?', { shiftKey: true }))).toBe('?');
    expect(keyName(event('N', { shiftKey: true }))).toBe('N');
    expect(keyName(event('k', { ctrlKey: true }))).toBe('Ctrl-K');
    expect(keyName(event('Escape'))).toBe('Esc');
  });
});

describe('omnibox', () => {
  const id = '4bf92f3577b34da6a3ce929d0e0e4736';
  it('knows ids by their shape', () => {
    for (const text of [`00-${id}-00f067aa0ba902b7-01`, `http://x/trace/${id}?a=1`]) expect(recognise(` ${text} `), text).toEqual({ kind: 'trace', id });
    expect(recognise('00F067AA0BA902B7')).toEqual({ kind: 'trace', id: '00f067aa0ba902b7' });
    // A trace or a session: these cannot be told apart by their looks.
    for (const text of [id, id.toUpperCase()]) expect(recognise(` ${text} `), text).toEqual({ kind: 'id', id, session: id });
    const dashed = '4bf92f35-77b3-4da6-a3ce-929d0e0e4736';
    expect(recognise(dashed)).toEqual({ kind: 'id', id, session: dashed });
    expect(recognise(`00-${id}-29bb52b2a76ccd53`)).toEqual({ kind: 'session', session: id, event: `00-${id}-29bb52b2a76ccd53` });
    expect(recognise(`https://clew.example/sessions/${id}?from=now-1h&event=e1#x`)).toEqual({ kind: 'session', session: id, event: 'e1' });
    expect(recognise('/sessions/abc')).toEqual({ kind: 'session', session: 'abc' });
    expect(recognise('uid_dorp9fxdbmw30lvv')).toEqual({ kind: 'user', user: 'uid_dorp9fxdbmw30lvv' });
    expect(recognise('/checkout')).toEqual({ kind: 'path', path: '/checkout' });
    expect(recognise('{ status = error }').kind).toBe('query');
    expect(recognise('checkout').kind).toBe('text');
    expect(recognise('deadbeef').kind).toBe('text');
  });
});
