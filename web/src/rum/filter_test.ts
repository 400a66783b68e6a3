import { describe, expect, it } from 'vitest';

import { conditionOf, fieldOf, invertedCondition, isEmptyFilter, joined, keyOf, valueIn, withCondition, withoutCondition } from './filter';

describe('the filter', () => {
  it('names attributes of events with a dot and those of the resource as such', () => {
    expect(fieldOf('view.name')).toBe('.view.name');
    expect(fieldOf('resource.service.version')).toBe('resource.service.version');
    expect(keyOf('.view.name')).toBe('view.name');
    expect(keyOf('span.view.name')).toBe('view.name');
    expect(keyOf('resource.service.version')).toBe('resource.service.version');
  });
  it('adds, replaces, excludes and removes', () => {
    const one = withCondition('', conditionOf('view.name', '/checkout'));
    expect(one).toBe('{ .view.name = "/checkout" }');
    expect(withCondition(one, conditionOf('view.name', '/home'))).toBe('{ .view.name = "/home" }');
    expect(withCondition(one, conditionOf('view.name', '/checkout', true))).toBe('{ .view.name != "/checkout" }');
    const two = withCondition(one, conditionOf('os.type', 'Android', true));
    expect(two).toBe('{ .view.name = "/checkout" && .os.type != "Android" }');
    expect(withoutCondition(two, conditionOf('view.name', '/checkout'))).toBe('{ .os.type != "Android" }');
    expect(withoutCondition(one, conditionOf('view.name', '/checkout'))).toBe('');
    expect(invertedCondition(two, conditionOf('os.type', 'Android', true))).toBe('{ .view.name = "/checkout" && .os.type = "Android" }');
  });
  it('says that a value is not known', () => {
    expect(withCondition('', conditionOf('geo.country', ''))).toBe('{ .geo.country = nil }');
    expect(valueIn('{ .geo.country = nil }', 'geo.country')).toBe('');
  });
  it('keeps what is quoted whole', () => {
    const q = withCondition('', conditionOf('view.name', 'a "b" && c'));
    expect(valueIn(q, 'view.name')).toBe('a "b" && c');
  });
  it('joins filters, also those that are no list of conditions', () => {
    expect(joined('{ .os.type = "iOS" }', '{ .view.name = "/a" }')).toBe('{ .os.type = "iOS" && .view.name = "/a" }');
    expect(joined('{ .os.type = "iOS" || .os.type = "Android" }', '{ .view.name = "/a" }')).toBe('{ (.os.type = "iOS" || .os.type = "Android") && .view.name = "/a" }');
    expect(joined('', '{ .a = 1 || .b = 2 }')).toBe('{ .a = 1 || .b = 2 }');
  });
  it('is empty or not', () => {
    expect(isEmptyFilter('')).toBe(true);
    expect(isEmptyFilter('{ }')).toBe(true);
    expect(isEmptyFilter('{ .a = 1 }')).toBe(false);
    expect(isEmptyFilter('{ .a = 1 || .b = 2 }')).toBe(false);
  });
});
