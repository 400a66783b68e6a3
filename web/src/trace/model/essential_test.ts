import { describe, expect, it } from 'vitest';

import { drawn, largeTrace } from '../testing/made_traces';
import { anchorOf, essentialRows, kEssentialRows } from './essential';
import { nameOf } from './columns';
import { findGroups } from './groups';
import { visibleRows } from './rows';

function shown(columns: ReturnType<typeof drawn>, most?: number) {
  const groups = findGroups(columns);
  const keep = essentialRows(columns, groups, most);
  const rows = visibleRows(columns, groups, { collapsed: new Uint8Array(columns.count), openGroups: new Map(), hiddenServices: new Uint8Array(columns.facts.services.length), keep, window: null });
  return { rows, names: Array.from({ length: rows.count }, (_, at) => nameOf(columns, rows.row[at]!)) };
}

describe('the essential rows', () => {
  it('are root, failure, slowest statement and the critical path, below their ancestors', () => {
    const columns = drawn(`
web click 0 1000 client
  shop order 20 900 server
    shop check 30 40
    shop price 40 60
    stock reserve 60 800 server
      stock SELECT 70 750 db sql=SELECT_1
      stock INSERT 760 770 db sql=INSERT_1
    pay charge 810 880 client error
`);
    const { names } = shown(columns, 5);
    expect(names).toEqual(['click', 'order', 'reserve', 'SELECT', 'charge']);
    expect(shown(columns).names).toContain('SELECT');
  });
  it('count a run of equal calls as one row', () => {
    const calls = Array.from({ length: 38 }, (_, i) => `    stock SELECT ${10 + i * 10} ${19 + i * 10} db sql=SELECT_1`).join('\n');
    const columns = drawn(`web click 0 1000 client\n  stock order 5 990 server\n${calls}\n`);
    const { rows, names } = shown(columns);
    expect(names.slice(0, 3)).toEqual(['click', 'order', 'SELECT']);
    expect(rows.count).toBe(3);
  });
  it('have the slowest statement also where several calls failed', () => {
    const columns = drawn(`
web click 0 1000 client
  shop order 20 900 server
    pay charge 30 80 client error
    mail send 90 120 client error
    audit write 130 150 client error
    stock reserve 160 800 server
      stock SELECT 170 750 db sql=SELECT_1
`);
    const { names } = shown(columns, 5);
    expect(names).toContain('SELECT');
    expect(names).toHaveLength(5);
  });
  it('are at most a dozen of a large trace', () => {
    const { rows } = shown(largeTrace(5000));
    expect(rows.count).toBeGreaterThan(4);
    expect(rows.count).toBeLessThanOrEqual(kEssentialRows);
  });
});

describe('the place of a trace on the browser’s clock', () => {
  const columns = drawn('web click 0 1000 client\n  shop order 20 900 server\n');
  it('is that of the request’s own span', () => {
    expect(anchorOf(columns, 0, { at: 5e9, end: 6e9 })).toEqual({ shift: 5e9, by: 'span' });
    expect(anchorOf(columns, 1, { at: 5e9, end: 6e9 })).toEqual({ shift: 5e9 - 20e6, by: 'span' });
  });
  it('ends with the response where the backend alone is known, or begins with the request where it does not fit', () => {
    const backend = drawn('shop order 0 880 server\n');
    expect(anchorOf(backend, -1, { at: 5e9, end: 6e9 })).toEqual({ shift: 5.12e9, by: 'response' });
    expect(anchorOf(backend, -1, { at: 5e9, end: 5.1e9 })).toEqual({ shift: 5e9, by: 'start' });
  });
});
