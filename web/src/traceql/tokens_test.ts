import { describe, expect, it } from 'vitest';

import { tokens } from './tokens';

const kinds = (text: string) => tokens(text).filter((token) => token.kind !== 'space').map((token) => `${token.kind} ${token.text}`);

describe('tokens', () => {
  it('reads what TraceQL writes', () => {
    expect(kinds('{ resource.service.name = "a\\"b" && duration >= 1.5s }')).toEqual([
      'open {', 'field resource.service.name', 'operator =', 'text "a\\"b"', 'logic &&', 'field duration', 'operator >=', 'number 1.5s', 'close }',
    ]);
    expect(kinds('{.http.route=~`/a.*`||status!=error}')).toEqual([
      'open {', 'field .http.route', 'operator =~', 'text `/a.*`', 'logic ||', 'field status', 'operator !=', 'word error', 'close }',
    ]);
    expect(kinds('span."odd key".x=-1e3')).toEqual(['field span."odd key".x', 'operator =', 'number -1e3']);
  });
  it('covers every character of any text', () => {
    for (const text of ['', '{', '"open', '&', '|^,', 'span.', '{ 5x6y = }', '\u0000é漢', '-', '`']) {
      expect(tokens(text).map((token) => token.text).join('')).toBe(text);
    }
  });
});
