import { describe, expect, it } from 'vitest';

import { differing, tellingAttributes, tellingPath, tellingValue, weighed, type Change, type CompareAnswer, type ComparedPath, type DiffRow } from './explain_data';

const side = { count: 1, total_ns: 0, self_ns: 0, row: 0 };
const row = (depth: number, operation: string, change: Change, delta_ns = change === 'same' ? 0 : 100): DiffRow => ({
  depth, service: 's', operation, change, delta_ns, ...(change === 'removed' ? {} : { a: side }), ...(change === 'added' ? {} : { b: side }),
});

describe('differences of two traces', () => {
  it('keep the ancestors of what differs, and nothing else', () => {
    const rows = [
      row(0, 'root', 'same'), row(1, 'one', 'same'), row(2, 'deep', 'same'), row(1, 'two', 'same'), row(2, 'changed', 'slower'), row(2, 'equal', 'same'), row(1, 'new', 'added'),
    ];
    expect(differing(rows).map((each) => each.operation)).toEqual(['root', 'two', 'changed', 'new']);
    expect(differing([row(0, 'root', 'same')])).toEqual([]);
  });

  it('below a hundredth of the largest are noise, unless a side has none', () => {
    const rows = weighed([row(0, 'root', 'slower', 1000), row(1, 'little', 'slower', 9), row(1, 'enough', 'faster', -11), row(1, 'new', 'added', 1)]);
    expect(rows.map((each) => each.change)).toEqual(['slower', 'same', 'faster', 'added']);
  });
});

describe('the sentence of an explanation', () => {
  const value = (text: string, a_share: number, b_share: number) => ({ value: { stringValue: text }, a_share, b_share, a_count: 1, b_count: 1 });
  const answer = {
    attributes: [
      { key: 'resource.service.version', score: 0.9, value_count: 2, values: [value('v1', 0.03, 0.97), value('v2', 0.97, 0.03)] },
      // Something that A lacks says little about A.
      { key: 'span.lock.name', score: 0.5, value_count: 1, values: [value('stock', 0.4, 1)] },
      { key: 'span.noise', score: 0.01, value_count: 1, values: [value('x', 0.5, 0.4)] },
    ],
  } as unknown as CompareAnswer;

  it('names attributes by the value that A has more often', () => {
    expect(tellingAttributes(answer).map((each) => each.key)).toEqual(['resource.service.version']);
    expect(tellingValue(answer.attributes[0]!)?.value).toEqual({ stringValue: 'v2' });
  });

  it('blames the path with the most extra time, the innermost of equals', () => {
    const path = (depth: number, delta_ns: number, change: Change = 'slower') => ({ path: [], depth, delta_ns, change }) as unknown as ComparedPath;
    expect(tellingPath([path(1, 50), path(2, 50), path(3, 20)])?.depth).toBe(2);
    expect(tellingPath([path(1, -50, 'faster')])).toBeUndefined();
  });
});
