import { beforeAll, describe, expect, it } from 'vitest';

import { en } from '../i18n/en';
import { useCatalogue } from '../i18n/catalogue';
import { rowOf } from '../page/session/testing';
import { stripPaths, stripWords } from './session_strip';

beforeAll(() => useCatalogue(en));

describe('the strip of a session', () => {
  it('is one path for each kind, within its width', () => {
    const paths = stripPaths([
      { at: 0, to: 0, kind: 'view' }, { at: 0.5, to: 0.6, kind: 'request' }, { at: 0.7, to: 2, kind: 'request' }, { at: 1, to: 1, kind: 'error' }, { at: -3, to: Number.NaN, kind: 'slow' },
    ]);
    expect(Object.keys(paths).sort()).toEqual(['error', 'request', 'slow', 'view']);
    expect(paths.request!.match(/M/g)).toHaveLength(2);
    for (const number of paths.request!.matchAll(/M([\d.]+)/g)) expect(Number(number[1])).toBeLessThanOrEqual(160);
    expect(paths.slow).not.toMatch(/NaN.*M/);
  });
  it('says in words what it shows, and leaves out what is not there', () => {
    expect(stripWords(rowOf({ views: 6, errors: 2, slow_requests: 1, failed_requests: 0, actions: 0, requests: 0 }))).toBe('6 views, 2 errors, 1 slow request');
  });
});
