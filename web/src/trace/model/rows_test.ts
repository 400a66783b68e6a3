import { describe, expect, it } from 'vitest';

import { deepTrace, drawn, largeTrace } from '../testing/made_traces';
import { nameOf, type TraceColumns } from './columns';
import { errorRows, findByName, nextRow, rowsOf, slowRows } from './find';
import { findGroups, isLikelyNPlusOne, membersOf } from './groups';
import { collapseBelow, collapseOffCriticalPath, reveal, RowKind, visibleRows, type Shown } from './rows';

function everything(columns: TraceColumns): Shown {
  return {
    collapsed: new Uint8Array(columns.count), openGroups: new Map(), hiddenServices: new Uint8Array(columns.facts.services.length),
    keep: null, window: null,
  };
}

/** The rows as text: indentation, name; groups as "× n". */
function shown(columns: TraceColumns, change: Partial<Shown> = {}): string[] {
  const groups = findGroups(columns);
  const rows = visibleRows(columns, groups, { ...everything(columns), ...change });
  return Array.from({ length: rows.count }, (_, at) => {
    const name = nameOf(columns, rows.row[at]!);
    const text = {
      [RowKind.span]: name,
      [RowKind.group]: `${name} ×${groups.size[rows.group[at]!]}`,
      [RowKind.more]: `more ${rows.below[at]}`,
      [RowKind.missing]: `missing (${rows.below[at]})`,
    }[rows.kind[at]!]!;
    return '. '.repeat(rows.indent[at]!) + text + (rows.hidden[at]! > 0 ? ` +${rows.hidden[at]} hidden` : '');
  });
}

const nPlusOne = () => drawn(`
shop list 0 1000
  shop before 1 2
${Array.from({ length: 12 }, (_, i) => `  shop price ${10 + i * 50} ${40 + i * 50} db sql=SELECT_?${i === 4 ? ' error' : ''}`).join('\n')}
  shop after 700 800
`);

