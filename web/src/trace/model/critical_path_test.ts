import { describe, expect, it } from 'vitest';

import { deepTrace, drawn, largeTrace } from '../testing/made_traces';
import { Flag, type TraceColumns, nameOf } from './columns';
import { withCorrectedClocks } from './skew';

function path(columns: TraceColumns): string[] {
  return [...columns.cpRow].map((row, i) => `${nameOf(columns, row)} ${columns.cpStart[i]! / 1e6}-${columns.cpEnd[i]! / 1e6}`);
}

describe('self time', () => {
  it('is what no child covers, overlaps counted once, and never reaches outside the span', () => {
    const columns = drawn(`
a root 0 100
  a one 10 40
  a two 30 50
  a late 90 130
`);
    expect(columns.self[0]! / 1e6).toBe(100 - 40 - 10);
    expect(columns.self[3]! / 1e6).toBe(40);
  });
});

describe('critical path', () => {
  it('goes back from the end through the child that finished last', () => {
    const columns = drawn(`
a root 0 100
  b first 10 30
  c second 40 90
    c inner 50 80
`);
    expect(path(columns)).toEqual(['root 0-10', 'first 10-30', 'root 30-40', 'second 40-50', 'inner 50-80', 'second 80-90', 'root 90-100']);
    expect(columns.facts.critical_path_ns).toBe(100e6);
  });

  it('takes one of parallel siblings, the one that was waited for', () => {
    expect(path(drawn(`
a root 0 100
  b short 10 50
  b long 10 90
`))).toEqual(['root 0-10', 'long 10-90', 'root 90-100']);
  });

  it('leaves out consumers and what ends after its parent', () => {
    expect(path(drawn(`
a root 0 100
  q consume 20 60 consumer
  b detached 50 150
`))).toEqual(['root 0-100']);
  });

  it('covers the root exactly in a large trace and a deep one', { timeout: 30_000 }, () => {
    for (const columns of [largeTrace(100_000), deepTrace(10_000)]) {
      let length = 0, gaps = 0, empty = 0;
      for (let i = 0; i < columns.cpRow.length; i++) {
        if (columns.cpEnd[i]! <= columns.cpStart[i]!) empty++;
        if (i > 0 && Math.abs(columns.cpStart[i]! - columns.cpEnd[i - 1]!) > 0.001) gaps++;
        length += columns.cpEnd[i]! - columns.cpStart[i]!;
      }
      expect([gaps, empty]).toEqual([0, 0]);
      expect(length).toBeCloseTo(columns.duration[0]!, 0);
    }
  });
});

describe('corrected clocks', () => {
  it('moves bars, not rows, and counts self time and path anew', () => {
    const columns = drawn(`
a root 0 100
  b call 110 150
`);
    columns.skew = Float64Array.of(0, -90e6);
    columns.flags[1]! &= ~Flag.async;
    const corrected = withCorrectedClocks(columns);
    expect(corrected.start[1]).toBe(20e6);
    expect(corrected.self[0]).toBe(60e6);
    expect(path(corrected)).toEqual(['root 0-20', 'call 20-60', 'root 60-100']);
    expect(corrected.flags[1]! & Flag.critical).not.toBe(0);
    expect(columns.start[1]).toBe(110e6);
  });
});
