import { describe, expect, it, vi } from 'vitest';

import { ApiError, ask, eventsOf, questionUrl } from './client';

function streamOf(...pieces: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
}
function answer(body: BodyInit | ReadableStream, type: string, status = 200) {
  vi.stubGlobal('fetch', vi.fn(async () => new Response(body as BodyInit, { status, headers: { 'content-type': type } })));
}

describe('questions', () => {
  it('leave out what is empty and join lists', () => {
    expect(questionUrl('/search', { q: '{ a = 1 }', limit: 5, select: ['x', 'y'], cursor: '', sort: undefined })).toBe('/api/v1/search?q=%7B+a+%3D+1+%7D&limit=5&select=x%2Cy');
  });
  it('carry the code, the parameter and the message of a refusal', async () => {
    answer('{"error":{"code":"invalid_argument","message":"line 1, column 3: no","parameter":"q"}}', 'application/json', 400);
    await expect(ask('/search')).rejects.toMatchObject({ code: 'invalid_argument', parameter: 'q', status: 400 });
    answer('<html>', 'text/html', 502);
    await expect(ask('/search')).rejects.toMatchObject({ code: 'internal', status: 502 });
  });
  it('stream: progress and parts, then the answer', async () => {
    answer(streamOf('event: progress\ndata: {"done_parts":1,"part_count":4}\n\nevent: par', 'tial\ndata: {"n":1}\n\n: comment\n\nevent: answer\ndata: {"n":', '2}\n\n'), 'text/event-stream');
    const progress = vi.fn();
    const partial = vi.fn();
    expect(await ask('/heatmap', {}, { onProgress: progress, onPartial: partial })).toEqual({ n: 2 });
    expect(progress).toHaveBeenCalledWith({ done_parts: 1, part_count: 4 });
    expect(partial).toHaveBeenCalledWith({ n: 1 });
  });
  it('stream: an error, or an end without an answer, fails', async () => {
    answer(streamOf('event: error\ndata: {"error":{"code":"deadline_exceeded","message":"too long"}}\n\n'), 'text/event-stream');
    await expect(ask('/x', {}, { onProgress: () => undefined })).rejects.toMatchObject({ code: 'deadline_exceeded' });
    answer(streamOf('event: progress\ndata: {}\n\n'), 'text/event-stream');
    await expect(ask('/x', {}, { onProgress: () => undefined })).rejects.toBeInstanceOf(ApiError);
  });
  it('events come whole whatever the pieces', async () => {
    const text = 'event: a\r\ndata: 1\r\ndata: 2\r\n\r\ndata:3\n\n';
    for (let size = 1; size < 9; size++) {
      const found = [];
      for await (const event of eventsOf(streamOf(...(text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [])))) found.push(event);
      expect(found).toEqual([{ event: 'a', data: '1\n2' }, { event: 'message', data: '3' }]);
    }
  });
});