describe('rows', () => {
  it('skips what is collapsed', () => {
    const columns = drawn(`
a root 0 100
  a one 0 50
    a deep 0 10
  b two 60 90
`);
    expect(shown(columns)).toEqual(['root', '. one', '. . deep', '. two']);
    expect(shown(columns, { collapsed: Uint8Array.of(0, 1, 0, 0) })).toEqual(['root', '. one', '. two']);
    expect(shown(columns, { collapsed: collapseBelow(columns, 0) })).toEqual(['root']);
    expect(shown(columns, { collapsed: collapseBelow(columns, 1) })).toEqual(['root', '. one', '. two']);
    expect(shown(columns, { collapsed: collapseOffCriticalPath(columns) })).toEqual(['root', '. one', '. . deep', '. two']);
  });

  it('folds repeated siblings and leaves the failed one out', () => {
    const columns = nPlusOne();
    expect(shown(columns)).toEqual(['list', '. before', '. price ×11', '. price', '. after']);
    const groups = findGroups(columns);
    expect(groups.size[0]).toBe(11);
    expect(groups.sum[0]).toBe(11 * 30e6);
    expect(groups.max[0]).toBe(30e6);
    expect(groups.overlap[0]).toBe(1);
    expect(membersOf(columns, groups, 0).length).toBe(11);
    expect(isLikelyNPlusOne(columns, groups, 0)).toBe(true);
    expect(shown(columns, { openGroups: new Map([[0, 2]]) })).toEqual([
      'list', '. before', '. price ×11', '. . price', '. . price', '. . more 9', '. price', '. after',
    ]);
  });

  it('says when repeated siblings ran at once', () => {
    const columns = drawn(`a root 0 100\n${Array.from({ length: 6 }, (_, i) => `  a call ${i * 10} ${i * 10 + 25}`).join('\n')}`);
    const groups = findGroups(columns);
    expect(groups.overlap[0]).toBe(3);
    expect(isLikelyNPlusOne(columns, groups, 0)).toBe(false);
  });

  it('does not fold four, nor siblings of different statements', () => {
    const four = (words: string) => drawn(`a root 0 100\n${Array.from({ length: 4 }, (_, i) => `  a call ${i * 10} ${i * 10 + 5} ${words}`).join('\n')}`);
    expect(findGroups(four('')).count).toBe(0);
    const mixed = drawn(`a root 0 100\n${Array.from({ length: 8 }, (_, i) => `  a call ${i * 10} ${i * 10 + 5} sql=${i % 2}`).join('\n')}`);
    expect(findGroups(mixed).count).toBe(0);
  });

  it('hides services but never their errors, and counts what is hidden where it is', () => {
    const columns = drawn(`
a root 0 100
  b proxy 0 90
    b retry 1 2 error
    c work 3 80
  b ping 95 99
`);
    const hidden = Uint8Array.of(0, 1, 0);
    const rows = shown(columns, { hiddenServices: hidden });
    expect(rows).toEqual(['root +2 hidden', '. retry', '. work']);
    const result = visibleRows(columns, findGroups(columns), { ...everything(columns), hiddenServices: hidden });
    expect(result.leftOut).toBe(2);
    expect([...result.shownAt]).toEqual([0, 0, 1, 2, 0]);
  });

  it('keeps the ancestors of what a filter wants', () => {
    const columns = drawn(`
a root 0 100
  a one 0 50
    a deep 0 10 error
  b two 60 90
`);
    expect(shown(columns, { keep: errorRows(columns) })).toEqual(['root', '. one', '. . deep']);
    expect(shown(columns, { window: [55e6, 70e6] })).toEqual(['root', '. two']);
    expect(shown(columns, { keep: findByName(columns, 'TWO') })).toEqual(['root', '. two']);
  });

  it('puts a heading over spans whose parent was not received', () => {
    expect(shown(drawn(`
a root 0 100
b lost1 10 20 lost
  b child 12 15
b lost2 30 40 lost
`))).toEqual(['root', 'missing (3)', '. lost1', '. . child', '. lost2']);
  });

  it('opens what hides a row', () => {
    const columns = nPlusOne();
    const groups = findGroups(columns);
    const collapsed = new Uint8Array(columns.count);
    collapsed[0] = 1;
    const target = 6;
    const opened = reveal(columns, groups, { ...everything(columns), collapsed }, target);
    const rows = visibleRows(columns, groups, opened);
    expect(rows.row[rows.shownAt[target]!]).toBe(target);
    expect(rows.kind[rows.shownAt[target]!]).toBe(RowKind.span);
  });

  it('stands 100 000 spans and 10 000 levels', { timeout: 30_000 }, () => {
    const large = largeTrace(100_000);
    expect(visibleRows(large, findGroups(large), everything(large)).count).toBe(100_000);
    const deep = deepTrace(10_000);
    expect(deep.depth[9_999]).toBe(9_999);
    const rows = visibleRows(deep, findGroups(deep), everything(deep));
    expect(rows.indent[9_999]).toBe(9_999);
    expect(visibleRows(deep, findGroups(deep), { ...everything(deep), collapsed: collapseBelow(deep, 5) }).count).toBe(6);
  });
});

describe('find', () => {
  it('walks matches in both directions, around the end', () => {
    const rows = Uint32Array.of(2, 5, 9);
    expect([nextRow(rows, -1, true), nextRow(rows, 2, true), nextRow(rows, 9, true)]).toEqual([2, 5, 2]);
    expect([nextRow(rows, 2, false), nextRow(rows, 7, false), nextRow(rows, 9, false)]).toEqual([9, 5, 5]);
    expect(nextRow(new Uint32Array(0), 3, true)).toBe(-1);
  });

  it('finds by name, service and the beginning of an id', () => {
    const columns = nPlusOne();
    expect(rowsOf(findByName(columns, 'pric')).length).toBe(12);
    expect(rowsOf(findByName(columns, 'SHOP')).length).toBe(columns.count);
    expect([...rowsOf(findByName(columns, '000000000000000e'))].length).toBe(1);
    expect(rowsOf(findByName(columns, ' ')).length).toBe(0);
  });

  it('calls slow what owns much time', () => {
    const columns = drawn(`
a root 0 100
  a big 10 90
  a small 91 92
`);
    expect([...rowsOf(slowRows(columns))]).toEqual([0, 1]);
  });
});
