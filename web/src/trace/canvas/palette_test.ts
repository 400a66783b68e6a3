import { expect, it, vi } from 'vitest';

vi.mock('../../app/theme', () => ({ shadeStore: { get: () => 'light' }, token: () => '#FFF' }));

const { inkOn, mixed, rgbOf, stripedServices } = await import('./palette');

it('reads colours in both lengths, as a build may write them', () => {
  expect(rgbOf('#FFFFFF')).toEqual([255, 255, 255]);
  expect(rgbOf(' #fff')).toEqual([255, 255, 255]);
  expect(rgbOf('#2094FF')).toEqual([32, 148, 255]);
  expect(mixed('#000000', '#fff', 0.5)).toBe('#808080');
});

it('writes dark on light and light on dark', () => {
  expect(inkOn('#ffffff')).toBe('#0B0E12');
  expect(inkOn('#41378E')).toBe('#FFFFFF');
});

it('stripes the second service of a hue', () => {
  const service = (color: number) => ({ name: '', color, type: 'service', span_count: 0, error_count: 0, self_ns: 0 });
  expect(stripedServices([service(0), service(1), service(12), service(24)])).toEqual([false, false, true, true]);
});
