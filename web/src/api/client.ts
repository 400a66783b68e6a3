// The only place that fetches. Errors come as values with a code; the words for it are the UI's (i18n), the server's message
// is shown beside them as it is.

import { breathe } from '../app/breath';

export class ApiError extends Error {
  constructor(
    /** The server's code, or `unreachable` (no answer) or `malformed` (an answer that cannot be read). */
    readonly code: string,
    message: string,
    readonly status = 0,
    readonly parameter?: string,
    readonly requestId?: string,
  ) {
    super(message);
  }
}

export type Parameters = Record<string, string | number | boolean | readonly string[] | undefined>;

export interface Progress {
  done_parts: number;
  part_count: number;
  scanned_spans?: number;
}

export interface AskOptions<T> {
  signal?: AbortSignal | undefined;
  /** Asks for a stream: what is known so far, and how far the server is. */
  onProgress?: ((progress: Progress) => void) | undefined;
  onPartial?: ((partial: T) => void) | undefined;
}

export const kApi = '/api/v1';
/** What is read of a larger answer is shown in a task of its own. */
const kLargeCharacters = 100_000;

/** Nanoseconds for the server, from milliseconds here. */
export function nanoseconds(ms: number): string {
  return String(Math.round(ms)) + '000000';
}

export function questionUrl(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === '') continue;
    query.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = query.toString();
  return kApi + path + (text ? `?${text}` : '');
}

async function errorOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-request-id') ?? undefined;
  try {
    const body = (await response.json()) as { error?: { code?: string; message?: string; parameter?: string } };
    if (body.error?.code) {
      return new ApiError(body.error.code, body.error.message ?? '', response.status, body.error.parameter, requestId);
    }
  } catch {
    // Not our error format: a proxy's page, perhaps.
  }
  return new ApiError(response.status === 404 ? 'not_found' : 'internal', `HTTP ${response.status}`, response.status, undefined, requestId);
}

async function request(url: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin', ...options });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError('unreachable', error instanceof Error ? error.message : String(error));
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

export interface ServerEvent {
  event: string;
  data: string;
}

/** Splits a text/event-stream. Comments and fields we do not use are skipped, as the standard says. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  /** Pieces of a line that has not ended: a large answer is one line in a hundred pieces. */
  let pieces: string[] = [];
  let event = 'message';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      let buffer = value ? decoder.decode(value, { stream: true }) : '';
      let end: number;
      while ((end = buffer.indexOf('\n')) >= 0) {
        const line = [...pieces, buffer.slice(0, end)].join('').replace(/\r$/, '');
        pieces = [];
        buffer = buffer.slice(end + 1);
        if (line === '') {
          if (data.length) yield { event, data: data.join('\n') };
          event = 'message';
          data = [];
        } else if (line.startsWith('event:')) event = line.slice(6).trim();
        else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
      }
      if (buffer !== '') pieces.push(buffer);
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** One question as JSON. With onProgress or onPartial the server may stream; one that does not is understood as well. */
export async function ask<T>(path: string, parameters?: Parameters, options: AskOptions<T> = {}): Promise<T> {
  const wantsStream = options.onProgress !== undefined || options.onPartial !== undefined;
  const response = await request(questionUrl(path, parameters), {
    signal: options.signal ?? null,
    headers: { Accept: wantsStream ? 'text/event-stream, application/json;q=0.9' : 'application/json' },
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) {
    return (await response.json()) as T;
  }
  for await (const { event, data } of eventsOf(response.body)) {
    if (data.length > kLargeCharacters) await breathe();
    const value: unknown = JSON.parse(data);
    if (data.length > kLargeCharacters) await breathe();
    if (event === 'answer') return value as T;
    if (event === 'partial') options.onPartial?.(value as T);
    if (event === 'progress') options.onProgress?.(value as Progress);
    if (event === 'error') {
      const body = value as { error?: { code: string; message: string; parameter?: string }; code?: string; message?: string };
      const error = body.error ?? body;
      throw new ApiError(error.code ?? 'internal', error.message ?? '', 0, body.error?.parameter);
    }
  }
  throw new ApiError('malformed', 'the stream ended without an answer');
}

export async function askBinary(path: string, parameters?: Parameters, signal?: AbortSignal): Promise<ArrayBuffer> {
  return (await request(questionUrl(path, parameters), { signal: signal ?? null })).arrayBuffer();
}

export async function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: BodyInit, contentType: string, signal?: AbortSignal): Promise<T> {
  const response = await request(kApi + path, { method, body, headers: { 'Content-Type': contentType }, signal: signal ?? null });
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}
export const sendJson = <T>(method: 'POST' | 'PUT', path: string, value: unknown, signal?: AbortSignal) =>
  send<T>(method, path, JSON.stringify(value), 'application/json', signal);

/** A stream without an end (live tail). Ends when the signal says so, when the server ends it, or with an ApiError. */
export async function follow(path: string, parameters: Parameters, heard: (event: string, value: unknown) => void, signal: AbortSignal): Promise<void> {
  const response = await request(questionUrl(path, parameters), { signal, headers: { Accept: 'text/event-stream' } });
  if (!response.body) throw new ApiError('malformed', 'no stream');
  for await (const { event, data } of eventsOf(response.body)) heard(event, JSON.parse(data));
}
