import { describe, expect, it } from 'vitest';

import { drawn, largeTrace } from '../testing/made_traces';
import { encodeColumns } from '../testing/encode_columns';
import { ancestors, decodeColumns, Flag, MalformedColumns, nameOf, rowOfSpan, serviceOf, spanIdText, statementOf } from './columns';

const shop = () => drawn(`
web click 0 100
  checkout order 5 90 server
    checkout SELECT 10 20 db sql=SELECT_?
    pay charge 30 60 error
`);

describe('trace columns', () => {
  it('reads back what the layout says', () => {
    const columns = decodeColumns(encodeColumns(shop()));
    expect(columns.count).toBe(4);
    expect([...columns.depth]).toEqual([0, 1, 2, 2]);
    expect([...columns.subtree]).toEqual([4, 3, 1, 1]);
    expect(nameOf(columns, 2)).toBe('SELECT');
    expect(serviceOf(columns, 3).name).toBe('pay');
    expect(statementOf(columns, 2)).toBe('SELECT_?');
    expect(statementOf(columns, 3)).toBe('');
    expect(spanIdText(columns, 3)).toBe('0000000000000004');
    expect(rowOfSpan(columns, '0000000000000004')).toBe(3);
    expect(rowOfSpan(columns, 'zz')).toBe(-1);
    expect(ancestors(columns, 3)).toEqual([0, 1]);
    expect(columns.flags[3]! & Flag.errorCause).not.toBe(0);
  });

  it('reads 100 000 spans', { timeout: 30_000 }, () => {
    const columns = decodeColumns(encodeColumns(largeTrace(100_000)));
    expect(columns.count).toBe(100_000);
    expect(columns.subtree[0]).toBe(100_000);
  });

  it('names what is wrong with a body', () => {
    const good = encodeColumns(shop());
    const damaged = (damage: (bytes: Uint8Array) => void): ArrayBuffer => {
      const copy = good.slice(0);
      damage(new Uint8Array(copy));
      return copy;
    };
    expect(() => decodeColumns(new ArrayBuffer(3))).toThrow(MalformedColumns);
    expect(() => decodeColumns(damaged((bytes) => bytes.set([0x58], 0)))).toThrow(/begins with/);
    expect(() => decodeColumns(damaged((bytes) => bytes.set([0xff, 0xff, 0xff], 8)))).toThrow(/do not fit/);
    expect(() => decodeColumns(good.slice(0, good.byteLength - 64))).toThrow(/lies outside/);
  });

  it('refuses a parent behind its child', () => {
    const columns = shop();
    columns.parent[1] = 2;
    expect(() => decodeColumns(encodeColumns(columns))).toThrow(/row 1: parent 2/);
  });
});
