import { describe, expect, it } from 'vitest';

import { newestFirst, numbersOf } from './release_order';

const version = (name: string, first: number) => ({ version: name, first_ns: `${first}000000`, last_ns: '0', sessions: 1 });

describe('releases', () => {
  it('are numbers where they look like it', () => {
    expect(numbersOf('v5.10.2-beta')).toEqual([5, 10, 2]);
    expect(numbersOf('2026.01')).toEqual([2026, 1]);
    expect(numbersOf('main-4f2a')).toBeUndefined();
    expect(numbersOf('')).toBeUndefined();
  });
  it('are ordered by number, not by when a range first saw them', () => {
    expect(newestFirst([version('5.9.1', 30), version('5.10.0', 10), version('5.2.0', 20)]).map((each) => each.version)).toEqual(['5.10.0', '5.9.1', '5.2.0']);
  });
  it('are ordered by time where one is no number', () => {
    expect(newestFirst([version('blue', 10), version('5.10.0', 5), version('green', 30)]).map((each) => each.version)).toEqual(['green', 'blue', '5.10.0']);
  });
});
