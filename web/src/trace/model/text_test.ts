import { describe, expect, it } from 'vitest';

import { grouped, traceqlCondition, valueText } from './attributes';
import { formatSql } from './sql_format';
import { middleEllipsis, TextWidths } from './text_fit';

describe('text that fits', () => {
  it('is cut in the middle, and measured once', () => {
    let measured = 0;
    const widths = new TextWidths((_, text) => (measured++, Array.from(text).length * 10));
    expect(widths.fit('f', 'short', 100)).toBe('short');
    expect(widths.fit('f', 'GET /api/v1/orders/{id}', 110)).toBe('GET /…/{id}');
    expect(widths.fit('f', 'abcdefgh', 30)).toBe('');
    const before = measured;
    widths.width('f', 'short');
    expect(measured).toBe(before);
    expect(middleEllipsis('abcdefghij', 5)).toBe('ab…ij');
  });
});

describe('SQL', () => {
  it('has a clause a line', () => {
    expect(formatSql("select a, b from t join u on t.id = u.id where x = 'a  and b' and y in (select 1 from z) order by a")).toBe(
      ["select a, b", 'from t', 'join u on t.id = u.id', "where x = 'a  and b'", '  and y in (', '    select 1', '    from z)', 'order by a'].join('\n'),
    );
  });
  it('leaves alone what is no SQL', () => {
    expect(formatSql('GET  user:1')).toBe('GET  user:1');
  });
});

describe('attributes', () => {
  it('are grouped by what they are about', () => {
    const of = (key: string) => ({ key, value: { stringValue: 'x' } });
    expect(grouped([of('zzz'), of('http.route'), of('db.system'), of('http.method')]).map(([group, list]) => [group, list.map((each) => each.key)])).toEqual([
      ['http', ['http.method', 'http.route']], ['database', ['db.system']], ['other', ['zzz']],
    ]);
  });
  it('become text and conditions', () => {
    expect(valueText({ intValue: '9007199254740993' })).toBe('9007199254740993');
    expect(valueText({ arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } })).toBe('["a",1]');
    expect(traceqlCondition('span', { key: 'db.statement', value: { stringValue: 'a "b"\n' } })).toBe('span.db.statement = "a \\"b\\"\\n"');
    expect(traceqlCondition('resource', { key: 'odd key', value: { boolValue: true } }, false)).toBe('resource."odd key" != true');
    expect(traceqlCondition('span', { key: 'k', value: { arrayValue: {} } })).toBeUndefined();
  });
});
