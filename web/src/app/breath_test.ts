import { describe, expect, it } from 'vitest';

import { atOnce, inSlices } from './breath';

function* slowSum(steps: number, msEach: number): Generator<void, number> {
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    for (const begin = performance.now(); performance.now() - begin < msEach; ) sum += 0;
    sum += step;
    yield;
  }
  return sum;
}

describe('work in slices', () => {
  it('lets others run in between, and comes to the same', async () => {
    let others = 0;
    const timer = setInterval(() => others++);
    expect(await inSlices(slowSum(20, 6))).toBe(190);
    clearInterval(timer);
    expect(others).toBeGreaterThan(3);
    expect(atOnce(slowSum(20, 0))).toBe(190);
  });
  it('does not pause for little', async () => {
    let others = 0;
    const timer = setTimeout(() => others++);
    await inSlices(slowSum(3, 0));
    expect(others).toBe(0);
    clearTimeout(timer);
  });
});
