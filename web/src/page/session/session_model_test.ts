import { describe, expect, it } from 'vitest';

import { hasId, histogram, lineOf, nextEvent, passes, sessionModel, troublesOf, isTrouble, type LineChoice } from './session_model';
import { detailOf, eventOf } from './testing';

const all: LineChoice = { filter: 'all', text: '', window: null, isFolded: true, open: new Set() };

describe('the time line', () => {
  const detail = detailOf([
    eventOf('v', 'view', 0, { name: '/home', view_id: 'v1' }),
    ...Array.from({ length: 5 }, (_, index) => eventOf(`r${index}`, 'resource', 100 + index, { view_id: 'v1', transfer_size: 1000, duration_ns: 50e6, success: 1 })),
    eventOf('bad', 'resource', 200, { view_id: 'v1', success: 0, status_code: 404 }),
    eventOf('click', 'action', 60_000, { name: 'click "Pay"', view_id: 'v1' }),
    eventOf('post', 'request', 60_011, { name: '/api/order', method: 'POST', status_code: 503, success: 0, duration_ns: 2.41e9, caused_by: 'click', view_id: 'v1' }),
    eventOf('error', 'error', 62_500, { name: 'TypeError', view_id: 'v1', caused_by: 'post' }),
  ]);
  const model = sessionModel(detail);
  it('folds runs of resources and idle time, and leaves trouble out of folds', () => {
    const { rows, shown, rowOf } = lineOf(model, all);
    expect(rows.map((row) => (row.kind === 'event' ? row.key : row.kind))).toEqual(['v', 'fold', 'bad', 'gap', 'click', 'post', 'error']);
    expect(shown).toBe(10);
    const fold = rows[1]!;
    expect(fold.kind === 'fold' && fold.bytes).toBe(5000);
    expect(rowOf.get('r3')).toBe(1);
    expect(rows[3]).toMatchObject({ kind: 'gap', end: 60e9 });
  });
  it('opens a fold in place', () => {
    const key = lineOf(model, all).rows[1]!.key;
    const { rows, rowOf } = lineOf(model, { ...all, open: new Set([key]) });
    expect(rows[2]!.kind).toBe('event');
    expect(rows).toHaveLength(12);
    expect(rowOf.get('r4')).toBe(6);
  });
  it('shows what was caused beneath its cause', () => {
    const { rows } = lineOf(model, all);
    const indents = Object.fromEntries(rows.flatMap((row) => (row.kind === 'event' ? [[row.key, row.indent]] : [])));
    expect(indents).toMatchObject({ click: 0, post: 1, error: 1 });
    expect(model.effects.get('click')!.map(({ event }) => event.event_id)).toEqual(['post']);
  });
  it('filters by kind, text and window, and says what the window leaves out', () => {
    expect(lineOf(model, { ...all, filter: 'errors' }).shown).toBe(3);
    expect(lineOf(model, { ...all, text: 'ORDER' }).rows.map(({ key }) => key)).toEqual(['post']);
    const { shown, outside } = lineOf(model, { ...all, window: [59e9, 61e9] });
    expect([shown, outside]).toEqual([2, 8]);
    expect(lineOf(model, { ...all, isFolded: false }).rows).toHaveLength(10);
  });
  it('finds the next of a kind, going round', () => {
    expect(nextEvent(model, undefined, true, isTrouble)?.event.event_id).toBe('bad');
    expect(nextEvent(model, 'bad', true, isTrouble)?.event.event_id).toBe('post');
    expect(nextEvent(model, 'error', true, isTrouble)?.event.event_id).toBe('bad');
    expect(nextEvent(model, 'bad', false, isTrouble)?.event.event_id).toBe('error');
    expect(nextEvent(model, 'bad', false, () => false)).toBeUndefined();
  });
  it('counts and sums up', () => {
    expect(model.counts).toMatchObject({ all: 10, errors: 3, requests: 1, actions: 1, slow: 1, resources: 6 });
    expect(troublesOf(model).map(({ placed }) => placed.event.event_id)).toEqual(['error', 'post', 'bad']);
    expect(histogram(model, 10).all.reduce((sum, each) => sum + each, 0)).toBe(10);
    expect(passes(eventOf('x', 'long_task', 0, {}), 'slow')).toBe(true);
  });
  it('knows events without an id by their time', () => {
    const two = sessionModel(detailOf([eventOf('', 'custom', 5, {}), eventOf('', 'custom', 5, {}), eventOf('a', 'custom', 6, {})]));
    expect(new Set(two.events.map(({ event }) => event.event_id)).size).toBe(3);
    expect(two.events.map(({ event }) => hasId(event))).toEqual([false, false, true]);
    expect(two.byId.size).toBe(3);
  });
  it('lets a view last until the next one', () => {
    const two = sessionModel({ ...detail, views: [
      { view_id: 'v1', name: '/home', url: null, start_ns: detail.session.start_ns, end_ns: detail.session.start_ns, loading_type: null, referrer: null, vitals: null, phases: null, errors: 0, requests: 0 },
      { view_id: 'v2', name: '/pay', url: null, start_ns: String(BigInt(detail.session.start_ns) + 30_000_000_000n), end_ns: detail.session.end_ns, loading_type: null, referrer: null, vitals: null, phases: null, errors: 0, requests: 0 },
    ] });
    expect(two.views.map(({ from, to }) => [from, to])).toEqual([[0, 30e9], [30e9, 64.91e9]]);
  });
});
