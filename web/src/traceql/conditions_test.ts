import { describe, expect, it } from 'vitest';

import { addCondition, fieldName, hasCondition, quote, readQuery, removeCondition, unquote, writeQuery, type Condition } from './conditions';

const service: Condition = { field: 'resource.service.name', operator: '=', value: '"cart"' };

describe('conditions', () => {
  it('read and write the same query', () => {
    for (const text of ['{ }', '{ resource.service.name = "cart" }', '{ name =~ "GET.*" && duration > 1.5s && span.x != nil }']) {
      const read = readQuery(text);
      expect(read).toBeDefined();
      expect(writeQuery(read ?? [])).toBe(text);
    }
    expect(readQuery('')).toEqual([]);
    expect(readQuery('{ true }')).toEqual([]);
  });
  it('have no view of more than a conjunction', () => {
    for (const text of ['{ a', '{ .a = 1 || .b = 2 }', '{ (.a = 1) }', '{ .a }', '{ !.a = 1 }', '{ .a = 1 && }', '{ .a = "x }', 'cart', '{ .a = 1 } | count() > 2']) {
      expect(readQuery(text), text).toBeUndefined();
    }
  });
  it('add to any text, replacing what contradicts', () => {
    expect(addCondition('{ }', service)).toBe('{ resource.service.name = "cart" }');
    expect(addCondition('{ resource.service.name = "web" && status = error }', service)).toBe('{ status = error && resource.service.name = "cart" }');
    expect(addCondition('{ .a = 1 || .b = 2 }', service)).toBe('{ (.a = 1 || .b = 2) && resource.service.name = "cart" }');
    expect(addCondition('{ resource.service.name = "cart" }', service)).toBe('{ resource.service.name = "cart" }');
  });
  it('go and are found', () => {
    const text = '{ status = error && resource.service.name = "cart" }';
    expect(hasCondition(text, service)).toBe(true);
    expect(removeCondition(text, service)).toBe('{ status = error }');
  });
  it('quote what needs it', () => {
    for (const text of ['plain', 'with "quotes" and \\', 'line\nbreak', '']) expect(unquote(quote(text))).toBe(text);
    expect(fieldName('span', 'http.route')).toBe('span.http.route');
    expect(fieldName('span', 'odd key')).toBe('span."odd key"');
  });
});
