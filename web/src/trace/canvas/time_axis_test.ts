import { expect, it } from 'vitest';

import { timeTicks } from './time_axis';

const texts = (from: number, to: number, width: number) => {
  const { ticks, unit } = timeTicks(from, to, width);
  return `${ticks.map((tick) => tick.text).join(' ')} ${unit}`;
};

it('has round steps and one unit', () => {
  expect(texts(0, 2.41e9, 600)).toBe('0 0.5 1.0 1.5 2.0 s');
  expect(texts(0, 63e6, 1000)).toBe('0 10 20 30 40 50 60 ms');
  expect(texts(1_000, 1_500, 500)).toBe('1.0 1.1 1.2 1.3 1.4 1.5 µs');
  expect(texts(0, 900, 300)).toBe('0 500 ns');
});

it('counts up to twenty minutes in seconds, more in whole minutes', () => {
  expect(texts(0, 90e9, 500)).toBe('0 20 40 60 80 s');
  expect(texts(0, 3600e9, 700)).toBe('0 10 20 30 40 50 60 min');
});

it('writes times before the start with a true minus', () => {
  expect(texts(-10e6, 10e6, 400)).toBe('\u221210 \u22125 0 5 10 ms');
});
