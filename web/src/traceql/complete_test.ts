import { describe, expect, it } from 'vitest';

import { placeAt } from './complete';

/** `|` is the caret. */
const at = (marked: string) => {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '');
  const place = placeAt(text, caret);
  return place.kind === 'none' ? 'none' : `${place.kind} ${text.slice(place.start, place.end)} ${'field' in place ? place.field : ''}`.trimEnd();
};

describe('placeAt', () => {
  it('knows what comes next', () => {
    expect(at('|')).toBe('field');
    expect(at('{|')).toBe('field');
    expect(at('{ span.ht|')).toBe('field span.ht');
    expect(at('{ span.http.route |')).toBe('operator  span.http.route');
    expect(at('{ span.http.route = |')).toBe('value  span.http.route');
    expect(at('{ span.http.route = "/ca|')).toBe('value "/ca span.http.route');
    expect(at('{ status = er| }')).toBe('value er status');
    expect(at('{ status = error |')).toBe('logic');
    expect(at('{ status = error && |}')).toBe('field');
    expect(at('{ status = error && na|me = "x" }')).toBe('field name');
    expect(at('{ status = error }|')).toBe('none');
    expect(at('{ duration >|')).toBe('operator > duration');
  });
});
